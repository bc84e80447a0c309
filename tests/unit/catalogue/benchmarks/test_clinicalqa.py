from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.clinicalqa import BENCHMARK
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import check, read_one

OPTIONS = {"option_A": "감기", "option_B": "폐렴", "option_C": "천식", "option_D": "결핵", "option_E": None}
ROW: dict[str, Any] = {
    "question_id": 7,
    "chief_complaint": "기침",
    "purpose": "진단",
    "question": "40세 환자가 기침으로 왔다. 진단은?",
    "exam": None,
    "options": OPTIONS,
    "answer": "B",
    "explanation": "열과 가래가 있다.",
    "source": "지어낸 교과서",
    "category": "Pulmonology",
}
FOUR = ("감기", "폐렴", "천식", "결핵")


def test_a_case_has_its_findings_below_it_and_the_options_that_are_there() -> None:
    check(ROW, f"### 질문: \n{ROW['question']}", FOUR, "B")
    check({**ROW, "exam": "체온 39도"}, f"### 질문: \n{ROW['question']}\n\n체온 39도", FOUR, "B")
    check({**ROW, "options": str(OPTIONS).replace("option_", "")}, f"### 질문: \n{ROW['question']}", FOUR, "B")
    findings = f"### 질문: \n{ROW['question']}\n\n체온 39도\n맥박 90회"
    check({**ROW, "exam": ["체온 39도", "맥박 90회"]}, findings, FOUR, "B")
    check({**ROW, "exam": []}, f"### 질문: \n{ROW['question']}", FOUR, "B")
    check({**ROW, "answer": "option_B"}, f"### 질문: \n{ROW['question']}", FOUR, "B")
    assert read_one(ROW).metadata["category"] == "Pulmonology"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answer": "E"}, "field 'answer': 'E' is not one of the options A, B, C, D"),
        ({"options": {"option_A": "감기"}}, "field 'options': has 1 option[,;]"),
        ({"options": {"option_A": None, "option_B": "폐렴", "option_C": "천식"}}, "field 'options': option A is empty"),
        ({"question": ""}, "field 'question': is empty"),
    ],
)
def test_a_malformed_case_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=f"row 1, {said}"):
        read_one({**ROW, **changed})


def test_its_one_split_is_the_test() -> None:
    assert BENCHMARK.splits == {"test": "train"}
