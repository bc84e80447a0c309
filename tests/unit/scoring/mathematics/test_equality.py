from __future__ import annotations

import pytest

from pytest_haerae.scoring.mathematics.equality import same_value
from pytest_haerae.scoring.mathematics.process import Result


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(answer: str, reference: str) -> Result:
        raise AssertionError(f"{answer} and {reference} need no process")

    monkeypatch.setattr("pytest_haerae.scoring.mathematics.equality.compare", refuse)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("answer", "reference", "equal"),
    [
        ("1\\le x<3", "[1,3)", True),
        ("1\\le x<3", "(1,3]", False),
        ("1<x<3", "(1, 3)", True),
        ("x>2", "2", False),
        ("1, 3", "3", False),
        ("3, 1", "1, 3", True),
        ("1, 1, 3", "1, 3, 3", False),
        ("(3, 1)", "(1, 3)", False),
        ("(1, 3)", "(1, 3)", True),
        ("\\pm 2", "-2, 2", True),
        ("25%", "0.25", True),
        ("25%", "25", True),
        ("25%", "2.5", False),
        ("0.25", "25%", True),
        ("4 1/2", "41/2", False),
        ("2005-09-01", "2005.9.1", True),
        ("2005.9.10", "2005.9.1", False),
        ("3:4", "3:4", True),
    ],
)
def test_values_are_compared_without_a_process(answer: str, reference: str, equal: bool) -> None:
    assert same_value(answer, reference) is equal


@pytest.mark.parametrize(
    ("answer", "reference", "equal"),
    [
        ("\\frac{1}{2} < x < \\sqrt{3}", "(0.5, \\sqrt{3})", True),
        ("\\frac{1}{2} < x < \\sqrt{3}", "(0.5, \\sqrt{2})", False),
        ("1\\pm\\sqrt{2}", "1-\\sqrt{2}, 1+\\sqrt{2}", True),
        ("x^{2} + 2x + 1", "(x+1)^2", True),
        ("2\\sqrt{3}", "\\sqrt{12}", True),
        ("모른다", "42", None),
    ],
)
def test_formulas_are_compared_in_one(answer: str, reference: str, equal: bool | None) -> None:
    pytest.importorskip("math_verify")
    assert same_value(answer, reference) is equal
