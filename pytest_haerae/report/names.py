"""What a report's run was about, in the words that tell it from others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_haerae.types import grouped

if TYPE_CHECKING:
    from pytest_haerae.report.schema import Info


def model_name(info: Info) -> str:
    """What people call the model: its profile, the name that its backend knows it by, or the backend."""
    return info.get("model_name") or info["model"] or info["backend"]


def start_of(info: Info) -> str:
    """When the run began, to the second: its fraction tells runs of one second apart, and people nothing."""
    return re.sub(r"\.\d+", "", info["started"], count=1)


def dataset_names(info: Info) -> list[str]:
    """The benchmarks, or the only data set."""
    return list(info.get("benchmarks") or [info["dataset"]])


def whole_subset_names(info: Info) -> set[str]:
    """The subsets, each with its data set's name, also where there is only one."""
    if info.get("benchmarks"):
        return set(info["subsets"])
    return {grouped(info["dataset"], subset) for subset in info["subsets"]}


def limit_of(info: Info) -> int | None:
    """How many items of each subset at most; None for all."""
    return info["selection"].get("limit") if "selection" in info else None


def protocol_of(info: Info) -> str:
    """The published setting that a run followed, by its name; empty where it followed none."""
    return info["protocol"]["name"] if "protocol" in info else ""


def scope_of(info: Info) -> Mapping[str, Any]:
    """Which items of its subsets a run is about, beside the limit; empty where it is all."""
    return info.get("scope", {})
