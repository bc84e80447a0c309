"""A sign that a judge prefers responses of its own family, as far as a second judge can tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.margins import change_interval, drops_of

_Difference = Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)]


class TwoJudges(NamedTuple):
    """Scores of responses to one item, 0 to 1: of a model of the judge's own family, and of others (their mean).

    Attributes:
        own: The judge's score of its own family's response.
        others: Its score of the others'.
        own_by_second: A second judge's score of the first; it belongs to neither.
        others_by_second: Its score of the others'.
    """

    own: float
    others: float
    own_by_second: float
    others_by_second: float

    @property
    def excess(self) -> float:
        """By how much more than the second judge the judge puts its own family before the others."""
        return (self.own - self.others) - (self.own_by_second - self.others_by_second)


class SelfPreference(TypedDict):
    """By how much a judge puts its own family before others, beyond what a second judge does."""

    difference: _Difference | None
    """The mean over the items; above 0 where it prefers its own; null without items."""
    ci95: Annotated[list[_Difference], Field(min_length=2, max_length=2)] | None
    """95% interval, paired by item."""
    n: Annotated[int, Field(ge=0)]
    """Items that both judges scored."""


def self_preference(items: Sequence[TwoJudges]) -> SelfPreference:
    """A judge's preference for its own family: how far its mean difference of own and others exceeds a second judge's.

    A sign, no proof: whether the judge favours its own or the second one disfavours them, the scores do not tell; with
    labels of people in place of the second judge they do.

    Source: a difference of differences, paired by item; the interval is `change_interval`'s. For what it measures
    A. Panickssery, S. R. Bowman and S. Feng, "LLM evaluators recognize and favor their own generations",
    arXiv:2404.13076 (2024).

    Args:
        items: The items that both judges scored.
    """
    # Halved, they are from -1 to 1, which the interval takes; an excess is a drop turned round.
    interval = change_interval(drops_of(-item.excess / 2 for item in items))
    return {
        "difference": math.fsum(item.excess for item in items) / len(items) if items else None,
        "ci95": [2 * end for end in interval] if interval else None,
        "n": len(items),
    }
