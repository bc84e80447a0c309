"""An item's options, prepared for finding them in texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pytest_haerae.scoring.reading.cleaning import strip_markup, unify_characters
from pytest_haerae.types import LETTERS, Item

_MOST_OCCURRENCES = 200
_SHORT, _MOST_SPREAD = 5, 2
"""Characters of an option that may be part of a word by chance, and how far spaces may spread an option out."""
_SPEAKS_OF_LABELS = re.compile(rf"(?<![A-Za-z0-9])[{LETTERS}](?![A-Za-z])|\d\s?번|[(\[][{LETTERS.lower()}\d][)\]]")
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
_QUOTES = " \t\r\n\"'“”‘’「」『』《》〈〉*`"
_EDGES = _QUOTES + ".,;:!?()[]{}<>-–—…。"
_JOINTS = " .:)-,'\"("
_SIGNED = re.compile(r"[-–+]\s?[\d(√.]")
_FINAL_COPULA = re.compile(r"\s?(?:입니다|이에요|예요|이다)[.!]?\Z")

_FORMS = 6
"""The forms in which texts are compared (`_forms_of`)."""


@dataclass(frozen=True)
class Options:
    """The labels and texts of an item's options.

    Attributes:
        labels: The item's labels.
        texts: The options' texts, folded.
        spaced: Whether spaces count: only where options differ by nothing else.
        cased: Whether capitals count: only where options differ by nothing else.
        speak_of_labels: Whether some option's text holds what would otherwise be read as a letter or number.
        forms: The options' texts in each form, the strictest first.
    """

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    spaced: bool
    cased: bool
    speak_of_labels: bool
    forms: tuple[tuple[str, ...], ...]

    def label(self, written: str) -> str | None:
        """The item's label for a letter of either case, or a number counted from 1; None where it has none such."""
        if written.upper() in self.labels:
            return written.upper()
        index = int(written) - 1 if written.isdigit() else ord(written.upper()) - ord("A")
        return self.labels[index] if 0 <= index < len(self.labels) else None

    def exactly(self, text: str, loosest: int = _FORMS, *, edges: bool = True) -> str | None:
        """The label of the option whose whole text this is; the strictest comparison that finds one decides.

        Args:
            text: A text, perhaps in quotes, or with a full stop or a Korean copula behind it.
            loosest: How many of the forms are tried, the strictest first.
            edges: Whether brackets and bullets around the text are looked away from, too.
        """
        if len(text) > _MOST_SPREAD * max(map(len, self.forms[0]), default=0) + 4 * _SHORT:
            return None
        loose = {_forms_of(variant)[-1] for variant in {text, _FINAL_COPULA.sub("", text.strip())}}
        if loose.isdisjoint(self.forms[-1]):
            return None
        written = [_forms_of(variant) for variant in dict.fromkeys(_variants(text, edges))]
        for place, own in enumerate(self.forms[:loosest]):
            for forms in written:
                if forms[place] and own.count(forms[place]) == 1:
                    return self.labels[own.index(forms[place])]
        return None

    def begin_with(self, text: str) -> bool:
        """Whether some option's own text stands at a text's beginning."""
        return any(self.end_of_own_text(text, label, 0) for label in self.labels)

    def end_of_own_text(self, text: str, label: str, end: int) -> int:
        """Where a mention ends, its option's own text included where that follows it."""
        own = self.texts[self.labels.index(label)]
        window = text[end : end + 2 * len(own) + 8]
        folded, places = self._fold(window)
        passed = len(folded) - len(folded.lstrip(_JOINTS))
        for begin in (passed, passed - 1):  # an option may begin with what would join it to its label: "-2", "(가)"
            if own and begin >= 0 and folded.startswith(own, begin):
                return end + places[begin + len(own) - 1] + 1
        return end

    def occurrences(self, text: str) -> list[tuple[int, int, int]]:
        """Where the options' texts stand: index, start, end; an option inside a longer one does not count."""
        folded, places = self._fold(text)
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

    def _fold(self, text: str) -> tuple[str, list[int]]:
        return _fold(text, self.spaced, self.cased)


def options_of(item: Item) -> Options:
    """Prepare an item's options."""
    return _prepare(item.labels or (), item.options or ())


