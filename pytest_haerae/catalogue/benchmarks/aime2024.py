"""AIME 2024: thirty problems of the American Invitational Mathematics Examination; each answer is a number to 999.

The columns (`id`, `problem`, `solution`, `answer`, a text such as ``204``, `url`, `year`) and the one split, `train`,
are on the data card of `HuggingFaceH4/aime_2024`, whose newest commit that other programs pin is the one here; the
problems are in English.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace, text_of

_NO_METADATA = ("problem_en", "solution")


def read_problem(row: Row, place: RowPlace) -> Question:
    """A problem and its final answer; how it is solved is neither, nor does it group items."""
    for name in _NO_METADATA:
        row.get(name)
    return Question(text_of(row, "problem", place), None, text_of(row, "answer", place).strip())


LAYOUT: Layout = (frozenset({"problem", "solution", "answer", "url", "year"}), read_problem)

BENCHMARK = Benchmark(
    name="aime2024",
    description="AIME 2024: thirty problems of a mathematics examination, in English; the answers are numbers.",
    suite="suites/aime2024/test_aime2024.py::test_aime2024",
    repository="HuggingFaceH4/aime_2024",
    configurations={"aime2024": None},
    revision="2fe88a2f1091d5048c0f36abc874fb997b3dd99a",
    splits={"test": "train"},
    layouts=(LAYOUT,),
    prompts={"string_match": "boxed"},
    scorers={"string_match": "math"},
)
