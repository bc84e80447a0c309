"""What a report says of its changes against the baseline, and of the drops that the baseline gate finds."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.scores import Count, Share


class Change(TypedDict):
    """Paired counts of a group of items against the baseline."""

    n: Count
    """Items measured in both runs."""
    change: Annotated[float, Field(ge=-1, le=1)]
    """Accuracy minus the baseline's, on these items."""
    lost: Count
    """Items that went from right to wrong."""
    gained: Count
    """Items that went from wrong to right."""
    p_value: Share
    """Of the one-sided test that more than the tolerated drop was lost, after Holm's correction over its family."""
    drop_at_most: NotRequired[Share]
    """The upper confidence bound of the drop, where the group's gate is inconclusive."""
    items_to_tell: NotRequired[Count | None]
    """About how many items would tell, if the drop is as it was measured; null where it is just what is tolerated."""


class Changes(TypedDict):
    """What changed against the baseline: in all, in each subset, and in each of several benchmarks."""

    total: Change
    subsets: dict[str, Change]
    benchmarks: NotRequired[dict[str, Change]]


class DetectableDrops(TypedDict):
    """The smallest drops of accuracy that the baseline gate finds four times of five; null where it finds none."""

    total: Share | None
    subsets: dict[str, Share | None]
    benchmarks: NotRequired[dict[str, Share | None]]
    assumed_discordance: Share | None
    """The share of items that is assumed to change, where no baseline tells it; else null."""
