"""What options are called: letters, numbers and Hangul, in the ways in which people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pytest_haerae.data.cells import nfc
from pytest_haerae.types import LETTERS

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CONSONANTS = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_SYLLABLES = "가나다라마바사아자차카타파하"
LABELLINGS = (
    tuple(LETTERS),
    tuple(str(number) for number in range(1, 27)),
    tuple(str(number) for number in range(26)),
    tuple(CIRCLED),
    tuple(_CONSONANTS),
    tuple(_SYLLABLES),
)
"""What options are counted by."""

_COMPATIBILITY = ((0xFF01, 0xFF5F), (0x2474, 0x249C), (0x249C, 0x24B6), (0x24B6, 0x24EA))
"""Full-width characters, and numbers and letters in parentheses, with a point, in a circle; but not ①, …."""
_WIDTHS = {
    code: unicodedata.normalize("NFKC", chr(code)) for start, end in _COMPATIBILITY for code in range(start, end)
}
_WIDTHS |= {0x3260 + number: letter for number, letter in enumerate(_CONSONANTS)}
_WIDTHS |= {0x326E + number: letter for number, letter in enumerate(_SYLLABLES)}

_NAME = rf"[A-Za-z]|[0-9]{{1,2}}|[{CIRCLED}]|[{_CONSONANTS}]|[{_SYLLABLES}]"
_WORD = r"(?:정답|답|보기|선택지|option|choice|answer|alternative|ending|opt)"
_WRITTEN = re.compile(rf"^(?:{_WORD}[\s:_#-]*)?[\s(\[]*({_NAME})[\s)\]]*번?[\s.:)]*$", re.IGNORECASE)
_BEFORE_TEXT = re.compile(rf"^\s*[(\[]?({_NAME})(?:[)\].:]+|번[.:]?|(?<=[{CIRCLED}]))\s*(?=\D)(\S.*)$", re.DOTALL)
_AROUND = re.compile(r"^[\s(（]+|[\s)）.:]+$")


def plain_label(label: str) -> str:
    """A label without brackets, point and case: ``(b)``, ``B.``, ``Ｂ`` and ``option_b`` are ``B``."""
    text = nfc(label).translate(_WIDTHS).strip()
    written = _WRITTEN.match(text)
    return written[1].upper() if written else _AROUND.sub("", text).upper()


def other_number(label: str) -> str | None:
    """The other way of writing a number: ``②`` of ``2`` and ``2`` of ``②``; None where there is none."""
    if len(label) == 1 and label in CIRCLED:
        return str(CIRCLED.index(label) + 1)
    return CIRCLED[int(label) - 1] if label.isdecimal() and 1 <= int(label) <= len(CIRCLED) else None


def position(label: str) -> int | None:
    """Which option a label names where the data do not label them, from 0: ``Ｂ.``, ``2번``, ``(2)``, ``②``, ``(나)``.

    Returns:
        None for what is no label, and for a bare number: that may count from 0.
    """
    text = nfc(label).translate(_WIDTHS).strip()
    written = _WRITTEN.match(text)
    if not written:
        return None
    name = written[1].upper()
    bare = written[1] == text
    if name.isdecimal():
        return None if bare or name == "0" else int(name) - 1
    names = next(names for names in (LETTERS, CIRCLED, _CONSONANTS, _SYLLABLES) if name in names)
    return None if bare and names in (_CONSONANTS, _SYLLABLES) else names.index(name)


def split_label(text: str) -> tuple[str, str] | None:
    """The label and the text of ``A. 서울``, ``(A) 서울`` or ``① 서울``; None where no label stands before a text."""
    match = _BEFORE_TEXT.match(text.translate(_WIDTHS))
    return (match[1].upper(), match[2].strip()) if match else None


@lru_cache(maxsize=1024)
def own_labels(texts: Sequence[str]) -> tuple[str, ...] | None:
    """The labels that options carry in their texts, ``("B", "A")`` of ``("B. 부산", "A. 서울")``.

    Args:
        texts: The options' texts, as a tuple.

    Returns:
        None where one has none, or where they do not count without a gap.
    """
    labels = []
    for text in texts:
        label = split_label(text)
        if label is None:
            return None
        labels.append(label[0])
    counted = any(set(labelling[: len(labels)]) == set(labels) for labelling in LABELLINGS)
    return tuple(labels) if counted and len(set(labels)) == len(labels) else None
