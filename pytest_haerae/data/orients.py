"""The rows of a JSON value, whichever way a table was written into it: pandas alone has six."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

ROWS_KEYS = ("data", "rows", "items", "questions", "examples")
"""The keys of an object that holds the array of rows."""
QUESTION_COLUMNS = frozenset({"question", "query"})
"""A column of one of these names tells a table of questions from what else an object of lists may be."""


def rows_of(found: Any) -> list[Any] | None:  # noqa: ANN401 - JSON
    """The rows of an array, of an object that holds one, or of a table by its columns or by its rows' numbers.

    Args:
        found: What a file holds: ``[row, …]``; ``{"data": [row, …]}``; as pandas writes a table, ``{"columns": […],
            "data": [[cell, …], …]}`` (split), ``{column: {"0": cell, …}}`` (columns) or ``{"0": row, …}`` (index); and
            ``{column: [cell, …]}``, as a dictionary of lists.

    Returns:
        The rows, of which some may be no objects; None where it is none of these.
    """
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        return None
    for read in (_split, _of_key, _by_columns, _by_index):
        rows = read(found)
        if rows is not None:
            return rows
    return None


def _of_key(found: dict[str, Any]) -> list[Any] | None:
    arrays = [key for key in ROWS_KEYS if isinstance(found.get(key), list)]
    if len(arrays) != 1:
        return None
    rows: list[Any] = found[arrays[0]]
    # So the hub's rows are answered: {"rows": [{"row_idx": 0, "row": {…}}, …]}.
    wrapped = rows and all(isinstance(row, dict) and isinstance(row.get("row"), dict) for row in rows)
    return [row["row"] for row in rows] if wrapped else rows


def _split(found: dict[str, Any]) -> list[Any] | None:
    columns, rows = found.get("columns"), found.get("data")
    if not isinstance(columns, list) or not isinstance(rows, list) or len(set(map(str, columns))) != len(columns):
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        return None
    return [dict(zip(map(str, columns), row, strict=True)) for row in rows]


def _by_columns(found: dict[str, Any]) -> list[Any] | None:
    if QUESTION_COLUMNS.isdisjoint(found):
        return None
    columns: list[Sequence[Any]] = []
    numbers = {tuple(column) if isinstance(column, dict) else None for column in found.values()}
    if len(numbers) == 1 and None not in numbers:
        columns = [list(column.values()) for column in found.values()]
    elif all(isinstance(column, list) for column in found.values()):
        columns = list(found.values())
    if not columns or len({len(column) for column in columns}) != 1:
        return None
    return [dict(zip(found, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _by_index(found: dict[str, Any]) -> list[Any] | None:
    rows = list(found.values())
    return rows if rows and all(map(_asks, rows)) else None


def _asks(row: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether an object has a question; that of a column's description is no text."""
    return isinstance(row, dict) and any(isinstance(row.get(name), str) for name in QUESTION_COLUMNS)
