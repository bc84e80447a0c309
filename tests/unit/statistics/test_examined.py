from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.examination import Examination
from pytest_haerae.statistics.examined import ExaminationVerdict, Examined, examine

RULE = Examination("license_name", "subject", least_each=40, least_average=60)
SUBJECTS = ("민법", "형법", "상법")


def sat(*subjects: str, whole: bool = True) -> Examined:
    """An examination whose subjects' questions are right (1), wrong (0), or without an answer (-)."""
    rights = {
        name: [None if each == "-" else Fraction(int(each)) for each in letters]
        for name, letters in zip(SUBJECTS, subjects, strict=False)
    }
    return examine(RULE, rights, whole=whole)


SHEET: list[tuple[tuple[str, ...], ExaminationVerdict, float | None]] = [
    (("1111100000", "1111111100"), "passed", 65),
    (("1111000000", "1111111100"), "passed", 60),
    (("1110000000", "1111111111"), "failed", 65),
    (("1111100000", "1111100000"), "failed", 50),
    (("1111", "1111", "10000"), "failed", 220 / 3),
    (("11", "1111100000", "1111111111"), "passed", 250 / 3),
    (("111-", "1111"), "unmeasured", None),
    (("000-", "0000"), "unmeasured", None),
    (("----",), "unmeasured", None),
    (("0000", "0000"), "failed", 0),
    (("1111",), "passed", 100),
]
"""Worked out by hand: 50 and 80; 40 and 80, both limits met exactly; 30 and 100; twice 50; 100, 100 and 20; a short
subject counts as much as a long one; questions without an answer decide nothing, whatever the others come to."""


@pytest.mark.parametrize(("subjects", "verdict", "average"), SHEET)
def test_a_sheet_worked_out_by_hand(
    subjects: tuple[str, ...], verdict: ExaminationVerdict, average: float | None
) -> None:
    found = sat(*subjects)
    assert found["verdict"] == verdict
    assert found["average"] == (None if average is None else pytest.approx(average))
    assert (found["least_each"], found["least_average"]) == (40, 60)


def test_a_subject_tells_its_mark_and_what_is_missing() -> None:
    assert sat("10-", "110")["subjects"] == {
        "민법": {"mark": None, "n": 2, "questions": 3},
        "형법": {"mark": pytest.approx(200 / 3), "n": 3, "questions": 3},
    }


def test_nothing_is_passed_of_which_there_may_be_more() -> None:
    found = sat("1111", "1111", whole=False)
    assert (found["verdict"], found["average"]) == ("unmeasured", None)
    assert found["subjects"]["민법"]["mark"] == 100
    assert examine(RULE, {})["verdict"] == "unmeasured"


def test_a_least_mark_is_what_was_written_not_its_float() -> None:
    rights = {"민법": [Fraction(1)] * 401 + [Fraction(0)] * 599}
    assert Fraction(40.1) > Fraction("40.1")
    assert examine(Examination("licence", "subject", 40.1, 40.1), rights)["verdict"] == "passed"


@given(st.integers(1, 300), st.integers(1, 300))
def test_exactly_enough_is_enough(fives: int, more: int) -> None:
    """40 of 100 in one subject and 80 in the other, of any number of questions: no rounding decides."""
    rights = {
        "민법": [Fraction(1)] * (2 * fives) + [Fraction(0)] * (3 * fives),
        "형법": [Fraction(1)] * (4 * more) + [Fraction(0)] * more,
    }
    assert examine(RULE, rights)["verdict"] == "passed"
    rights["형법"][0] = Fraction(999, 1000)
    assert examine(RULE, rights)["verdict"] == "failed"
