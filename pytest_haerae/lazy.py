"""A sequence whose values are made when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar, overload

Entry = TypeVar("Entry")
Value = TypeVar("Value")


class LazySequence(Sequence[Value]):
    """Values that are made when they are looked at: all of them at once would be a second copy of the data.

    Args:
        make: Makes an entry's value; an equal one for the same entry, whenever and on whichever thread it is called.
        entries: What `make` is called with, one entry a value.
        remembered: How many values are kept for a moment, for readers that look at one a few times in a row. One that
            is kept is handed out again as it is; with 0 each look makes a new one.
    """

    def __init__(self, make: Callable[[Entry], Value], entries: Sequence[Entry], *, remembered: int = 256) -> None:
        def at(place: int) -> Value:
            return make(entries[place])

        self._at = lru_cache(remembered)(at) if remembered else at
        self._places = range(len(entries))

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Value: ...

    @overload
    def __getitem__(self, index: slice) -> list[Value]: ...

    def __getitem__(self, index: int | slice) -> Value | list[Value]:
        """A value, or a list of some."""
        if isinstance(index, slice):
            return [self._at(place) for place in self._places[index]]
        return self._at(self._places[index])
