"""Whether accuracy fell by more, or by less, than what is tolerated: tests and bounds of a mean drop, of any scores.

Everything here takes the items' drops, earlier score minus later score, each from -1 to 1: right and wrong answers give
-1, 0 and 1, several answers an item or partial scores what lies between.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pytest_haerae.statistics.roots import PRECISION, falling_root
from pytest_haerae.statistics.tests import mcnemar_one_sided, mcnemar_two_sided

Drops = Mapping[float, int]
"""How many items fell by how much; a gain is a negative drop."""

MANY_ITEMS = 100
FEW_ITEMS, FEW_CHANGES = 50, 25
"""From so many items on, or so few of which so many changed, what was seen tells how much an item may gain or lose."""
_DECIMALS, _COARSE, _MOST_VALUES = 12, 3, 1000
_TAIL = 0.025
"""What a 95% interval leaves out on either side."""
_NOT_SKEWED, _MOST_SKEWED = 1e-9, 1.0
_WHOLE = 1e-6
"""How near to a whole number of steps a drop lies on a lattice."""


def drop_of(before: float, after: float) -> float:
    """An item's drop, without the rounding errors that would tell equal ones apart."""
    return round(before - after, _DECIMALS)


def drops_of(differences: Iterable[float]) -> Drops:
    """Count items' drops. Of more than a thousand different ones the third decimal is the last.

    Args:
        differences: Of each item the earlier score minus the later one, -1 to 1.
    """
    drops = Counter(round(difference, _DECIMALS) for difference in differences)
    if len(drops) <= _MOST_VALUES:
        return drops
    return Counter(round(drop, _COARSE) for drop in drops.elements())


def binary_drops(lost: int, gained: int, n: int) -> Drops:
    """The drops of n right and wrong answers, of which some were lost and gained."""
    return {1: lost, 0: n - lost - gained, -1: gained}


def exceeds_p_value(drops: Drops, margin: float = 0.0) -> float:
    """P-value of the null that the mean drop is at most `margin`: small where accuracy fell by more.

    Of right and wrong answers with margin 0 it is McNemar's exact test, and never less with another margin. Else it is
    the score test at the margin; see `_Null`.

    Args:
        drops: The items' drops.
        margin: The drop that is tolerated, 0 to 1.
    """
    exact = mcnemar_one_sided(drops.get(1, 0), drops.get(-1, 0)) if is_binary(drops) else 0.0
    if exact and margin == 0:
        return exact
    return max(exact, _above(-_Null(drops, margin, _reach(drops)).z(-1)))


def within_p_value(drops: Drops, margin: float = 0.0) -> float:
    """P-value of the null that the mean drop is at least `margin`: small where accuracy fell by less.

    Of right and wrong answers with margin 0 it is McNemar's exact test, else the score test at the margin; see `_Null`.
    That a few items fell from 1 to 0 and none of them is among those that were seen is never ruled out.

    Args:
        drops: The items' drops.
        margin: The drop that is tolerated, 0 to 1.
    """
    if margin == 0 and is_binary(drops):
        return mcnemar_one_sided(drops.get(-1, 0), drops.get(1, 0))
    return _above(_Null(drops, margin).z(1))


def change_p_value(drops: Drops) -> float:
    """P-value of the null that the mean did not change, either way: of right and wrong answers McNemar's exact one.

    Args:
        drops: The items' drops.
    """
    if is_binary(drops):
        return mcnemar_two_sided(drops.get(1, 0), drops.get(-1, 0))
    gains = {-drop: count for drop, count in drops.items()}
    return min(1.0, 2.0 * min(exceeds_p_value(drops), exceeds_p_value(gains)))


def drop_upper_bound(drops: Drops, level: float, least: float = 0.0) -> float:
    """The largest mean drop that the score test of `within_p_value` does not refute, with confidence 1 - level.

    Args:
        drops: The items' drops.
        level: One-sided level.
        least: Where to begin; the bound is not below it.
    """
    return falling_root(lambda margin: _above(_Null(drops, margin).z(1)) - level, least, 1.0)


