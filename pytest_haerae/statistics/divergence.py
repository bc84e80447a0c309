"""How far apart two models are on an item's options: their distributions, and the log-likelihoods themselves.

An option's share is the softmax of the item's log-likelihoods: what the model would choose among these options alone.
Numbers are in nats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

ROUNDING = 1e-3
"""Log-likelihoods no farther apart than this are equal: so far engines differ in float32 on the same weights."""

_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Shift(NamedTuple):
    """One item's options in two reports.

    Attributes:
        item: What the item is called.
        divergence: Kullback-Leibler divergence of the later distribution from the earlier one.
        differences: Of each option the later log-likelihood minus the earlier one.
        flipped: Whether another option wins; two that are equal within rounding in both reports have no winner.
        tied: Whether another option wins by rounding alone.
    """

    item: str
    divergence: float
    differences: tuple[float, ...]
    flipped: bool
    tied: bool

    @property
    def largest(self) -> float:
        """The largest absolute difference of an option."""
        return max(map(abs, self.differences))

    @property
    def together(self) -> bool:
        """Whether all options moved by the same number, beyond rounding: then their shares stay as they were."""
        return self.largest > ROUNDING and max(self.differences) - min(self.differences) <= ROUNDING


class Divergences(TypedDict):
    """How far apart two reports are over the options of some items."""

    n: Annotated[int, Field(ge=1)]
    """Items with log-likelihoods in both."""
    kl_mean: _Amount
    """The mean of the items' Kullback-Leibler divergences of B's distribution from A's."""
    kl_largest: _Amount
    kl_largest_item: str
    largest_difference: _Amount
    """Of a log-likelihood."""
    largest_difference_item: str
    mean_difference: _Amount
    """Of all options' log-likelihoods, absolute."""


def shift_of(item: str, before: Sequence[float], after: Sequence[float]) -> Shift:
    """Hold one item's options against each other.

    Source: S. Kullback and R. A. Leibler, The Annals of Mathematical Statistics 22 (1951).

    Args:
        item: What the item is called.
        before: The options' log-likelihoods in the earlier report, at least one.
        after: Those in the later one, as many.
    """
    old, new = log_shares(before), log_shares(after)
    divergence = math.fsum(math.exp(p) * (p - q) for p, q in zip(old, new, strict=True))
    winner, now = before.index(max(before)), after.index(max(after))
    tied = winner != now and all(abs(values[winner] - values[now]) <= ROUNDING for values in (before, after))
    differences = tuple(later - earlier for earlier, later in zip(before, after, strict=True))
    # Rounding may leave equal distributions a hair below 0.
    return Shift(item, max(0.0, divergence), differences, winner != now and not tied, tied)


def log_shares(values: Sequence[float]) -> list[float]:
    """Logarithms of the options' shares: of the softmax of their log-likelihoods."""
    highest = max(values)
    total = highest + math.log(math.fsum(math.exp(value - highest) for value in values))
    return [value - total for value in values]


def divergences_of(shifts: Sequence[Shift]) -> Divergences | None:
    """What the items' shifts come to; None without items."""
    if not shifts:
        return None
    farthest, widest = max(shifts, key=lambda each: each.divergence), max(shifts, key=lambda each: each.largest)
    differences = [abs(difference) for shift in shifts for difference in shift.differences]
    return {
        "n": len(shifts),
        "kl_mean": math.fsum(shift.divergence for shift in shifts) / len(shifts),
        "kl_largest": farthest.divergence,
        "kl_largest_item": farthest.item,
        "largest_difference": widest.largest,
        "largest_difference_item": widest.item,
        "mean_difference": math.fsum(differences) / len(differences),
    }
