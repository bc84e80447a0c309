"""A judge that compares two responses, asked in both orders: what the order decides, and the score without it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.binomial import exact_interval

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_EVEN = 0.5


class BothOrders(NamedTuple):
    """What the judge gives one of two responses in either order: 1 where it is the better, 0 the worse, 0.5 as good.

    Attributes:
        first: Where it was shown before the other.
        second: Where it was shown after it.
    """

    first: float
    second: float

    @property
    def score(self) -> float:
        """The mean of both, in which what the judge adds to the response shown first cancels out."""
        return (self.first + self.second) / 2

    @property
    def flipped(self) -> bool:
        """Whether another response is the better in the other order, or one is in one order alone."""
        return _winner(self.first) != _winner(self.second)


class Flips(TypedDict):
    """How often the order decided."""

    rate: _Share | None
    """The share of pairs whose better response is another one in the other order; null without pairs."""
    ci95: Annotated[list[_Share], Field(min_length=2, max_length=2)] | None
    """Clopper and Pearson's exact 95% interval."""
    n: Annotated[int, Field(ge=0)]
    """Pairs of which both orders were judged."""
    first: _Share | None
    """The mean score of whichever response is shown first: 0.5 of a judge to whom the order is nothing."""


def flips(pairs: Sequence[BothOrders]) -> Flips:
    """How often a judge's verdict flips with the order, and which way.

    Source: P. Wang et al., "Large language models are not fair evaluators", arXiv:2305.17926 (2023), for the rate; the
    interval is exact.
    """
    n, flipped = len(pairs), sum(pair.flipped for pair in pairs)
    interval = exact_interval(flipped, n)
    return {
        "rate": flipped / n if n else None,
        "ci95": list(interval) if interval else None,
        "n": n,
        "first": math.fsum((pair.first + 1 - pair.second) / 2 for pair in pairs) / n if n else None,
    }


def _winner(score: float) -> int:
    """1 for the response that is scored, -1 for the other, 0 for neither."""
    return (score > _EVEN) - (score < _EVEN)
