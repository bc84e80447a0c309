"""Words and letters that an answer is to have, or not to have.

A Korean word carries its particles and endings: ``서울은`` has ``서울``, and so has ``서울특별시``. Hangul is therefore
looked for anywhere in a word, which also finds ``사진`` in ``청사진``: telling those apart takes a dictionary.
A word of one syllable would be found nearly everywhere (``예`` in ``예술``): it counts only as a word by itself,
which particles may follow.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Annotated

from pytest_haerae.scoring.instructions.particles import leaves_noun
from pytest_haerae.scoring.instructions.registry import Check, instruction
from pytest_haerae.scoring.instructions.relations import Relation, compared

_HANGUL = r"[가-힣ㄱ-ㆎ]"
_LATIN = r"[A-Za-z0-9_]"
_DOUBLE_FINALS: dict[str, str] = {
    **{"ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ"},
    **{"ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ"},
}
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")


def one_character(letter: str) -> None:
    """Refuse a letter that is none, or several.

    Raises:
        ValueError: With the problem.
    """
    if len(letter) != 1:
        raise ValueError(f"is one character, not {letter!r}")


@instruction("keywords:existence")
def existence(text: str, keywords: tuple[str, ...]) -> Check:
    """Each keyword stands somewhere; capital and small letters are the same.

    The published program takes a keyword for a regular expression; here it is a text. A space in a keyword is any
    white space, between Hangul also none: compounds are written either way.
    """
    missing = [keyword for keyword in keywords if not _times(keyword, text)]
    found = len(keywords) - len(missing)
    return Check(not missing, f"{found} of {len(keywords)} keywords" + _listed(", missing ", missing))


@instruction("keywords:forbidden_words")
def forbidden_words(text: str, forbidden_words: tuple[str, ...]) -> Check:
    r"""None of the words stands anywhere; of Latin letters only as a word by itself, as in the published program.

    That program's ``\b`` finds no Korean noun that a particle follows (``사과를``): here Hangul is found in any word.
    """
    used = [word for word in forbidden_words if _times(word, text, whole=True)]
    return Check(not used, "no forbidden word" if not used else _listed("forbidden words used: ", used))


@instruction("keywords:frequency")
def frequency(text: str, keyword: str, frequency: int, relation: Relation) -> Check:
    """A keyword stands as often as asked; it is found as `existence` finds it."""
    return compared(_times(keyword, text), relation, frequency, f"times '{keyword}'")


@instruction("keywords:letter_frequency")
def letter_frequency(
    text: str, letter: Annotated[str, one_character], let_frequency: int, let_relation: Relation
) -> Check:
    """A letter stands as often as asked; capital and small letters are the same.

    A single letter of Hangul (``ㄱ``) is counted inside syllables, too. A doubled one (``ㄲ``) and a joined
    vowel (``ㅘ``) are letters of their own; a final of two (``ㄳ``) is both. The published program knows Latin letters
    only.
    """
    said = text.casefold()
    if re.fullmatch("[ㄱ-ㅎㅏ-ㅣ]", letter):
        said = "".join(map(_letters_of, said))
    return compared(said.count(letter.casefold()), let_relation, let_frequency, f"times '{letter}'")


def _letters_of(character: str) -> str:
    """The letters of a syllable of Hangul; of a final of two letters both. Others as they are."""
    place = ord(character) - ord("가")
    if not 0 <= place < len(_INITIALS) * len(_VOWELS) * len(_FINALS):
        return _DOUBLE_FINALS.get(character, character)
    rest, final = divmod(place, len(_FINALS))
    initial, vowel = divmod(rest, len(_VOWELS))
    return _INITIALS[initial] + _VOWELS[vowel] + _DOUBLE_FINALS.get(_FINALS[final], _FINALS[final])


def _times(keyword: str, text: str, *, whole: bool = False) -> int:
    """How often a word stands in a text.

    Args:
        keyword: The word, or several.
        text: The text.
        whole: Whether Latin letters count only as words by themselves.
    """
    if len(keyword) == 1 and re.fullmatch(_HANGUL, keyword):
        runs = re.findall(f"{_HANGUL}+", text)
        return sum(run.startswith(keyword) and leaves_noun(run[1:], keyword) for run in runs)
    return len(_pattern(keyword, whole=whole).findall(text))


@lru_cache(maxsize=4096)
def _pattern(keyword: str, *, whole: bool = False) -> re.Pattern[str]:
    parts = unicodedata.normalize("NFC", keyword).split()
    joined = re.escape(parts[0])
    for before, part in pairwise(parts):
        both = re.fullmatch(_HANGUL, before[-1]) and re.fullmatch(_HANGUL, part[0])
        joined += (r"\s*" if both else r"\s+") + re.escape(part)
    if whole and re.match(_LATIN, parts[0]):
        joined = rf"(?<!{_LATIN}){joined}"
    if whole and re.match(_LATIN, parts[-1][-1]):
        joined += rf"(?!{_LATIN})"
    return re.compile(joined, re.IGNORECASE)


def _listed(before: str, words: list[str]) -> str:
    return before + ", ".join(f"'{word}'" for word in words) if words else ""
