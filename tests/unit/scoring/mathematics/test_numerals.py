from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.mathematics.numerals import join_thousands, read_number

SINO = "영일이삼사오육칠팔구"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        ("-3.5", "-7/2"),
        (".5", "1/2"),
        ("1e+16", 10**16),
        ("1,234,567", 1234567),
        ("1 000", 1000),
        ("1'000", 1000),
        ("1.000.000", 10**6),
        ("1/2", "1/2"),
        ("2 1/2", "5/2"),
        ("1과 1/2", "3/2"),
        ("-1 3/4", "-7/4"),
        ("\\frac{3}{4}", "3/4"),
        ("2\\frac{1}{2}", "5/2"),
        ("-\\frac{7}{3}", "-7/3"),
        ("3분의 2", "2/3"),
        ("2와 3분의 1", "7/3"),
        ("삼분의 이", "2/3"),
        ("3\\times 10^4", 30000),
        ("10^{-2}", "1/100"),
        ("3만 5천 원", 35000),
        ("1억 2천만", 120_000_000),
        ("3백5십만 명", 3_500_000),
        ("이십사", 24),
        ("백이십삼", 123),
        ("만 이천", 12000),
        ("삼억", 3 * 10**8),
        ("열두 개", 12),
        ("스물셋", 23),
        ("영", 0),
        ("마이너스 3", -3),
        ("x = 42", 42),
        ("약 3.14", "157/50"),
        ("₩10,000", 10000),
        ("$5.50", "11/2"),
        ("12cm^{2}", 12),
        ("25 km/h", 25),
        ("60^\\circ", 60),
        ("2.5 meters", "5/2"),
        ("12개의 사과", 12),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: int | str) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.value, number.percent) == (Fraction(value), False)


@pytest.mark.parametrize("text", ["25%", "25\\%", "25퍼센트", "25 %"])
def test_a_percent_sign_is_remembered(text: str) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.value, number.percent) == (Fraction(25), True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "개",
        "x",
        "2x",
        "1, 2",
        "1,00",
        "12,34",
        "1 00",
        "1/0",
        "0분의 1",
        "일이",
        "[1,3)",
        "2\\sqrt{3}",
        "1<x",
        "가",
        "9" * 201,
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


@given(st.integers(-(10**15), 10**15), st.sampled_from([",", " ", "'"]))
def test_separated_thousands_are_the_number(number: int, separator: str) -> None:
    assert join_thousands(f"{number:,}".replace(",", separator)) == str(number)


@given(st.integers(0, 9999))
def test_a_number_in_sino_korean_words_is_the_number(number: int) -> None:
    words = "".join(
        (SINO[digit] if digit > 1 or not unit else "") + unit
        for digit, unit in zip((int(digit) for digit in f"{number:04}"), ("천", "백", "십", ""), strict=True)
        if digit
    )
    read = read_number(words or "영")
    assert read is not None
    assert read.value == number


@given(st.integers(0, 999), st.integers(1, 99), st.integers(1, 99))
def test_a_mixed_number_is_the_sum_of_its_parts(whole: int, above: int, below: int) -> None:
    expected = whole + Fraction(above, below)
    for text in (f"{whole} {above}/{below}", f"{whole}\\frac{{{above}}}{{{below}}}", f"{whole}과 {below}분의 {above}"):
        read = read_number(text)
        assert read is not None
        assert read.value == expected
