"""Ko-MuSR: long Korean stories and questions that take several steps: murders, things that are moved, teams.

Repository, configurations, split (`test`) and columns (`narrative`, `question`, `choices`, a list or a list as a text,
and the right one's number from 0 as `answer` or `answer_index`, beside which `answer_choice` may have its text) are
those of the publisher's own tasks for lm-evaluation-harness (mcrl/Ko-MuSR, commit ee4f8de). The repository is gated.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.cells import is_missing, nfc
from pytest_haerae.data.options import read_choices
from pytest_haerae.data.rows import (
    Question,
    Row,
    RowPlace,
    given_answer,
    is_numeral,
    lettered_query,
    number_index,
    text_of,
)

_ANSWERS = ("answer_index", "answer")
_TEXT = "answer_choice"


def read_row(row: Row, place: RowPlace) -> Question:
    """A story, a question about it, its options, and the number of the right one from 0.

    A file of one's own with the publisher's columns may have its letter or its text in `answer`.

    Raises:
        UsageError: The answer is no such number, or its text is another option's.
    """
    choices = read_choices(row.get("choices"), "choices", place)
    options = choices.texts
    query = lettered_query(text_of(row, "question", place), options, text_of(row, "narrative", place))
    field = next(name for name in _ANSWERS if name in row)
    answer = text_of(row, field, place).strip()
    if field == "answer" and not is_numeral(answer):
        return Question(query, options, given_answer(row, field, choices, place))
    index = number_index(answer, 0, options, field, place)
    if not is_missing(row.get(_TEXT)) and nfc(text_of(row, _TEXT, place)).strip() != options[index]:
        raise place.error(_TEXT, f"{row[_TEXT]!r} is not the option that {field} names, {options[index]!r}")
    return Question(query, options, index)


BENCHMARK = Benchmark(
    name="ko_musr",
    description="Ko-MuSR: long Korean stories and questions that take several steps; two options and more.",
    suite="suites/ko_musr/test_ko_musr.py::test_ko_musr",
    repository="thunder-research-group/SNU_Ko-MuSR",
    configurations={domain: domain for domain in ("murder_mysteries", "object_placements", "team_allocation")},
    layouts=tuple((frozenset({"narrative", "question", "choices", answer}), read_row) for answer in _ANSWERS),
    in_all=False,
)
