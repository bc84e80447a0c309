"""KMMLU-Redux: KMMLU's questions of Korean technical qualifications, checked again and corrected; four options each.

Split (`test`) and columns (`question`, `options`, a list, `solution`, the option's number from 1 as a text, `category`)
are those that NVIDIA's NeMo Skills reads (`nemo_skills/dataset/kmmlu-redux`, commit 9045b60). The repository is gated.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.options import read_choices
from pytest_haerae.data.rows import (
    Layout,
    Question,
    Row,
    RowPlace,
    given_answer,
    lettered_query,
    text_of,
)


def read_row(row: Row, place: RowPlace) -> Question:
    """A question, its options in one column, and the number of the right one; of one's own its letter or text, too."""
    choices = read_choices(row.get("options"), "options", place)
    query = lettered_query(text_of(row, "question", place), choices.texts)
    return Question(query, choices.texts, given_answer(row, "solution", choices, place, "numbered"))


LAYOUT: Layout = (frozenset({"question", "options", "solution"}), read_row)

BENCHMARK = Benchmark(
    name="kmmlu_redux",
    description="KMMLU-Redux: 2,587 questions of Korean technical qualifications, corrected; four options each.",
    suite="suites/kmmlu_redux/test_kmmlu_redux.py::test_kmmlu_redux",
    repository="LGAI-EXAONE/KMMLU-Redux",
    configurations={"kmmlu_redux": None},
    layouts=(LAYOUT,),
    prompts={"log_likelihood": "kmmlu"},
    in_all=False,
)
