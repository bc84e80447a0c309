from __future__ import annotations

import pytest

from pytest_haerae.scoring.mathematics.notation import plain_notation, without_marker


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\\text{12개}", "12개"),
        ("\\text{총 }12\\text{가지}", "총 12 가지"),
        ("10{,}000", "10,000"),
        ("10\\,000", "10 000"),
        ("1~024", "1 024"),
        ("$42$", "42"),
        ("\\(42\\)", "42"),
        ("\\$18.50", "₩18.50"),
        ("\\dfrac12", "\\frac{1}{2}"),
        ("\\frac{1}2", "\\frac{1}{2}"),
        ("\\frac3{4}", "\\frac{3}{4}"),
        ("\\left[1,3\\right)", "[1,3)"),
        ("\\sqrt3", "\\sqrt{3}"),
        ("루트 5", "\\sqrt{5}"),
        ("x \\leqslant 3", "x \\le 3"),
        ("x<=3", "x\\le 3"),
        ("**42**.", "42"),
        ("\\\\frac{1}{2}", "\\frac{1}{2}"),
    ],
)
def test_a_value_is_written_in_one_way(text: str, plain: str) -> None:
    assert plain_notation(text) == plain


@pytest.mark.parametrize(
    ("text", "value"),
    [("③ 12", "12"), ("③", "3"), ("③번", "3"), ("(4) 20", "20"), ("(4)", "(4)"), ("12", "12"), ("⑳ 1", "1")],
)
def test_the_mark_of_an_option_is_no_part_of_the_value(text: str, value: str) -> None:
    assert without_marker(text) == value
