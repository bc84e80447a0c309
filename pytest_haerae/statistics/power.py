"""What the baseline gate's test can find: its exact power, the smallest detectable drop, the items a drop needs."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from statistics import NormalDist

from pytest_haerae.statistics.binomial import binomial_tail, binomial_term
from pytest_haerae.statistics.margins import (
    Drops,
    binary_drops,
    exceeds_p_value,
    is_binary,
    items_of,
    mean_square,
)
from pytest_haerae.statistics.roots import falling_root

ASSUMED_DISCORDANCE = 0.2
"""The share of items that change between two runs, where no baseline tells it."""
POWER, PARTIAL_POWER = 0.81, 0.9
"""The share of drops that are found: four of five, and a little more, so that a simulation finds so many, too. Of
several answers an item and of partial scores the power is that of right and wrong answers with as large a mean square,
which is up to a tenth more than the test's own."""
ENOUGH = 0.8
"""The power that so many items have as are said to tell."""
_LARGEST_EXACT = 20_000
_STEP = 1.02
_STRIDE = 1.25
_PRECISION = 1e-5
_REACH, _NUMBERS = 6.5, 400
"""Standard deviations of the number of changed pairs that are looked at, and how many numbers at most."""


def drop_power(n: int, drop: float, *, discordance: float, level: float, margin: float = 0.0) -> float:
    """The probability that `margins.exceeds_p_value` is at most `level`, if accuracy falls by `drop`.

    Source: the unconditional power of the conditional test: S. W. Duffy, "Asymptotic and exact power for the McNemar
    test and its analogue with R controls per case", Biometrics 40 (1984): the conditional powers, weighted with the
    binomial distribution of the number of discordant pairs.

    Args:
        n: Pairs.
        drop: The true drop of accuracy, 0 to 1.
        discordance: Share of pairs that change, either way; raised to `drop` where it is less.
        level: One-sided level of this one test.
        margin: The drop that the null tolerates.
    """
    changing = min(1.0, max(discordance, drop))
    if n == 0 or changing == 0:
        return 0.0
    lost = (1.0 + drop / changing) / 2.0
    if changing == 1:  # all pairs do
        return binomial_tail(_critical_losses(n, changing, level, margin)[-1][1], n, lost)
    critical = _critical_losses(n, changing, level, margin)
    weights = [binomial_term(changed, n, changing) for changed, _ in critical]
    found = (
        weight * binomial_tail(needed, changed, lost)
        for weight, (changed, needed) in zip(weights, critical, strict=True)
    )
    return math.fsum(found) / math.fsum(weights)


def _find_critical_losses(n: int, changing: float, level: float, margin: float) -> list[tuple[int, int]]:
    """The likely numbers of changed pairs, each with the fewest losses that are rejected, or one more than there are.

    Of more than 400 numbers every second, third and so on stands for its neighbours.
    """
    middle, reach = n * changing, _REACH * math.sqrt(n * changing * (1.0 - changing)) + _REACH
    least, most = max(0, math.floor(middle - reach)), min(n, math.ceil(middle + reach))
    found: list[tuple[int, int]] = []
    needed = least // 2

    def rejected(lost: int, changed: int) -> bool:
        return exceeds_p_value(binary_drops(lost, changed - lost, n), margin) <= level

    for changed in range(least, most + 1, 1 + (most - least) // _NUMBERS):
        needed = min(needed, changed + 1)
        while needed > 0 and rejected(needed - 1, changed):
            needed -= 1
        while needed <= changed and not rejected(needed, changed):
            needed += 1
        found.append((changed, needed))
    return found


# By a call and not as a decorator: mutation testing leaves decorated functions as they are.
_critical_losses = lru_cache(maxsize=64)(_find_critical_losses)


@lru_cache(maxsize=1024)
def smallest_detectable_drop(
    n: int,
    *,
    discordance: float = ASSUMED_DISCORDANCE,
    level: float = 0.05,
    margin: float = 0.0,
    power: float = POWER,
) -> float | None:
    """The least drop of accuracy that the baseline gate's own test finds with the given power; None where none is.

    Source: `drop_power`, solved for the drop by `falling_root`, rounded up to 1e-5: the power at the result is at least
    the one asked for.

    Args:
        n: Pairs.
        discordance: Share of pairs that change, either way.
        level: One-sided level of this one test: the significance over the number of tests is what Holm's correction
            leaves in the worst case.
        margin: The drop that the gate tolerates.
        power: The share of such drops that are found.
    """
    return _find_smallest_drop(n, discordance, level, margin, power)


def smallest_drop_of(drops: Drops, *, level: float, margin: float) -> float | None:
    """The least drop that is found in so many items of which as much changes as did in these; None where none is.

    Args:
        drops: The items' drops.
        level: One-sided level of this one test.
        margin: The drop that the gate tolerates.
    """
    power, changing = POWER if is_binary(drops) else PARTIAL_POWER, mean_square(drops)
    return smallest_detectable_drop(items_of(drops), discordance=changing, level=level, margin=margin, power=power)


def _find_smallest_drop(n: int, discordance: float, level: float, margin: float, power: float) -> float | None:
    @cache
    def lacking(drop: float) -> float:
        return power - drop_power(n, drop, discordance=discordance, level=level, margin=margin)

    if lacking(1.0) > 0:
        return None
    # A test of so high a level rejects whatever is seen.
    if lacking(margin + _PRECISION) <= 0:
        return margin + _PRECISION
    low, high = margin, min(1.0, margin + _normal_drop(n, discordance, level, power))
    while lacking(high) > 0:
        low, high = high, min(1.0, high * _STRIDE)
    # Between neighbours the power is nearly a straight line.
    while (below := high / _STRIDE) > low and lacking(below) <= 0:
        high = below
    return falling_root(lacking, max(low, below), high, _PRECISION)


def _upper_point(level: float) -> float:
    return -NormalDist().inv_cdf(min(max(level, 1e-15), 0.5))


def _normal_drop(n: int, discordance: float, level: float, power: float) -> float:
    """Where to begin: the drop of a normal test of the same level and power, which is less than the exact test's."""
    points = _upper_point(level) + NormalDist().inv_cdf(power)
    return max(_PRECISION, points * math.sqrt(max(discordance, 1.0 / n) / n))


def items_to_detect(
    drop: float, *, discordance: float, level: float, margin: float = 0.0, power: float = ENOUGH
) -> int:
    """About how many pairs a drop needs to be found, or to be found within the margin, with the given power.

    Source: R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design",
    Biometrics 43 (1987), and half an item more or less at either end for the test's half step; without a margin, below
    20,000 pairs, raised in steps of 2% until `drop_power` is reached.

    Args:
        drop: The true drop, more or less than `margin`.
        discordance: Share of pairs that change, either way.
        level: One-sided level of this one test.
        margin: The drop that the gate tolerates.
        power: The share of such drops that are found.
    """
    changing = max(discordance, abs(drop), margin)
    spread = _upper_point(level) * math.sqrt(changing - margin * margin)
    spread += NormalDist().inv_cdf(power) * math.sqrt(max(0.0, changing - drop * drop))
    distance = abs(drop - margin)
    n = max(1, math.ceil((spread / distance) ** 2 + (1.0 / distance if margin else 0.0)))
    if margin:
        return n
    while n <= _LARGEST_EXACT and drop_power(n, abs(drop), discordance=changing, level=level) < power:
        n = math.ceil(n * _STEP)
    return n


def rounded_up(count: int) -> int:
    """Two digits of an estimate, rounded up."""
    unit: int = 10 ** max(0, len(str(count)) - 2)
    return -(-count // unit) * unit
