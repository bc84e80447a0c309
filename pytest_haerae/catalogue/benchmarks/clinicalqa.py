"""ClinicalQA: clinical cases at the level of the Korean medical licensing examination, up to five options each.

The columns (`question_id`, `chief_complaint`, `purpose`, `question`, `exam`, `options`, a structure of `option_A` to
`option_E`, `answer`, a letter, `explanation`, `source`, `category`) and the one split, `train`, are on the data card of
`snuh/ClinicalQA`; that the findings in `exam` belong to the question, that they may be missing, and that options may be
null, is known from programs that read it, one of which names the commit. It has 1,045 questions.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.cells import passage_text, plain
from pytest_haerae.data.options import read_choices
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace, any_index, lettered_query, text_of

_OPTION = "option_"


def read_case(row: Row, place: RowPlace) -> Question:
    """A case, with what its examinations found below it, and the options that it has."""
    cell = row.get("options")
    if isinstance(cell, Mapping):
        cell = {str(name).removeprefix(_OPTION): option for name, option in cell.items()}
    options = read_choices(cell, "options", place).texts
    question, found = text_of(row, "question", place).strip(), _findings(row, place)
    asked = f"{question}\n\n{found}" if found else question
    answer = text_of(row, "answer", place).strip().removeprefix(_OPTION)
    index = any_index(answer, options, "answer", place)
    return Question(lettered_query(asked, options), options, index)


def _findings(row: Row, place: RowPlace) -> str:
    """What the examinations found, a line each where they are a list."""
    cell = plain(row.get("exam"))
    lines = cell if isinstance(cell, list | tuple) else [cell]
    return "\n".join(passage_text(line, "exam", place).strip() for line in lines).strip()


_LAYOUT: Layout = (frozenset({"chief_complaint", "question", "exam", "options", "answer"}), read_case)

BENCHMARK = Benchmark(
    name="clinicalqa",
    description="ClinicalQA: clinical cases at the level of the Korean medical licensing examination.",
    suite="suites/clinicalqa/test_clinicalqa.py::test_clinicalqa",
    repository="snuh/ClinicalQA",
    configurations={"clinicalqa": None},
    revision="29bdc9043f3e693b7671f868e2038ec7ac288acd",
    splits={"test": "train"},
    layouts=(_LAYOUT,),
)
