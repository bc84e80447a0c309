"""What a row says beside its question: its columns that have no other meaning, as JSON has them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Container, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pytest_haerae.data.cells import MISSING, ClassNumber, plain
from pytest_haerae.data.fields import Row

_LONG = 200
"""Longer texts are hardly those of several rows."""
_DEEPEST = 32
"""Levels of lists and objects in a cell: what is nested deeper is left out."""
NO_VALUE = ""
"""What stands for the value of a row that lacks the column. No value is blank: blank cells are left out."""
_WHOLE_FLOATS = 2.0**53
_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""Made once: `json.dumps` with arguments makes one for each value."""


class Metadata(Mapping[str, Any]):
    """The further columns of one row, which cannot be changed; what rows have in common is kept once.

    Args:
        columns: The names.
        values: A JSON value each.
    """

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: tuple[str, ...] = (), values: tuple[Any, ...] = ()) -> None:
        self._columns = columns
        self._values = values

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a JSON value
        try:
            return self._values[self._columns.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return repr(dict(self))


class WatchedRow(dict[str, Any]):
    """A row that notes which of its columns somebody looks at.

    Attributes:
        used: Their names.
    """

    def __init__(self, row: Row) -> None:
        super().__init__(row)
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a cell
        self.used.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - a cell
        """As a dictionary's."""
        self.used.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.used.add(str(name))
        return super().__contains__(name)


class MetadataReader:
    """Makes the metadata of the rows of one subset.

    Args:
        known: What is known of all of them; a row's own column of the same name says it better.
    """

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self._known = Metadata(tuple(known or ()), tuple((known or {}).values()))
        self._names: list[str] = []
        self._columns: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._texts: dict[str, str] = {}
        self._made: dict[tuple[Any, ...], Metadata] = {}

    def watch(self, row: Row, used: Container[str]) -> None:
        """Learn which columns the next rows have beside those that are used; a column without a name has no meaning."""
        self._names = [name for name in row if name not in used and name.strip()]
        self._made = {}

    def of(self, row: Row) -> Metadata:
        """The metadata of a row that has the columns of the one that was watched; cells without a value are left out.

        Equal texts, and rows of equal texts, are the same objects: there are tens of thousands.
        """
        if not self._names:
            return self._known
        cells = tuple([row[name] for name in self._names])
        try:
            made = self._made.get(cells)
        except TypeError:  # A list is not hashed.
            made = None
        if made is None:
            made = self._make(cells)
            # No others: numbers may be equal and not the same, as 1, 1.0 and true are.
            if all(type(cell) is str and len(cell) <= _LONG for cell in cells):
                self._made[cells] = made
        return made

    def _make(self, cells: tuple[Any, ...]) -> Metadata:
        found: dict[str, Any] = {}
        for name, cell in zip(self._names, cells, strict=True):
            value = cell if type(cell) is str else json_value(cell)
            if value is None or (type(value) is str and value.strip() in MISSING):
                continue
            found[name] = self._texts.setdefault(value, value) if type(value) is str and len(value) <= _LONG else value
        if not found:
            return self._known
        found |= {name: self._known[name] for name in self._known if name not in found}
        columns = tuple(found)
        return Metadata(self._columns.setdefault(columns, columns), tuple(found.values()))


def json_value(value: Any, levels: int = _DEEPEST) -> Any:  # noqa: ANN401 - a cell, and a JSON value
    """A cell as JSON has it: text in place of a date or of a class's number.

    Args:
        value: The cell, its texts in NFC.
        levels: How deep lists and objects in it may be nested.

    Returns:
        The value; None for one that is missing or that JSON does not have: NaN, infinity, bytes, a picture.
    """
    value = plain(value)
    if isinstance(value, Mapping):
        return {str(name): json_value(part, levels - 1) for name, part in value.items()} if levels else None
    if isinstance(value, list | tuple):
        return [json_value(part, levels - 1) for part in value] if levels else None
    write = next((write for kinds, write in _WRITERS if isinstance(value, kinds)), None)
    return write(value) if write else None


def value_of(metadata: Mapping[str, Any], column: str) -> str:
    """The value of a column as the report names its group; `NO_VALUE` where the row has none."""
    return written(metadata.get(column))


def written(value: Any) -> str:  # noqa: ANN401 - a JSON value
    """A value of a row's metadata as people write it.

    Values that are written alike are one: the number 2019 of a parquet file, 2019.0 of a column with gaps, and the
    text ``2019`` of a CSV file. What is neither text nor a number stands as JSON.
    """
    if value is None:
        return NO_VALUE
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_FLOATS:
        value = int(value)
    return (value if isinstance(value, str) else _written(value)).strip()


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (str, str),
    (bool, bool),
    (ClassNumber, lambda value: value.name),
    (int, int),
    (float, _finite),
    ((date, time), lambda value: value.isoformat()),
    (Decimal, lambda value: str(value) if value.is_finite() else None),
    ((timedelta, UUID), str),
)
"""How each kind of cell is written, the first that fits: a truth value is a whole number to Python."""
