"""KoSimpleQA: short questions on Korea; a judge tells right, wrong and not attempted.

The columns are those of two copies. The hub's (`topic`, `problem`, `answer`, `urls`; split `test`) are on its data
card, which counts 1,000 questions. Those of the authors' file of 938 (`id`, `category`, `answer_type`, `content`,
`answer`), naver-ai/KoSimpleQA at commit 1bdbb61, are known from a public script that reads it.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import Layout, Question, Reader, Row, RowPlace, text_of
from pytest_haerae.scoring.metrics import GIVEN_ATTEMPTED, SIMPLEQA_F1


def _asked_in(column: str) -> Reader:
    def read(row: Row, place: RowPlace) -> Question:
        return Question(text_of(row, column, place), None, text_of(row, "answer", place).strip())

    return read


_LAYOUTS: tuple[Layout, ...] = (
    (frozenset({"topic", "problem", "answer"}), _asked_in("problem")),
    (frozenset({"category", "answer_type", "content", "answer"}), _asked_in("content")),
)

BENCHMARK = Benchmark(
    name="kosimpleqa",
    description=__doc__,
    suite="suites/kosimpleqa/test_kosimpleqa.py::test_kosimpleqa",
    repository="bzantium/KoSimpleQA",
    configurations={"kosimpleqa": None},
    layouts=_LAYOUTS,
    prompts={"string_match": "raw"},
    scorers={"string_match": "judge"},
    scorer_params={"string_match": {"template": "reference_ko"}},
    further_metrics=(GIVEN_ATTEMPTED, SIMPLEQA_F1),
    in_all=False,
    notice="kosimpleqa: published numbers are of another judge in other words; those of this template are not"
    " comparable with them",
)
