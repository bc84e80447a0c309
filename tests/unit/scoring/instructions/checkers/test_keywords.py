from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("keywords"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    agrees(case)


def test_what_was_counted_is_told() -> None:
    assert (
        check("keywords:existence", "서울은 크다.", keywords=["서울", "바다"]).counted
        == "1 of 2 keywords, missing '바다'"
    )
    told = check("keywords:forbidden_words", "사과를", forbidden_words=["사과", "배"])
    assert told.counted == "forbidden words used: '사과'"
    counted = check("keywords:frequency", "나무", keyword="나무", frequency=3, relation="at least").counted
    assert counted == "1 times '나무', at least 3 asked"


@pytest.mark.parametrize(
    ("text", "letter", "count"),
    [
        ("값", "ㅅ", 1),
        ("값", "ㅄ", 0),
        ("ㅄ", "ㅂ", 1),
        ("ㄲ까", "ㄱ", 0),
        ("와", "ㅗ", 0),
        ("와", "ㅘ", 1),
        ("힣", "ㅎ", 2),
    ],
)
def test_letters_of_hangul_are_counted_inside_syllables(text: str, letter: str, count: int) -> None:
    for asked in range(3):
        exact = check("keywords:letter_frequency", text, letter=letter, let_frequency=asked, let_relation="at least")
        assert exact.followed == (count >= asked)


@given(st.text(alphabet="가각갂나한글ㄱㅏ ", max_size=30))
def test_letters_of_hangul_are_those_that_unicode_takes_syllables_apart_into(text: str) -> None:
    """Of initials: each is one code point of the decomposed text."""
    asked = sum(character in "ᄀ" for character in unicodedata.normalize("NFD", text))
    finals = sum(character in "ᆨ" for character in unicodedata.normalize("NFD", text))
    count = asked + finals + text.count("ㄱ")
    told = check("keywords:letter_frequency", f"{text}.", letter="ㄱ", let_frequency=count, let_relation="at least")
    assert told.counted == f"{count} times 'ㄱ', at least {count} asked"


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("물을 마신다.", 1),
        ("동물과 식물", 0),
        ("물, 물! “물”이다.", 3),
        ("물리학", 0),
        ("물에서는 물만", 2),
        ("ㅁㅜㄹ", 0),
    ],
)
def test_a_word_of_one_syllable_is_a_word_by_itself(text: str, times: int) -> None:
    told = check("keywords:frequency", text, keyword="물", frequency=times, relation="at least")
    assert told.counted == f"{times} times '물', at least {times} asked"
    assert check("keywords:existence", text, keywords=["물"]).followed == (times > 0)
    assert check("keywords:forbidden_words", text, forbidden_words=["물"]).followed == (times == 0)
