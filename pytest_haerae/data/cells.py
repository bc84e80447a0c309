"""What one cell of a table says, the same for every kind of file: a text, a number, or nothing."""

from __future__ import annotations

import math
import sys
import unicodedata
from collections.abc import Mapping, Sequence, Set
from typing import Any

from pytest_haerae.data.places import RowPlace

MISSING = frozenset({"", "nan", "<NA>", "NaT"})
"""What pandas writes where a value is missing, exactly so: ``NaN`` and ``None`` may be words of a question."""
_NO_PASSAGE = frozenset({"", "nan", "none", "null", "<na>"})


class ClassNumber(int):
    """The number of a class, as `datasets` stores a ClassLabel, with the class's name.

    Attributes:
        name: The name.
    """

    name: str

    def __new__(cls, number: int, name: str) -> ClassNumber:
        """Take a class's number and name."""
        made = super().__new__(cls, number)
        made.name = name
        return made


def class_names(feature: Any) -> list[str] | None:  # noqa: ANN401 - JSON, or an object of `datasets`
    """The names of a ClassLabel of `datasets`, or of how it stands in a file; None for other kinds of columns."""
    names = None
    if isinstance(feature, Mapping):
        names = feature.get("names") if feature.get("_type") == "ClassLabel" else None
    elif type(feature).__name__ == "ClassLabel":
        names = feature.names
    return [nfc(str(name)).strip() for name in names] if isinstance(names, list) else None


def with_names(values: list[Any], names: list[str] | None) -> list[Any]:
    """The values of a column; its numbers with the names of their classes, where it has classes."""
    if not names:
        return values
    classes = [ClassNumber(number, name) for number, name in enumerate(names)]
    known = range(len(names))
    return [classes[value] if type(value) is int and value in known else value for value in values]


def nfc(text: str) -> str:
    """A text with its characters composed (NFC): macOS writes Hangul as separate letters."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def composed(value: Any) -> Any:  # noqa: ANN401 - a cell
    """A cell in NFC, with all that it holds."""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, Mapping):
        return {composed(name): composed(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [composed(part) for part in value]
    return value


def plain(value: Any) -> Any:  # noqa: ANN401 - a cell
    """A cell of numpy as Python's own list or number; others as they are."""
    numpy = sys.modules.get("numpy")
    return value.tolist() if numpy and isinstance(value, numpy.ndarray | numpy.generic) else value


def is_missing(value: Any) -> bool:  # noqa: ANN401 - a cell
    """Whether a cell holds nothing: null, NaN, a blank text, or what pandas writes for them."""
    if isinstance(value, str):
        return value.strip() in MISSING
    return value is None or (isinstance(value, float) and math.isnan(value))


def is_number(value: Any) -> bool:  # noqa: ANN401 - a cell
    """Whether a cell is written as a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def cell_text(value: Any, field: str, place: RowPlace) -> str:  # noqa: ANN401 - a cell
    """A cell's text: a number as it is written; ``""`` where nothing stands in it.

    Raises:
        UsageError: It holds no text but a list, a structure, bytes, or a number that none can write.
    """
    if isinstance(value, str):
        return "" if value.strip() in MISSING else value
    value = plain(value)
    if is_missing(value):
        return ""
    if isinstance(value, Mapping):
        raise place.error(field, "is a structure where a text is expected")
    if isinstance(value, bytes | bytearray):
        raise place.error(field, "is bytes where a text is expected")
    if isinstance(value, Sequence | Set) and not isinstance(value, str):
        raise place.error(field, "is a list where a text is expected")
    if isinstance(value, float) and math.isinf(value):
        raise place.error(field, "is an infinite number")
    try:
        return str(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits.
        raise place.error(field, "is a number of too many digits") from None


def only_one(value: Any, field: str, place: RowPlace) -> Any:  # noqa: ANN401 - a cell
    """The one answer of a list that has one; what is no list as it is.

    Raises:
        UsageError: The list has several, and a question has one right answer.
    """
    found = plain(value)
    if not isinstance(found, list | tuple):
        return value
    if len(found) != 1:
        raise place.error(field, f"has {len(found)} answers in a list; give the one that is right")
    return found[0]


def passage_text(value: Any, field: str, place: RowPlace) -> str:  # noqa: ANN401 - a cell
    """A passage; ``""`` where there is none, also where something wrote ``None`` or ``null`` for it."""
    text = cell_text(value, field, place)
    return "" if text.strip().casefold() in _NO_PASSAGE else text


def unusable_character(value: Any) -> str | None:  # noqa: ANN401 - a cell
    r"""What an escape may write that no text has: half of a surrogate pair, or NUL; None where there is none."""
    if isinstance(value, str):
        half = next((sign for sign in value if "\ud800" <= sign <= "\udfff"), None)
        if half:
            return f"half of a character (\\u{ord(half):04x})"
        return "a NUL character (\\u0000)" if "\0" in value else None
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        return next((found for part in value if (found := unusable_character(part))), None)
    return None
