"""KUDGE: answers that people have scored; the model of the run is the judge, and its verdicts are held against theirs.

Configurations, split and columns of `Pointwise` (`judge_query`, `final_score`), `Pairwise` and `Pairwise-False`
(`judge_query`, `winner`) are those that HAE-RAE's evaluation toolkit (commit cbc399b) reads; files of these columns are
in the publisher's repository, guijinSON/kudge at commit 09e1316. Those of `Human Annotations` (`instruction`,
`response`, `score1`, `score2`, `healthy?`) are known from public scripts that read it: a second score of -1 is a
missing one, and what has a mark in `healthy?` is not among the 2,506 rows of `Pointwise`. `Pointwise-False` is left
out: its answers were made wrong, and its only scores are of what they were before.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.cells import is_missing
from pytest_haerae.data.rows import Question, Row, RowPlace, text_of

if TYPE_CHECKING:
    from pytest_haerae.scoring.judge.template import Template

HUMAN = "Human-Annotations"
"""The subset whose answers are put to the model as `k2_eval` puts them to its judge."""
TEMPLATE = "score5_ko"
_SCORES = ("score1", "score2")
_LOWEST, _HIGHEST = 1.0, 5.0
_MISSING = ("-1", "-1.0")


@cache
def _template() -> Template:
    # Imported here: whoever reads a file of his own imports all benchmarks, whose layouts it may have.
    from pytest_haerae.scoring.judge.template import find_template

    return find_template(TEMPLATE)


def belongs(subset: str, row: Row) -> bool:
    """Whether a row counts: of the annotations, those with two scores and without a mark."""
    if subset != HUMAN:
        return True
    mark = row.get("healthy?")
    marked = not is_missing(mark) and str(mark).strip() != ""
    return not marked and all(str(row.get(column)).strip() not in _MISSING for column in _SCORES)


def read_row(row: Row, place: RowPlace) -> Question:
    """A question to a judge, and what people say: a score of 1 to 5, or which of two answers is better."""
    if "judge_query" not in row:
        values = {"question": text_of(row, "instruction", place), "answer": text_of(row, "response", place)}
        return Question(_template().fill(values), None, f"{_mean_score(row, place):g}")
    said = _winner(row, place) if "winner" in row else f"{_score(row, 'final_score', place):g}"
    return Question(text_of(row, "judge_query", place), None, said)


def _winner(row: Row, place: RowPlace) -> str:
    winner = text_of(row, "winner", place).strip()
    if winner not in ("A", "B"):
        raise place.error("winner", f"{winner!r} is neither A nor B")
    return winner


def _mean_score(row: Row, place: RowPlace) -> float:
    return sum(_score(row, column, place) for column in _SCORES) / len(_SCORES)


def _score(row: Row, column: str, place: RowPlace) -> float:
    text = text_of(row, column, place)
    try:
        score = float(text)
    except ValueError:
        score = 0.0
    if not _LOWEST <= score <= _HIGHEST:
        raise place.error(column, f"{text!r} is not a score from {_LOWEST:g} to {_HIGHEST:g}")
    return score


BENCHMARK = Benchmark(
    name="kudge",
    description=__doc__,
    suite="suites/kudge/test_kudge.py::test_kudge",
    repository="HAERAE-HUB/KUDGE",
    configurations={
        "Pointwise": "Pointwise",
        "Pairwise": "Pairwise",
        "Pairwise-False": "Pairwise-False",
        HUMAN: "Human Annotations",
    },
    belongs=belongs,
    layouts=(
        (frozenset({"judge_query", "final_score"}), read_row),
        (frozenset({"judge_query", "winner"}), read_row),
        (frozenset({"instruction", "response", *_SCORES}), read_row),
    ),
    prompts={"string_match": "raw"},
    scorers={"string_match": "kudge"},
    in_all=False,
)
