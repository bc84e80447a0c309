"""MCLM: competition mathematics in many languages, of which the Korean questions are asked here.

The configurations (`MT-MATH100`, `MT-AIME2024`, `M-IMO`), their split `test`, and their columns (one for each language,
called by its code, such as `ko`, and `answer`) are known from the authors' own evaluation and from two other programs
that read `amphora/MCLM`. A competition that has no official text in a language leaves its cell empty there: such rows
are of no subset. The fourth part of the paper, M-MO, is in another repository, and its answers are graded by a model.
"""

from __future__ import annotations

import re

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.cells import is_missing
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace, text_of

LANGUAGE = "ko"
_CODE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
"""What a language's column is called."""
_SUBSETS = ("M-IMO", "MT-AIME2024", "MT-MATH100")


def read_korean(row: Row, place: RowPlace) -> Question:
    """The question in Korean, and the answer, which is the same in all languages; the others are no metadata."""
    for name in row:
        if _CODE.fullmatch(name):
            row.get(name)
    return Question(text_of(row, LANGUAGE, place), None, text_of(row, "answer", place).strip())


def belongs(subset: str, row: Row) -> bool:
    """Whether a row has its question in Korean."""
    return not is_missing(row.get(LANGUAGE))


_LAYOUT: Layout = (frozenset({LANGUAGE, "en", "fr", "answer"}), read_korean)

BENCHMARK = Benchmark(
    name="mclm",
    description="MCLM: competition mathematics (MATH, AIME 2024, IMO) in Korean.",
    suite="suites/mclm/test_mclm.py::test_mclm",
    repository="amphora/MCLM",
    configurations={subset: subset for subset in _SUBSETS},
    revision="aa789e49b04d5ca054c3a2a70d9bacd8a7499106",
    belongs=belongs,
    layouts=(_LAYOUT,),
    prompts={"string_match": "boxed"},
    scorers={"string_match": "math"},
)
