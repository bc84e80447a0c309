from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.show.layout import cut, display_width, pad, shown_p_value, wrap


def test_hangul_takes_two_columns() -> None:
    assert display_width("가a") == 3
    assert cut("가나다라", 5) == "가나…"
    assert pad("가", 4) == "가  "
    assert wrap("하나 둘 셋 넷", 7) == ["하나 둘", "  셋 넷"]
    assert wrap("averylongword b", 5) == ["averylongword", "  b"]


@given(st.text(alphabet="a가 é\u0301다", max_size=30), st.integers(2, 20))
def test_nothing_is_wider_than_it_may_be(text: str, width: int) -> None:
    assert display_width(cut(text, width)) <= width
    assert display_width(pad(text, width)) == width
    assert all(display_width(line) <= width or " " not in line.strip() for line in wrap(text, width))
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


@given(st.text(max_size=30), st.integers(2, 40))
def test_columns_are_counted_of_what_is_shown(text: str, width: int) -> None:
    for shown in (cut(text, width), pad(text, width), *wrap(text, width)):
        assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in shown)
    assert display_width(cut(text, width)) <= width
    assert display_width(pad(text, width)) == width


def test_no_line_that_was_broken_begins_with_a_command() -> None:
    assert wrap("the subset ::error::x fell", 12) == ["the subset", r"  \::error::x", "  fell"]


def test_a_p_value_has_four_decimals_or_is_below_them() -> None:
    assert [shown_p_value(value) for value in (1.0, 0.04567, 1e-4, 9.9e-5, 0.0)] == [
        "1.0000",
        "0.0457",
        "0.0001",
        "<0.0001",
        "<0.0001",
    ]