@lru_cache(maxsize=16)
def _prepare(labels: tuple[str, ...], texts: tuple[str, ...]) -> Options:
    unified = [unify_characters(text).strip() for text in texts]
    closed = [strip_markup(text) for text in unified]
    spaced = cased = False
    folded = _all_folded(closed, spaced, cased)
    if len(set(folded)) < len(set(closed)):
        cased = len(set(_all_folded(closed, spaced=True, cased=True))) > len(set(_all_folded(closed, True, False)))
        spaced = len(set(_all_folded(closed, True, cased))) > len(set(_all_folded(closed, False, cased)))
        folded = _all_folded(closed, spaced, cased)
    speak = any(_SPEAKS_OF_LABELS.search(text) and len(text) > 1 for text in unified)
    forms = [_forms_of(text) for text in texts]
    by_form = tuple(tuple(each[place] for each in forms) for place in range(_FORMS))
    return Options(labels, folded, spaced, cased, speak, by_form)


def _forms_of(text: str) -> tuple[str, ...]:
    """A text as it is compared: from the letter to what is left without case, spaces, markup and punctuation."""
    unified = unify_characters(text)
    closed = strip_markup(unified)
    lowered = "".join(_lower(closed).split())
    return (
        " ".join(unicodedata.normalize("NFC", text).split()),
        " ".join(unified.split()),
        "".join(unified.split()),
        "".join(closed.split()),
        lowered,
        lowered.strip(_EDGES),
    )


def _all_folded(texts: list[str], spaced: bool, cased: bool) -> tuple[str, ...]:
    if not spaced:  # as `_fold`, without the places: these texts are those of every item
        return tuple("".join((text if cased else _lower(text)).split()) for text in texts)
    return tuple(_fold(text, spaced, cased)[0] for text in texts)


def _variants(text: str, edges: bool) -> Iterator[str]:
    """A text as it stands, and without a full stop, a copula, quotes, brackets and bullets around it."""
    text = text.strip()
    yield text
    yield text.removesuffix(".")
    yield text.rstrip(" .。")
    yield _FINAL_COPULA.sub("", text)
    yield text.strip(_QUOTES).rstrip(" .。")
    yield _FINAL_COPULA.sub("", text.strip(_QUOTES + ".。")).strip(_QUOTES)
    if not edges:
        return
    bare = _FINAL_COPULA.sub("", text).rstrip(_EDGES)
    begin = len(bare) - len(bare.lstrip(_EDGES))
    while begin and _SIGNED.match(bare, begin - 1):
        begin -= 1
    yield bare[begin:]


def _lower(text: str) -> str:
    """A text in small letters, character by character: a few capitals have small forms of two, and then all stay."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


def _fold(text: str, spaced: bool, cased: bool) -> tuple[str, list[int]]:
    """Fold a text, and say where each character of the result stood."""
    lowered = text if cased else _lower(text)
    if spaced:
        places = [
            index
            for index, character in enumerate(lowered)
            if not character.isspace() or (index > 0 and not lowered[index - 1].isspace())
        ]
        return "".join(" " if lowered[index].isspace() else lowered[index] for index in places), places
    places = [index for index, character in enumerate(lowered) if not character.isspace()]
    return "".join([lowered[index] for index in places]), places


_PART_BEFORE = re.compile(r"\d[.,]\Z|[√^/]\Z|(?:\A|[\s(=:\[*])-\Z|[A-Za-z']\(\Z")
_PART_BEHIND = re.compile(r"[.,]\d|[%°√^]|/\d")
"""What makes a number part of another: a decimal point, a sign, a root, a unit, a function's brackets."""


def _stands_alone(text: str, start: int, end: int, option: str) -> bool:
    """Whether an option's text is no part of something else: "배" in "재배", "3" in "13", "3.1", "-3", "3%"."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if before and before[-1].isalnum():
        return False
    if option[0] in "-0123456789" and (_PART_BEFORE.search(before) or (before[-1:] == "(" and behind[:1] == ",")):
        return False
    if option[-1].isdigit() and (behind[:1].isdigit() or _PART_BEHIND.match(behind)):
        return False
    if not behind or len(option) >= _SHORT or not behind[0].isalnum():
        return True
    return bool((_COPULA if len(option) == 1 else _PARTICLES).match(text, end))
