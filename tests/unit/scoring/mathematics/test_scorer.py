from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.mathematics.process import MathematicsProcess, Result, compare
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.types import Item, Response, Verdict
from tests.helpers import lettered
from tests.unit.scoring.judged import judged


def verdict(text: str, reference: str = "42") -> Verdict:
    item = Item("MATH-0000", "MATH", 0, "6 곱하기 7은 얼마인가?", None, None, reference)
    return judged(item, Response(text=text), "string_match", "math")


@pytest.mark.parametrize("text", ["", "모르겠습니다.", "\\boxed{}", "<think>42", f"\\boxed{{{'x' * 301}}}"])
def test_no_answer_is_invalid(text: str) -> None:
    found = verdict(text)
    assert (found.outcome, found.prediction, found.rule) == ("invalid", None, "no answer")


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("42", "42.0"),
        ("1,000", "1000"),
        ("0.5", "1/2"),
        ("−3", "-3"),
        ("0.3333333", "1/3"),
        ("3만 원", "30000"),
        ("3만 5천 원", "35000"),
        ("1억 2천만", "120000000"),
        ("2천3백", "2300"),
        ("3백5십만 명", "3500000"),
        ("12만3천4백56", "123456"),
        ("-1.5억", "-150000000"),
        # As Python writes the numbers of a column of floats.
        ("10000000000000000", "1e+16"),
        ("0.00005", "5e-05"),
    ],
)
def test_plain_numbers_are_compared_by_value_without_a_process(
    monkeypatch: pytest.MonkeyPatch, answer: str, reference: str
) -> None:
    def refuse(answer: str, reference: str) -> Result:
        raise AssertionError(f"{answer} and {reference} are plain numbers")

    monkeypatch.setattr("pytest_haerae.scoring.mathematics.equality.compare", refuse)
    assert verdict(f"\\boxed{{{answer}}}", reference).outcome == "correct"
    assert verdict(f"\\boxed{{{answer}}}", "7").outcome == "wrong"


@pytest.mark.parametrize(
    ("answer", "reference", "outcome"),
    [
        ("\\frac{84}{2}", "42", "correct"),
        ("x = 42", "42", "correct"),
        ("42개", "42", "correct"),
        ("42\\text{ cm}", "42", "correct"),
        ("2\\sqrt{3}", "\\sqrt{12}", "correct"),
        ("2\\sqrt{3}", "\\sqrt{13}", "wrong"),
        ("50\\%", "50", "correct"),
        ("없음", "42", "invalid"),
        ("없음", "없 음", "correct"),
    ],
)
def test_formulas_are_compared_by_math_verify(answer: str, reference: str, outcome: str) -> None:
    pytest.importorskip("math_verify")
    assert verdict(f"\\boxed{{{answer}}}", reference).outcome == outcome


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50))
def test_plain_numbers_agree_with_math_verify(first: object, second: object) -> None:
    pytest.importorskip("math_verify")
    for other in (first, second):
        expected = {"equal": "correct", "different": "wrong"}[compare(str(first), str(other))]
        assert verdict(f"\\boxed{{{first}}}", str(other)).outcome == expected


def test_the_words_that_were_read_are_a_part_of_the_output() -> None:
    text = "먼저 6×7을 구한다. 정답은 ４２개입니다."
    assert verdict(text).why == "정답은 ４２개"
    assert verdict("\\boxed{41} 이다").why == "\\boxed{41}"
    assert verdict("모르겠습니다.").why is None


@pytest.mark.parametrize("text", ["", "<think>6×7은 42", "6×7을 구하면 6×6=36에", "\\boxed{4"])
def test_an_output_that_was_cut_before_an_answer_is_cut_and_not_wrong(text: str) -> None:
    item = Item("MATH-0000", "MATH", 0, "6 곱하기 7은?", None, None, "42")
    found = judged(item, Response(text=text, finish_reason="length"), "string_match", "math")
    assert (found.outcome, found.prediction, found.why) == ("cut", None, None)
    assert found.explanation == "MATH-0000 cut: the output ended at its limit before an answer, reference 42"


def test_a_process_that_cannot_be_started_is_an_error_of_the_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/none/python")
    process = MathematicsProcess()
    monkeypatch.setattr("pytest_haerae.scoring.mathematics.equality.compare", process.compare)
    assert verdict("\\boxed{x}").outcome == "error"


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.scoring.mathematics.scorer.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"math-verify, which is not installed: pip install 'pytest-haerae\[math\]'"):
        choose_scorer("string_match", {"scorer": "math"}).check()
    choose_scorer("string_match").check()


def test_lettered_items_are_judged_by_their_letters() -> None:
    assert judged(lettered("B"), Response(text="\\boxed{B}"), "string_match", "math").outcome == "correct"


def test_log_likelihood_skips_free_answers() -> None:
    item = Item("MATH-0000", "MATH", 0, "6 곱하기 7은?", None, None, "42")
    assert judged(item, None, "log_likelihood").outcome == "skipped"
