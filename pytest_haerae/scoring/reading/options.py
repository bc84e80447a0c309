"""An item's options, prepared for finding them in texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pytest_haerae.scoring.reading.cleaning import unify_characters
from pytest_haerae.types import LETTERS, Item

_MOST_OCCURRENCES = 200
_SHORT, _MOST_SPREAD = 5, 2
"""Characters of an option that may be part of a word by chance, and how far spaces may spread an option out."""
_SPEAKS_OF_LABELS = re.compile(rf"(?<![A-Za-z0-9])[{LETTERS}](?![A-Za-z])|\d\s?번")
_COPULA = re.compile(r"\s?(?:입니다|이에요|예요|이다|이며|이고|이라고|라고|임|요|다)(?![^\W_])")
_ENDING = "|".join(
    (
        *("입니다", "입니까", "이에요", "예요", "이었", "였", "이다", "이며", "며", "이고", "고", "이라고", "라고"),
        *("이라는", "라는", "이라", "라", "이란", "란", "이므로", "므로", "이지만", "지만", "인", "일", "임", "은"),
        *("는", "이", "가", "을", "를", "의", "에서", "에게", "에", "와", "과", "으로", "로", "도", "만", "이나", "나"),
        *("까지", "부터", "보다", "처럼", "뿐", "이지", "지", "대신", "말고"),
        *("습니다", "하다", "했다", "다", "요", "때", "에도", "당시"),
    )
)
_PARTICLES = re.compile(rf"(?:{_ENDING}){{1,3}}(?![^\W_])")
_EDGES = " \t\r\n.,;:!?\"'“”‘’「」『』《》〈〉()[]{}<>*-–—…。"


@dataclass(frozen=True)
class Options:
    """The labels and texts of an item's options.

    Attributes:
        labels: The item's labels.
        texts: The options' texts, folded.
        spaced: Whether spaces count: only where options differ by nothing else.
        speak_of_labels: Whether some option's text holds what would otherwise be read as a letter or number.
    """

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    spaced: bool
    speak_of_labels: bool

    def label(self, written: str) -> str | None:
        """The item's label for a letter of either case, or a number counted from 1; None where it has none such."""
        if written.upper() in self.labels:
            return written.upper()
        index = int(written) - 1 if written.isdigit() else ord(written.upper()) - ord("A")
        return self.labels[index] if 0 <= index < len(self.labels) else None

    def fold(self, text: str) -> str:
        """A text as options are compared: without case, and without spaces unless they count."""
        return _fold(text, self.spaced)[0]

    def exactly(self, text: str) -> str | None:
        """The label of the option whose whole text this is, quotes and a full stop aside."""
        if len(text) > _MOST_SPREAD * max(map(len, self.texts), default=0) + 2 * _SHORT:
            return None
        for form in (self.fold(text.strip()), self.fold(text.strip(_EDGES))):
            if self.texts.count(form) == 1:
                return self.labels[self.texts.index(form)]
        return None

    def end_of_own_text(self, text: str, label: str, end: int) -> int:
        """Where a mention ends, its option's own text included where that follows it."""
        own = self.texts[self.labels.index(label)]
        window = text[end : end + 2 * len(own) + 8]
        folded, places = _fold(window, self.spaced)
        begin = len(folded) - len(folded.lstrip(" .:)-,'\"("))
        if own and folded.startswith(own, begin):
            return end + places[begin + len(own) - 1] + 1
        return end

    def occurrences(self, text: str) -> list[tuple[int, int, int]]:
        """Where the options' texts stand: index, start, end; an option inside a longer one does not count."""
        folded, places = _fold(text, self.spaced)
        found = []
        for index, option in enumerate(self.texts):
            at = folded.find(option) if option else -1
            for _ in range(_MOST_OCCURRENCES):
                if at < 0:
                    break
                start, end = places[at], places[at + len(option) - 1] + 1
                if _stands_alone(text, start, end, option):
                    found.append((start, -end, index))
                at = folded.find(option, at + 1)
        kept: list[tuple[int, int, int]] = []
        for start, negative_end, index in sorted(found):
            if not kept or start >= kept[-1][2]:
                kept.append((index, start, -negative_end))
        return kept


def options_of(item: Item) -> Options:
    """Prepare an item's options."""
    return _prepare(item.labels or (), item.options or ())


@lru_cache(maxsize=16)
def _prepare(labels: tuple[str, ...], texts: tuple[str, ...]) -> Options:
    unified = [unify_characters(text).strip() for text in texts]
    folded = tuple("".join(_lower(text).split()) for text in unified)
    spaced = len(set(folded)) < len(folded)
    if spaced:
        folded = tuple(" ".join(_lower(text).split()) for text in unified)
    return Options(labels, folded, spaced, any(_SPEAKS_OF_LABELS.search(text) and len(text) > 1 for text in unified))


def _lower(text: str) -> str:
    """A text in small letters, character by character: a few capitals have small forms of two, and then all stay."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


def _fold(text: str, spaced: bool) -> tuple[str, list[int]]:
    """Fold a text, and say where each character of the result stood."""
    lowered = _lower(text)
    if spaced:
        places = [
            index
            for index, character in enumerate(lowered)
            if not character.isspace() or (index > 0 and not lowered[index - 1].isspace())
        ]
        return "".join(" " if lowered[index].isspace() else lowered[index] for index in places), places
    places = [index for index, character in enumerate(lowered) if not character.isspace()]
    return "".join([lowered[index] for index in places]), places


def _stands_alone(text: str, start: int, end: int, option: str) -> bool:
    """Whether an option's text is no part of another word: "배" in "재배", "3" in "13" or "3.1"."""
    if start and text[start - 1].isalnum():
        return False
    if option[0].isdigit() and start > 1 and text[start - 1] in ".," and text[start - 2].isdigit():
        return False
    if end == len(text) or len(option) >= _SHORT:
        return True
    if option[-1].isdigit() and text[end] in ".," and text[end + 1 : end + 2].isdigit():
        return False
    if not text[end].isalnum():
        return True
    return bool((_COPULA if len(option) == 1 else _PARTICLES).match(text, end))