def change_interval(drops: Drops) -> tuple[float, float] | None:
    """95% interval of the mean change, later minus earlier: what the two-sided score test does not refute.

    None without items. Source: of right and wrong answers T. Tango, Statistics in Medicine 17 (1998); see `_Null`.
    """
    return _interval_of(tuple(sorted(drops.items()))) if items_of(drops) else None


def _find_interval(counts: tuple[tuple[float, int], ...]) -> tuple[float, float]:
    drops = dict(counts)
    reach, mean = _reach(drops), mean_drop(drops)

    def most(sides: Drops, start: float) -> float:
        return falling_root(lambda margin: _above(_Null(sides, margin, reach).z()) - _TAIL, start, 1.0)

    gains = {-drop: count for drop, count in drops.items()}
    return -most(drops, mean), most(gains, -mean)


# Of thousands of small subsets few differ in how many items were lost and gained. By a call and not as a decorator:
# mutation testing leaves decorated functions as they are.
_interval_of = lru_cache(maxsize=4096)(_find_interval)


def mean_drop(drops: Drops) -> float:
    """The mean of the drops; 0 without items."""
    n = items_of(drops)
    return _sum(drops) / n if n else 0.0


def mean_square(drops: Drops) -> float:
    """The mean of the squared drops, of right and wrong answers the share that changed; 0 without items."""
    n = items_of(drops)
    return math.fsum(drop * drop * count for drop, count in drops.items()) / n if n else 0.0


def items_of(drops: Drops) -> int:
    """The number of items."""
    return sum(drops.values())


def is_binary(drops: Iterable[float]) -> bool:
    """Whether the drops are those of right and wrong answers."""
    return all(drop in (-1, 0, 1) for drop in drops)


def lattice_step(drops: Drops) -> float:
    """The step of the lattice that the drops lie on, 1 for right and wrong answers; 0 where they lie on none."""
    sizes = [abs(drop) for drop, count in drops.items() if drop and count]
    step = min(sizes, default=1.0)
    on_it = all(abs(size / step - round(size / step)) < _WHOLE for size in sizes)
    return step if on_it else 0.0


def _reach(drops: Drops) -> float:
    """The largest gain or loss of an item: what was seen, or 1 where that may well be missing among so few items.

    Of 50 items whose single answers change in 5 to 20%, and of which a few fell to nothing, the interval would have the
    true change in it in 82 to 90% otherwise.
    """
    n, changed = items_of(drops), sum(count for drop, count in drops.items() if drop)
    enough = n >= MANY_ITEMS or (n >= FEW_ITEMS and changed >= FEW_CHANGES)
    return max(abs(drop) for drop, count in drops.items() if count) if changed and enough else 1.0


def _sum(drops: Drops) -> float:
    return math.fsum(drop * count for drop, count in drops.items())


