"""Which earlier reports a run may be compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.statistics.pairing import Row, item_key

COMPARED = ("method", "scorer", "prompt", "prompt_fingerprint", "num_few_shot", "split")
"""What must be equal for two accuracies to be of the same measurement; the model may differ."""


def measured_settings(info: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `COMPARED` in a report's `info`."""
    parameters = info.get("evaluator_params")
    scorer = parameters.get("scorer", "default") if isinstance(parameters, Mapping) else "default"
    return {name: scorer if name == "scorer" else info.get(name) for name in COMPARED}


def check_settings(place: str, info: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Refuse a baseline that was measured in another way.

    Args:
        place: What the user named it by: ``--baseline base.json``.
        info: Its report's `info`.
        expected: This run's values of `COMPARED`.

    Raises:
        UsageError: Naming the field.
    """
    if not info.get("complete", False):
        raise UsageError(f"{place}: incompatible: its run is not complete")
    for name, value in measured_settings(info).items():
        if value != expected[name]:
            raise UsageError(f"{place}: incompatible: its {name} is {value!r}, this run's is {expected[name]!r}")


def check_items(
    place: str, baseline: Mapping[str, Any], rows: Sequence[Row], fingerprints: Mapping[str, str | None]
) -> None:
    """Refuse a baseline that lacks an item of this run's scope, or asked another question by its name.

    The text shown to the model may differ, as it does between a chat API and a base model, as long as the subset's
    data are the same.

    Args:
        place: What the user named it by: ``--baseline base.json``.
        baseline: The earlier report.
        rows: The items of this run's scope.
        fingerprints: The hash of each subset's data in this run.

    Raises:
        UsageError: Naming the first such item and the field.
    """
    known = {item_key(row): row for row in baseline["samples"]}
    identifiers = {row["id"] for row in baseline["samples"]}
    earlier = baseline["info"].get("subset_fingerprints") or {}
    for row in rows:
        other = known.get(item_key(row))
        if other is None:
            problem = "other data there (options or reference)" if row["id"] in identifiers else None
            item = f"item {row['id']}"
            raise UsageError(f"{place}: incompatible: " + (f"{item} has {problem}" if problem else f"it has no {item}"))
        subset = row["subset"]
        same_data = subset in earlier and earlier[subset] == fingerprints.get(subset)
        if not same_data and other.get("input") != row.get("input"):
            raise UsageError(
                f"{place}: incompatible: item {row['id']} has another input there, and its subset's dataset_fingerprint"
                f" is {earlier.get(subset)!r}, this run's is {fingerprints.get(subset)!r}"
            )
