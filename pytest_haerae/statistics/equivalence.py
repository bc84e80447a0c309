"""Whether two copies of a model answer alike: a verdict over flips and accuracy, with a margin.

A flip is an item that another option wins in the later report. The share of flips is looked at beside the accuracy:
flips that gain and lose as much leave the accuracy where it was, and the model is another one all the same.
Source: A. Dutta et al., "Accuracy is Not All You Need", arXiv:2407.09141 (2024).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from pytest_haerae.statistics.binomial import binomial_tail, exact_interval
from pytest_haerae.statistics.margins import (
    Drops,
    change_interval,
    exceeds_p_value,
    mean_drop,
    mean_square,
    within_p_value,
)
from pytest_haerae.statistics.power import ENOUGH, items_to_detect, rounded_up

Likeness = Literal["same", "equivalent", "different", "cannot be told"]

LEVEL = 0.025
"""Of each one-sided test: together with the other side what a 95% interval leaves out."""
_LARGEST_EXACT = 1_000_000
_STEP = 1.02


@dataclass(frozen=True, slots=True)
class Answers:
    """How two copies answered the same items.

    Attributes:
        n: Items that both answered.
        flips: Those of them with another answer; None where answers are drawn, so that they change by chance.
        drops: How many items fell by how much; of repeated answers by the share that was right.
        one_sided: Items that only one of the two answered, of those that both were asked.
        identical: Whether nothing that was compared differs beyond rounding.
    """

    n: int
    flips: int | None
    drops: Drops
    one_sided: int
    identical: bool

    def worst(self) -> Answers:
        """The same, if each item that only one answered were a flip from right to wrong."""
        flips = None if self.flips is None else self.flips + self.one_sided
        return Answers(self.n + self.one_sided, flips, _with_lost(self.drops, self.one_sided), 0, identical=False)

    def turned(self) -> Answers:
        """The same with the two sides the other way round."""
        drops = {-drop: count for drop, count in self.drops.items()}
        return Answers(self.n, self.flips, drops, self.one_sided, self.identical)


def judge_likeness(answers: Answers, margin: float) -> Likeness:
    """Decide whether two copies are the same, as good as the same, or different.

    ``same`` where everything is equal within rounding. ``different`` where the share of flips, or the change of
    accuracy, is shown to exceed the margin; ``equivalent`` where both are shown to lie within it, also if each item
    that only one answered were a flip that lost or gained.

    Source: the accuracy: D. J. Schuirmann's two one-sided tests, Journal of Pharmacokinetics and Biopharmaceutics 15
    (1987), each as `margins` has it; the flips: the exact interval of Clopper and Pearson.

    Args:
        answers: What they answered.
        margin: The share of flips, and the change of accuracy either way, that is tolerated; above 0.
    """
    if answers.identical and not answers.one_sided:
        return "same"
    if _exceeds(answers, margin):
        return "different"
    return "equivalent" if _within(answers, margin) else "cannot be told"


def flip_interval(answers: Answers) -> tuple[float, float] | None:
    """Exact 95% interval of the share of flips; None where answers change by chance, or without items."""
    return None if answers.flips is None else exact_interval(answers.flips, answers.n)


def flips_exceed(answers: Answers, margin: float) -> bool:
    """Whether it is shown that more than the margin are flips."""
    interval = flip_interval(answers)
    return interval is not None and interval[0] > margin


def accuracy_at_most(answers: Answers) -> float | None:
    """By how much the accuracy may differ either way, if each item that only one answered changed; None without items.

    It is the farther end of the 95% interval.
    """
    found = [change_interval(side.drops) for side in (answers.worst(), answers.turned().worst())]
    return max((-low for low, _ in filter(None, found)), default=None)


def items_to_tell(answers: Answers, margin: float) -> int | None:
    """About how many items would tell, if flips and accuracy stay as they were seen, to two digits.

    None where more items would not: what was seen is just what is tolerated, or items that only one answered decide.

    Args:
        answers: What was answered.
        margin: What is tolerated.
    """
    if not answers.n:
        return None
    drop, spread = mean_drop(answers.drops), mean_square(answers.drops)
    share = None if answers.flips is None else answers.flips / answers.n
    if margin in (share, abs(drop)):
        return None
    beyond = [] if share is None or share < margin else [items_for_share(share, margin)]
    if abs(drop) > margin:
        beyond.append(items_to_detect(abs(drop), discordance=spread, level=LEVEL, margin=margin))
    if beyond:
        return rounded_up(max(min(beyond), answers.n + 1))
    if answers.one_sided and _within(Answers(answers.n, answers.flips, answers.drops, 0, answers.identical), margin):
        return None
    if spread:
        needed = [items_to_detect(each, discordance=spread, level=LEVEL, margin=margin) for each in (drop, -drop)]
    else:
        needed = [_unchanged_items(margin)]
    needed += [] if share is None else [items_for_share(share, margin)]
    return rounded_up(max(*needed, answers.n + 1))


def items_for_share(share: float, margin: float, *, level: float = LEVEL, power: float = ENOUGH) -> int:
    """About how many items the exact test needs to show on which side of a margin a share lies, with the given power.

    Source: a normal test of the same level and power, below a million items raised in steps of 2% until the exact one
    has the power.

    Args:
        share: The true share.
        margin: What it is compared with, another number above 0 and below 1.
        level: One-sided level.
        power: The share of such cases that are found.
    """
    normal = NormalDist()
    spread = -normal.inv_cdf(level) * math.sqrt(margin * (1.0 - margin))
    spread += normal.inv_cdf(power) * math.sqrt(share * (1.0 - share))
    n = max(1, math.ceil((spread / (margin - share)) ** 2 / 2.0))
    while n <= _LARGEST_EXACT and _share_power(n, share, margin, level) < power:
        n = math.ceil(n * _STEP)
    return n if n <= _LARGEST_EXACT else math.ceil((spread / (margin - share)) ** 2)


def _unchanged_items(margin: float) -> int:
    """The fewest items that show that the accuracy lies within the margin where it did not change at all."""
    high = 1
    while within_p_value({0: high}, margin) > LEVEL:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if within_p_value({0: middle}, margin) > LEVEL:
            low = middle
        else:
            high = middle
    return high


def _share_power(n: int, share: float, margin: float, level: float) -> float:
    """How often so many items show on which side of the margin the share lies."""
    if share > margin:
        return binomial_tail(_fewest(n, margin, level), n, share)
    # The other way round: what is no flip, against the rest of the margin.
    return binomial_tail(_fewest(n, 1.0 - margin, level), n, 1.0 - share)


def _fewest(n: int, share: float, level: float) -> int:
    """The least count that is so unlikely at the share, or more; one more than n where there is none."""
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        if binomial_tail(middle, n, share) <= level:
            high = middle
        else:
            low = middle + 1
    return low


def _exceeds(answers: Answers, margin: float) -> bool:
    if not answers.n:
        return False
    sides = (answers, answers.turned())
    return flips_exceed(answers, margin) or any(exceeds_p_value(side.drops, margin) <= LEVEL for side in sides)


def _within(answers: Answers, margin: float) -> bool:
    interval = flip_interval(answers.worst())
    if not answers.n or (interval is not None and interval[1] > margin):
        return False
    sides = (answers.worst(), answers.turned().worst())
    return all(within_p_value(side.drops, margin) <= LEVEL for side in sides)


def _with_lost(drops: Drops, lost: int) -> Drops:
    """The drops, and so many items more that fell from right to wrong."""
    return Counter(drops) + Counter({1.0: lost})