@dataclass(frozen=True, slots=True)
class _Null:
    """The distribution of the drops that explains them best among those whose mean is the margin, and the score test.

    The statistic is the distance of the sum from what the null expects, by the standard deviation that this
    distribution gives it: of right and wrong answers Tango's, whose restricted maximum of the likelihood this is. A
    value that no item has may be needed for the mean: the likelihood takes the farthest, so a handful of items that
    all fell, or none of which did, makes no variance of zero. Half a step of the lattice that the sum lies on, and the
    skewness, correct the normal distribution. Enumerated over all tables of right and wrong answers, the tests never
    reject more often than they say, in either direction (the unit tests hold it).

    Source: the statistic: T. Tango, Statistics in Medicine 17 (1998); the distribution: A. B. Owen, "Empirical
    Likelihood" (2001), chapter 2, with the end of the range as one value more; the skewness: P. Hall, Journal of the
    Royal Statistical Society B 54 (1992).

    Attributes:
        drops: The items' drops.
        margin: The mean under the null.
        reach: The farthest value from 0 that a drop may have.
    """

    drops: Drops
    margin: float
    reach: float = 1.0

    def z(self, side: int = 0) -> float:
        """How many standard deviations the mean lies below the margin; negative where it lies above.

        Args:
            side: 1 to show that it lies below, -1 to show that it lies above, with both corrections; 0 for neither.
        """
        n = items_of(self.drops)
        distance = n * self.margin - _sum(self.drops) - (side * lattice_step(self.drops) / 2 if side else 0.0)
        variance, third = self._moments(n)
        if n * variance <= 0:
            return math.copysign(math.inf, distance) if distance else 0.0
        z = distance / math.sqrt(n * variance)
        skewness = max(-_MOST_SKEWED, min(_MOST_SKEWED, third / variance**1.5 / math.sqrt(n)))
        return -_normal_of(-z, skewness) if side else z

    def _moments(self, n: int) -> tuple[float, float]:
        """The second and the third central moment under the null."""
        centred = [(value - self.margin, weight) for value, weight in self._distribution(n)]
        return math.fsum(w * x * x for x, w in centred), math.fsum(w * x**3 for x, w in centred)

    def _distribution(self, n: int) -> list[tuple[float, float]]:
        """Values and their shares."""
        if n and abs(self.margin) < self.reach and is_binary(self.drops):
            return _right_and_wrong(self.drops, n, self.margin)
        side = 1 if mean_drop(self.drops) <= self.margin else -1
        # Turned so that the mean has to rise, towards the end.
        distances = [(side * (drop - self.margin), count) for drop, count in self.drops.items() if count]
        end = self.reach - side * self.margin
        if end <= 0:
            # No distribution within reach has such a mean.
            return []
        # With the end among the values, its tilt is the largest; what the others leave of the whole is its share.
        others = math.fsum(count / n * end / (end - x) if x < end else math.inf for x, count in distances)
        tilt = 1.0 / end if others <= 1 else _tilt(distances, end)
        shares = [(self.margin + side * x, count / n / (1.0 - tilt * x)) for x, count in distances]
        return [*shares, (side * self.reach, 1.0 - others)] if others <= 1 else shares


def _right_and_wrong(drops: Drops, n: int, margin: float) -> list[tuple[float, float]]:
    """The null's distribution of right and wrong answers, whose likelihood has its maximum where a quadratic is zero.

    Source: T. Tango, Statistics in Medicine 17 (1998), with the drop on the side on which nothing is subtracted.
    """
    side, size = (1, margin) if margin >= 0 else (-1, -margin)
    along, against = drops.get(side, 0) / n, drops.get(-side, 0) / n
    linear = (2.0 - along + against) * size - along - against
    constant = against * size * (1.0 - size)
    root = math.sqrt(linear * linear + 8.0 * constant)
    share = 2.0 * constant / (root + linear) if linear > 0 else (root - linear) / 4.0
    return [(side, share + size), (-side, share), (0, 1.0 - 2.0 * share - size)]


def _tilt(distances: list[tuple[float, int]], end: float) -> float:
    """The tilt, from 0 to 1 / `end`, at which weights of count / (1 - tilt * distance) have mean 0."""

    def lacking(tilt: float) -> float:
        # Times what keeps it finite where an item at the end takes all of the weight.
        return -(1.0 - tilt * end) * math.fsum(count * x / (1.0 - tilt * x) for x, count in distances)

    return falling_root(lacking, 0.0, (1.0 - PRECISION) / end)


def _normal_of(z: float, skewness: float) -> float:
    """The normal deviate that cuts off as much as z does of a gamma distribution with mean 0, variance 1 and skewness.

    Source: E. B. Wilson and M. M. Hilferty, Proceedings of the National Academy of Sciences 17 (1931).
    """
    if abs(skewness) < _NOT_SKEWED:
        return z
    return (math.cbrt(1.0 + skewness * z / 2.0) - 1.0) * 6.0 / skewness + skewness / 6.0


def _above(z: float) -> float:
    """The share of the standard normal distribution above z."""
    return math.erfc(z / math.sqrt(2.0)) / 2.0
