"""What a worker of pytest-xdist tells its controller of what it selected: names and places, never a question.

The controller reads the data itself, so what somebody kills leaves no question in the temporary folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.types import DataKey, Item, Request, Selected, Terms


def to_manifest(selection: Selection) -> dict[str, Any]:
    """A selection as JSON has it."""
    data: dict[tuple[DataKey, str], int] = {}
    terms: dict[tuple[Terms, ...], int] = {}

    def shown(entry: Selected) -> list[Any]:
        place = entry.data, entry.benchmark
        numbers = data.setdefault(place, len(data)), terms.setdefault(entry.terms, len(terms))
        return [entry.nodeid, *numbers, entry.item.subset, entry.item.index]

    return {
        "tests": list(map(shown, selection.tests)),
        "gone": list(map(shown, selection.gone)),
        "data": [[key._asdict(), benchmark] for key, benchmark in data],
        "terms": [[asdict(each) for each in those] for those in terms],
        "skipped": dict(selection.skipped),
        "by_hand": selection.by_hand,
        "left_out": list(selection.left_out),
        "callers": None if selection.callers is None else selection.callers.names,
    }


def from_manifest(
    content: Mapping[str, Any], source: ItemSource, *, model: str = "", declared: Sequence[Request] = ()
) -> Selection:
    """The selection that a worker wrote down.

    Args:
        content: As `to_manifest` gives it.
        source: Where the items are.
        model: The model that it is for; empty in a session of one.
        declared: What tests declared that they will ask.

    Raises:
        UsageError: This process cannot read the data, or does not find there what the worker found.
    """
    data = [(DataKey(**key), benchmark) for key, benchmark in content["data"]]
    terms = [tuple(_terms(**each) for each in those) for those in content["terms"]]
    loaded: dict[tuple[DataKey, str], dict[int, Item]] = {}

    def selected(entry: Sequence[Any]) -> Selected:
        nodeid, number, said, subset, index = entry
        key, benchmark = data[number]
        place = key, subset
        if place not in loaded:
            loaded[place] = {item.index: item for item in source.items(*place)}
        if index not in loaded[place]:
            raise UsageError(f"{key.name}, subset {subset}: row {index}, which a worker found, is gone")
        return Selected(loaded[place][index], nodeid, key, terms[said], benchmark, model)

    tests, gone = ([selected(entry) for entry in content[name]] for name in ("tests", "gone"))
    names = content["callers"]
    callers = None if names is None else Callers(tuple(names), tuple(declared))
    return Selection(tests, content["skipped"], gone, content["by_hand"], content["left_out"], callers)


def _terms(suite: str, by: Sequence[str], min_accuracy: float | None) -> Terms:
    return Terms(suite, tuple(by), min_accuracy)
