"""Which tests ask the same item: the one rule by which an item counts once, however many tests ask it."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_haerae.catalogue.datasets import known_names
from pytest_haerae.data.paths import located
from pytest_haerae.types import DataKey, Selected

Identity = tuple[str, str, int]
"""Data set, subset and row: what makes two selected items of one run the same."""


class Identities:
    """Tells a run's items apart. It looks at each data set once: two suites may name one file by two paths."""

    def __init__(self) -> None:
        self._places: dict[DataKey, str] = {}

    def of(self, entry: Selected) -> Identity:
        """What makes an item of a run itself."""
        if entry.data not in self._places:
            self._places[entry.data] = _place(entry.data)
        return self._places[entry.data], entry.item.subset, entry.item.index

    def grouped(self, selection: Iterable[Selected]) -> dict[Identity, list[Selected]]:
        """The tests of each item, in the order in which they come."""
        groups: dict[Identity, list[Selected]] = {}
        for entry in selection:
            groups.setdefault(self.of(entry), []).append(entry)
        return groups


def _place(data: DataKey) -> str:
    """A data set's name, or the path of one that is local, as `catalogue.datasets.open_dataset` finds it."""
    path = located(data.name, data.folder)
    local = path.exists() and (data.folder is not None or data.name not in known_names())
    return str(path.resolve()) if local else data.name
