from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.mathematics.characters import PlainText


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("１２，３４５", "12,345"),
        ("1\u2009000\u202f000\u00a0원", "1 000 000 원"),
        ("−3 – 2", "-3 - 2"),
        ("1½", "1 1/2"),
        ("½", "1/2"),
        ("10⁴", "10^{4}"),
        ("x⁻¹²", "x^{-12}"),
        ("12㎠", "12cm^{2}"),
        ("45㎝", "45cm"),
        ("③ 12", "③ 12"),
        ("1≤x<3", "1\\le x<3"),
        ("1\u200b2", "12"),
        ("가나다 12", "가나다 12"),
    ],
)
def test_characters_are_plain(raw: str, plain: str) -> None:
    assert PlainText(raw).text == plain


@pytest.mark.parametrize(
    ("raw", "piece", "words"),
    [
        ("정답: １２입니다", "12", "１２"),
        ("답은 1½이다", "1 1/2", "1½"),
        ("값 x² 이다", "x^{2}", "x²"),
        ("합 1\u200b2원", "12", "1\u200b2"),
        ("㎠ 12", "12", "12"),
    ],
)
def test_the_words_of_a_piece_stand_in_the_raw_text(raw: str, piece: str, words: str) -> None:
    plain = PlainText(raw)
    start = plain.text.index(piece)
    assert plain.words(start, start + len(piece)) == words


@given(st.text(st.sampled_from("１2½²³㎠①≤ \u200b가-.")), st.data())
def test_words_are_always_a_part_of_the_raw_text(raw: str, data: st.DataObject) -> None:
    plain = PlainText(raw)
    if plain.text:
        start = data.draw(st.integers(0, len(plain.text) - 1))
        end = data.draw(st.integers(start + 1, len(plain.text)))
        assert plain.words(start, end) in raw
    assert plain.words(0, len(plain.text)).strip("\u200b") == raw.strip("\u200b")


@given(st.text(st.characters(max_codepoint=0x7E)).filter(lambda text: "\\n" not in text))
def test_plain_text_stays(raw: str) -> None:
    assert PlainText(raw).text == raw
    assert unicodedata.is_normalized("NFC", PlainText(raw).text)
