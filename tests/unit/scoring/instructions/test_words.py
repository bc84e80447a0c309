from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.instructions.words import count_syllables, count_words


@pytest.mark.parametrize(
    ("text", "words", "syllables"),
    [
        ("", 0, 0),
        ("나는 학교에 갔다.", 3, 7),
        ("1. 나는\n2) 갔다\n(3) 왔다\n① 끝", 4, 7),
        ("가. 하나\n나) 둘\na. 셋", 3, 4),
        ("# 제목\n> 인용\n- 목록\n* * *\n---", 3, 6),
        ("3.5 달러, 1,000 원", 4, 3),
        ("😊 — … · ", 0, 0),
        ("ㅋㅋㅋ 좋아", 2, 2),
        ("AI시대의 K-POP", 2, 3),
        ("나이 3. 살", 3, 3),
        ("## 1. 서론\n\n좋습니다.", 2, 6),
        ("**1. 서론**", 1, 2),
        ("**1.** 물을 끓인다", 2, 5),
        ("- 1. 사과\n> 2. 배", 2, 3),
        ("### 1.1. 서론\n* (3) 배", 2, 3),
        ("1.5배 빠르다", 2, 4),
        ("J. K. 롤링", 3, 2),
    ],
)
def test_words_and_syllables_are_counted(text: str, words: int, syllables: int) -> None:
    assert (count_words(text), count_syllables(text)) == (words, syllables)


@given(st.lists(st.text(alphabet="가나다라abc123", min_size=1), max_size=20), st.sampled_from([" ", "\n", "  ", "\t"]))
def test_what_stands_between_white_space_is_a_word(words: list[str], between: str) -> None:
    assert count_words(between.join(words)) == len(words)


@given(st.text(alphabet=st.characters(whitelist_categories=["Lo", "Zs"], max_codepoint=0xD7A3)))
def test_syllables_are_those_that_unicode_names_so(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    named = sum(unicodedata.name(character, "").startswith("HANGUL SYLLABLE") for character in composed)
    assert count_syllables(composed) == named
