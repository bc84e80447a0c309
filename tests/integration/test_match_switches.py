"""`--evaluator-params`: the scorer `partial_match`, and the switches of `string_match`, named as in HRET."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers import write_questions
from tests.integration.always import BACKEND, metrics, outcomes
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

ROWS = [
    {"question": f"{number}번 빈칸은?", "answer": answer}
    for number, answer in enumerate(["LG 트윈스", "lg 트윈스", "LG 트윈스 1994", "트윈스", "두산"])
]
SAYS = BACKEND.replace('"(A)"', '"서울 팀이다.\\n정답: LG 트윈스"')


@pytest.fixture(autouse=True)
def rows(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(SAYS)
    write_questions(pytester.path, ROWS)


def right() -> list[int]:
    return [number for number, outcome in enumerate(outcomes().values()) if outcome == "correct"]


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ("scorer=default", []),
        ("extract_final_answer=true", [0, 1]),
        ("extract_final_answer=true,ignore_case=false", [0]),
        ("extract_final_answer=true,ignore_numbers=true", [0, 1, 2]),
        (json.dumps({"extract_final_answer": True, "regexes_to_ignore": ["(?i)lg"]}), [0, 1, 3]),
        ("scorer=partial_match", [0, 1, 3]),
        ("scorer=partial_match,extract_final_answer=false", []),
    ],
)
def test_what_counts_is_what_the_switches_say(evaluate: Evaluate, params: str, numbers: list[int]) -> None:
    result = evaluate(f"--evaluator-params={params}", model="always")
    assert right() == numbers
    assert result.ret == 0


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"regexes_to_ignore": ["("]}, "regexes_to_ignore.0: '(' is no regular expression: missing )"),
        ({"ignore_cases": True}, "unknown parameter 'ignore_cases': did you mean 'ignore_case'?"),
        ({"scorer": "partial_macth"}, "unknown scorer 'partial_macth': did you mean 'partial_match'?"),
    ],
)
def test_a_mistake_is_one_line_before_anything_is_asked(
    evaluate: Evaluate, pytester: pytest.Pytester, params: dict[str, Any], said: str
) -> None:
    result = evaluate(f"--evaluator-params={json.dumps(params)}", model="always", inprocess=True)
    assert result.ret == 4
    assert said in result.stderr.str()
    assert not (pytester.path / "ledger.txt").exists()


def test_a_regular_expression_without_end_costs_items_and_not_the_run(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(BACKEND.replace('"(A)"', '"a" * 60 + "b"'))
    params = json.dumps({"regexes_to_ignore": "(a+)+$", "time_limit": 0.2})
    result = evaluate(f"--evaluator-params={params}", "--max-error-rate=1", model="always")
    assert metrics()["errors"] == len(ROWS)
    result.stdout.fnmatch_lines(["*gave no verdict within 0.2 s*"])
