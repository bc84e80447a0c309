"""What tells the items of one run apart: for counting one once, however many tests ask it, and for naming its test."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_haerae.catalogue.datasets import known_names
from pytest_haerae.catalogue.registry import benchmark_of_repository
from pytest_haerae.data.layouts import ascii_slug
from pytest_haerae.data.paths import located
from pytest_haerae.errors import UsageError
from pytest_haerae.types import DataKey, Item, Selected, grouped

Identity = tuple[str, str, int]
"""Data set, subset and row: what makes two selected items of one run the same."""


class Identities:
    """Tells a run's items apart. It looks at each data set once: two suites may name one file by two paths."""

    def __init__(self) -> None:
        self._places: dict[DataKey, str] = {}

    def of(self, entry: Selected) -> Identity:
        """What makes an item of a run itself."""
        if entry.data not in self._places:
            self._places[entry.data] = place_of_data(entry.data)
        return self._places[entry.data], entry.item.subset, entry.item.index

    def grouped(self, selection: Iterable[Selected]) -> dict[Identity, list[Selected]]:
        """The tests of each item, in the order in which they come."""
        groups: dict[Identity, list[Selected]] = {}
        for entry in selection:
            groups.setdefault(self.of(entry), []).append(entry)
        return groups


def place_of_data(data: DataKey) -> str:
    """The path of a data set that is local, as `catalogue.datasets.open_dataset` finds it; or else its name.

    A benchmark's name is also that of the repository of the hub that has its rows.
    """
    path = located(data.name, data.folder)
    if path.exists() and (data.folder is not None or data.name not in known_names()):
        return str(path.resolve())
    benchmark = benchmark_of_repository(data.name) if "/" in data.name else None
    return benchmark.name if benchmark else data.name


def parameter_id(item: Item, benchmark: str) -> str:
    """What stands in the brackets of the node id of an item's test, in ASCII: ``Law-0042``, ``kmmlu/Law-0042``.

    Args:
        item: The item.
        benchmark: What its data set is called in a run of several; empty in a run of one.
    """
    return grouped("/".join(map(ascii_slug, benchmark.split("/"))), item.id) if benchmark else item.id


def refuse_one_place(names: Iterable[DataKey]) -> None:
    """Refuse two names of one data set: its items would count twice.

    Args:
        names: The data sets of a run, as typed.

    Raises:
        UsageError: Naming both.
    """
    places: dict[str, str] = {}
    for data in names:
        if (other := places.setdefault(place_of_data(data), data.name)) != data.name:
            raise UsageError(f"--dataset: {other} and {data.name} are the same data set; name it once")


def refuse_one_name(selection: Iterable[Selected]) -> None:
    """Refuse two subsets that a report of several benchmarks could not tell apart.

    Raises:
        UsageError: With both data sets: a benchmark and a folder of its name, for example.
    """
    called: dict[str, DataKey] = {}
    places: dict[DataKey, str] = {}
    for entry in selection:
        if entry.benchmark and (other := called.setdefault(entry.group, entry.data)) != entry.data:
            for data in (other, entry.data):
                places[data] = places.get(data) or place_of_data(data)
            if places[other] != places[entry.data]:
                raise UsageError(
                    f"{other.name} and {entry.data.name} would both be '{entry.group}' in the report: rename one, or"
                    " run them one after the other"
                )
