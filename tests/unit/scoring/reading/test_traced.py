from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.reading.traced import Traced

TEXTS = st.text("ab-( \n가②", max_size=30)
PATTERNS = st.sampled_from([re.compile(p) for p in (r"a+", r"\(", r"-?", r"^", r"[ \n]+", r"②")])


@given(TEXTS, PATTERNS, st.sampled_from(["", "x", "(2)"]))
def test_a_replacement_is_that_of_regular_expressions(text: str, pattern: re.Pattern[str], new: str) -> None:
    assert Traced.of(text).sub(pattern, new).text == pattern.sub(new, text)


@given(TEXTS, st.lists(st.tuples(PATTERNS, st.sampled_from(["", "x", "\n"])), max_size=3))
def test_every_character_stands_for_a_stretch_of_the_raw_text(
    text: str, steps: list[tuple[re.Pattern[str], str]]
) -> None:
    traced = Traced.of(text)
    for pattern, new in steps:
        traced = traced.sub(pattern, new)
    assert len(traced.text) == len(traced.starts) == len(traced.stops)
    assert all(0 <= start <= stop <= len(text) for start, stop in zip(traced.starts, traced.stops, strict=True))
    assert list(traced.starts) == sorted(traced.starts)
    assert traced.words(text, 0, len(traced.text)) in text


def test_the_words_are_those_of_the_raw_text() -> None:
    raw = "답: **(②)** 끝"
    traced = Traced.of(raw).sub(re.compile(r"\*+"), "").sub(re.compile("②"), "2")
    assert traced.text == "답: (2) 끝"
    assert traced.words(raw, 3, 6) == "(②)"
    assert traced.words(raw, 2, 7) == "(②)"
    assert traced.words(raw, 2, 3) == ""


def test_parts_are_joined_in_the_order_of_the_raw_text() -> None:
    traced = Traced.of("하나 둘 셋")
    joined = Traced.joined([traced.part(0, 2), traced.part(5)], "…")
    assert joined.text == "하나…셋"
    assert joined.words("하나 둘 셋", 3, 4) == "셋"
    assert Traced.of("<b>둘</b>").within(re.compile("<b>(.)</b>"), 1).text == "둘"
    assert Traced.of(" 둘 ").stripped().text == "둘"
