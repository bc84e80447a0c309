"""The columns of options that stand in a column each, counted by letters or numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_haerae.data.fields import Row
from pytest_haerae.data.places import RowPlace

_GAP = 3
"""So many columns behind the last option are looked for, to tell whether one before them is missing."""


def lettered_columns(row: Row, columns: Sequence[str]) -> Sequence[str]:
    """These columns, and those that go on counting in letters: a row may have more options than its layout needs."""
    more = list(columns)
    while (following := next_letter(more[-1])) and following in row:
        more.append(following)
    return more


def counted_columns(
    columns: Sequence[str], following: Callable[[str], str]
) -> Callable[[Row, RowPlace], Sequence[str]]:
    """Make a function that finds these columns in a row, and those that go on counting behind them.

    Args:
        columns: The columns that every row has.
        following: The next column's name, ``""`` behind the last one.

    Returns:
        The function, which raises a UsageError where a column is missing between others, such as C of A, B and D.
    """
    known: tuple[str, ...] = ()
    found = list(columns)

    def find(row: Row, place: RowPlace) -> Sequence[str]:
        nonlocal known, found
        # The rows of a file mostly have the same columns.
        if tuple(row) != known:
            found = list(columns)
            while (lacking := following(found[-1])) in row:
                found.append(lacking)
            column = lacking
            for _ in range(_GAP):
                column = following(column) if column else ""
                if column in row:
                    raise place.error(
                        column, f"is a column of options, but the column '{lacking}' before it is missing"
                    )
            known = tuple(row)
        return found

    return find


def next_letter(column: str) -> str:
    """The letter after a column that is one; ``""`` behind the last letter, and for other columns."""
    return (
        chr(ord(column) + 1)
        if len(column) == 1 and column.isascii() and column.isalpha() and column not in "zZ"
        else ""
    )
