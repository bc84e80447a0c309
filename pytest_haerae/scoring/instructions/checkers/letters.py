"""In which letters and which language an answer is to be written."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pytest_haerae.scoring.instructions.registry import Check, instruction
from pytest_haerae.scoring.instructions.relations import Relation, compared
from pytest_haerae.scoring.instructions.sentences import without_code
from pytest_haerae.scoring.language import is_in, language_problem

_KOREAN = "ko"
_HANGUL = re.compile("[가-힣ㄱ-ㅣ]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f0-9'’-]*")


def known_language(language: str) -> None:
    """Refuse a language that cannot be told.

    Raises:
        ValueError: With the way out.
    """
    if (problem := language_problem(language)) is not None:
        raise ValueError(f"'{language}': {problem}")


@instruction("language:response_language")
def response_language(text: str, language: Annotated[str, known_language]) -> Check:
    """The whole answer is in this language, as langdetect finds out, each time the same.

    Korean is where most words have Hangul, code in fences aside: langdetect is misled by Latin names, ``AI와``. The
    published program draws without a seed, and passes what has no language, such as a number.
    """
    found = _is_korean(text) if language == _KOREAN else is_in(language, text)
    return Check(found, f"{'in' if found else 'not in'} the language {language}")


@instruction("change_case:english_capital")
def english_capital(text: str) -> Check:
    """Every letter is a capital Latin one; the published program asks langdetect, too, which misjudges capitals."""
    return _in_case(text, upper=True)


@instruction("change_case:english_lowercase")
def english_lowercase(text: str) -> Check:
    """Every letter is a small Latin one, as `english_capital` has it."""
    return _in_case(text, upper=False)


@instruction("change_case:capital_word_frequency")
def capital_word_frequency(text: str, capital_frequency: int, capital_relation: Relation) -> Check:
    """So many words in capitals alone, also before a Korean particle: ``KBS는`` has one."""
    count = sum(word.isupper() for word in _LATIN_WORD.findall(text))
    return compared(count, capital_relation, capital_frequency, "words in capitals")


def _is_korean(text: str) -> bool:
    words = [word for word in without_code(text).split() if any(map(str.isalpha, word))]
    return 2 * sum(_HANGUL.search(word) is not None for word in words) > len(words)


def _in_case(text: str, *, upper: bool) -> Check:
    letters = [character for character in text if character.isalpha()]
    wrong = [each for each in letters if not (each.isupper() if upper else each.islower()) or not _is_latin(each)]
    kind = "capitals" if upper else "small letters"
    return Check(bool(letters) and not wrong, f"{len(letters) - len(wrong)} of {len(letters)} letters are Latin {kind}")


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN ")
