"""What a worker of pytest-xdist tells its controller of what it selected: names and places, never a question.

The controller reads the data itself, so what somebody kills leaves no question in the temporary folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.types import DataKey, Item, Selected


def to_manifest(selection: Selection) -> dict[str, Any]:
    """A selection as JSON has it."""
    data: dict[DataKey, int] = {}
    entries = {
        name: [
            [entry.nodeid, data.setdefault(entry.data, len(data)), entry.item.subset, entry.item.index]
            for entry in entries
        ]
        for name, entries in (("tests", selection.tests), ("gone", selection.gone))
    }
    return {
        "data": [asdict(key) for key in data],
        **entries,
        "skipped": dict(selection.skipped),
        "by_hand": selection.by_hand,
        "left_out": list(selection.left_out),
    }


def from_manifest(content: Mapping[str, Any], source: ItemSource) -> Selection:
    """The selection that a worker wrote down.

    Args:
        content: As `to_manifest` gives it.
        source: Where the items are.

    Raises:
        UsageError: This process cannot read the data, or does not find there what the worker found.
    """
    data = [DataKey(**key) for key in content["data"]]
    loaded: dict[tuple[DataKey, str], dict[int, Item]] = {}

    def selected(entry: Sequence[Any]) -> Selected:
        nodeid, number, subset, index = entry
        place = data[number], subset
        if place not in loaded:
            loaded[place] = {item.index: item for item in source.items(*place)}
        if index not in loaded[place]:
            raise UsageError(f"{data[number].name}, subset {subset}: row {index}, which a worker found, is gone")
        return Selected(loaded[place][index], nodeid, data[number])

    tests, gone = ([selected(entry) for entry in content[name]] for name in ("tests", "gone"))
    return Selection(tests, content["skipped"], gone, content["by_hand"], content["left_out"])
