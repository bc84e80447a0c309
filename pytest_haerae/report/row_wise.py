"""A report row by row: samples are read, held against the types, and let go before the next ones are looked at.

What a report weighs are its texts, and what is let go at once leaves its memory to the next: this takes less time than
all rows at once, and a fraction of their memory.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NoReturn, TypeVar, cast

from pytest_haerae.report.schema import ROWS_AT_ONCE, SCHEMA_VERSION, Report, SampleRow, check_rows, reader

Kept = TypeVar("Kept")

_OPENED, _COLON, _LIST, _NEXT_PART, _NEXT_ROW = (
    re.compile(rf"[ \t\n\r]*({sign})[ \t\n\r]*") for sign in (r"\{", ":", r"\[", "[,}]", r"[,\]]")
)
"""What stands between the values, with the blanks around it."""


class NotAsWrittenError(Exception):
    """The text is not one that this project writes today: it is to be read as a whole, which tells what is wrong."""


def read_row_wise(
    text: str, keep: Callable[[SampleRow], Kept], refuse: Callable[[str], NoReturn]
) -> tuple[Report, list[Kept], array[int]]:
    """Read a report of the newest version as it is written: each of its parts once, the version before the samples.

    Args:
        text: The file's text.
        keep: What is kept of a sample.
        refuse: Called with ``NaN``, ``Infinity`` and ``-Infinity``.

    Returns:
        The report without its samples, what is kept of them, in their order, and where each begins in the text.

    Raises:
        NotAsWrittenError: It is no such report, whatever it is.
    """
    try:
        return _Reading(text, refuse).report(keep)
    except (ValueError, RecursionError):  # pydantic's ValidationError is a ValueError
        raise NotAsWrittenError from None


class _Reading:
    """One text on its way to a report, and the place that it is read to."""

    def __init__(self, text: str, refuse: Callable[[str], NoReturn]) -> None:
        self._text = text
        self._decode = json.JSONDecoder(parse_constant=refuse).raw_decode
        self._place = 0
        self._starts = array("Q")
        self._step(_OPENED)

    def report(self, keep: Callable[[SampleRow], Kept]) -> tuple[Report, list[Kept], array[int]]:
        parts: dict[str, Any] = {}
        kept: list[Kept] = []
        for name in self._values(_NEXT_PART):
            if not isinstance(name, str) or name in parts:
                raise ValueError("no name, or a part that stands there twice")
            self._step(_COLON)
            if name == "samples":
                if parts.get("schema_version") != SCHEMA_VERSION:
                    raise ValueError("samples of which version?")
                parts[name] = []
                kept = self._rows(keep)
            else:
                parts[name] = self._value()
        if self._place != len(self._text):
            raise ValueError("something follows")
        reader().validate_python(parts)
        return cast(Report, parts), kept, self._starts

    def _rows(self, keep: Callable[[SampleRow], Kept]) -> list[Kept]:
        self._step(_LIST)
        kept: list[Kept] = []
        rows = self._values(_NEXT_ROW, self._starts.append)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            check_rows(some)
            kept += map(keep, some)
        return kept

    def _values(self, following: re.Pattern[str], begins: Callable[[int], object] | None = None) -> Iterator[Any]:
        """Values one after the other, each with what follows it; `begins` is told where each does."""
        more = True
        while more:
            if begins:
                begins(self._place)
            yield self._value()
            more = self._step(following)[1] == ","

    def _value(self) -> Any:  # noqa: ANN401 - any JSON value
        value, self._place = self._decode(self._text, self._place)
        return value

    def _step(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Step over signs and the blanks around them."""
        found = pattern.match(self._text, self._place)
        if found is None:
            raise ValueError(f"something else at {self._place}")
        self._place = found.end()
        return found


def read_rows_at(text: str, starts: Iterable[int], refuse: Callable[[str], NoReturn]) -> list[SampleRow]:
    """The rows that begin at some places of the text of a report.

    Args:
        text: The file's text.
        starts: The places, as `read_row_wise` gives them.
        refuse: Called with ``NaN``, ``Infinity`` and ``-Infinity``.

    Raises:
        NotAsWrittenError: There is no row: the file is another one by now.
    """
    decode = json.JSONDecoder(parse_constant=refuse).raw_decode
    try:
        rows = [decode(text, start)[0] for start in starts]
        check_rows(rows)
    except (ValueError, RecursionError):
        raise NotAsWrittenError from None
    return rows
