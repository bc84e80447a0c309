"""The chi-square test of several sums at once; plain arithmetic, which the tests hold against scipy."""

from __future__ import annotations

import math
from collections.abc import Sequence

_NOTHING = 1e-9
"""What is left of a variance, as a share of it, where the sums before it decide it."""


def chi_square_tail(value: float, freedom: int) -> float:
    """P(X >= value) of the chi-square distribution.

    Source: M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.4.4 and 26.4.5: the normal's
    or the exponential's tail, and a finite sum.

    Args:
        value: From 0.
        freedom: The degrees of freedom, at least 1.
    """
    half = value / 2
    start = 0.5 if freedom % 2 else 1.0
    tail = math.erfc(math.sqrt(half)) if freedom % 2 else math.exp(-half)
    for step in range((freedom - 1) // 2):
        order = start + step
        tail += math.exp(order * math.log(half) - half - math.lgamma(order + 1)) if half else 0.0
    return min(1.0, tail)


def sums_p_value(sums: Sequence[float], covariance: Sequence[Sequence[float]]) -> float:
    """P-value that sums have mean zero: sums of many independent parts, whose covariance is known.

    Args:
        sums: The sums.
        covariance: Their covariance; sums that the others decide are left out.

    Returns:
        1 where nothing varies.
    """
    rows = [[*row, value] for row, value in zip(covariance, sums, strict=True)]
    statistic, freedom = 0.0, 0
    for place, row in enumerate(rows):
        # Gauss's elimination: what is left of a row is its sum, and its variance, given the sums before it.
        variance = row[place]
        if variance <= _NOTHING * max(covariance[place][place], _NOTHING):
            continue
        statistic += row[-1] ** 2 / variance
        freedom += 1
        for other in rows[place + 1 :]:
            factor = other[place] / variance
            for column in range(place, len(row)):
                other[column] -= factor * row[column]
    return chi_square_tail(statistic, freedom) if freedom else 1.0
