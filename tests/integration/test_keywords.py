"""``-k`` with a Hangul word finds questions: a selection by hand, in a serial run and on workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report, write_questions
from tests.integration.always import BOTH
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

ROWS = [
    {"question": "독도가 속한 도는?", "options": ["강원도", "경상북도"], "answer": "B"},
    {"question": "한글날은 언제인가?", "options": ["10월 9일", "10월 3일"], "answer": "A"},
    {"question": "울릉도와 독도 사이의 거리는?", "options": ["87 km", "8 km"], "answer": "A"},
    {"question": "What is the capital of Korea?", "options": ["Seoul", "Busan"], "answer": "A"},
]


@pytest.mark.parametrize(
    ("expression", "found"),
    [("독도", [0, 2]), ("not 독도 and 0001", [1]), ("독도 and not 거리 or 0003", [0, 3])],
)
def test_a_word_finds_the_questions_that_have_it(
    always: Evaluate, pytester: pytest.Pytester, expression: str, found: list[int]
) -> None:
    write_questions(pytester.path, ROWS)
    result = always("-k", expression, "--min-accuracy=1")
    assert result.ret == 0, "a gate is not evaluated on a selection by hand"
    report = valid_report(Path(".haerae/report.json"))
    assert [sample["id"] for sample in report["samples"]] == [f"questions-{number:04d}" for number in found]
    assert [gate["verdict"] for gate in report["info"]["gates"]] == ["not evaluated"]
    assert report["info"]["selection"] == {"items": len(found), "by_hand": True}


@BOTH
def test_only_what_is_found_is_asked(always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    write_questions(pytester.path, ROWS)
    assert always("-k", "독도", *workers).ret == 0
    assert len(Ledger(Path("ledger.txt")).asked()) == 2


def test_no_word_of_a_question_is_found_by_an_expression_without_hangul(
    always: Evaluate, pytester: pytest.Pytester
) -> None:
    write_questions(pytester.path, ROWS)
    assert always("-k", "capital").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not Path(".haerae/report.json").exists()


def test_a_heading_of_every_question_is_no_word_of_it(always: Evaluate, pytester: pytest.Pytester) -> None:
    write_questions(pytester.path, ROWS)
    assert always("-k", "선택지").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_questions_are_listed_without_a_model(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    write_questions(pytester.path, ROWS)
    result = evaluate("--collect-only", "-q", "-k", "독도", model=None)
    result.stdout.fnmatch_lines(["*questions-0000*", "*questions-0002*", "*2/4 tests collected*"])
