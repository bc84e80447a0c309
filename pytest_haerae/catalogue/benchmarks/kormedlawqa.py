"""KorMedLawQA: choices about Korean medical law, written by a model; a part of the questions is in English.

The columns (`question`, `options`, `answer`, a letter, and `reasoning`) and the one split, `train`, are known from
three public programs that read `snuh/KorMedLawQA`, and its 13,388 questions from HAE-RAE's evaluation scripts. How the
options stand in their cell differs between those programs (a list, or letters with texts): both are read. The hub
shows no preview of it, and no commit hash could be read, so that no revision is pinned.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.choice_layouts import read_choices_of
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace

_read_choice = read_choices_of("options")


def read_row(row: Row, place: RowPlace) -> Question:
    """A choice; how its answer is found is no metadata."""
    row.get("reasoning")
    return _read_choice(row, place)


_LAYOUT: Layout = (frozenset({"question", "options", "answer", "reasoning"}), read_row)

BENCHMARK = Benchmark(
    name="kormedlawqa",
    description="KorMedLawQA: choices about Korean medical law, written by a model.",
    suite="suites/kormedlawqa/test_kormedlawqa.py::test_kormedlawqa",
    repository="snuh/KorMedLawQA",
    configurations={"kormedlawqa": None},
    splits={"test": "train"},
    layouts=(_LAYOUT,),
    shares_layouts=False,
    # Its rows could not be seen: a run of all is not to end where they cannot be had.
    in_all=False,
)
