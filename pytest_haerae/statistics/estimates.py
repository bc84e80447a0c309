"""Accuracies and their differences, with standard errors and intervals; plain arithmetic, exact.

They run at the end of every evaluation, where importing scipy would cost more than all of them; the tests hold them
against scipy and statsmodels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence

Z95 = 1.959963984540054
"""The standard normal's 97.5 percent point."""


def standard_error(correct: int, n: int) -> float | None:
    """Standard error of a mean of zeros and ones, from the sample variance.

    Source: s / sqrt(n) with s the n-1 sample deviation, as lm-evaluation-harness reports it. None below n = 2.
    """
    if n < 2:  # noqa: PLR2004 - the sample variance needs two
        return None
    share = correct / n
    return math.sqrt(share * (1 - share) / (n - 1))


def clustered_standard_error(correct: Sequence[bool], clusters: Sequence[Hashable]) -> float | None:
    """Standard error of a mean of zeros and ones whose items come in clusters; None for fewer than two clusters.

    Source: E. Miller, "Adding error bars to evals", arXiv:2411.00640 (2024), equation 4: the root of the sum over
    clusters of the squared sum of deviations, by n; with the factor G / (G - 1) for G clusters of K.-Y. Liang and
    S. L. Zeger, Biometrika 73 (1986), as regression packages apply it, so that clusters of one give `standard_error`.

    Args:
        correct: Whether each item was answered right.
        clusters: Each item's cluster.
    """
    n = len(correct)
    if n == 0:
        return None
    mean = sum(correct) / n
    deviations: defaultdict[Hashable, float] = defaultdict(float)
    for value, cluster in zip(correct, clusters, strict=True):
        deviations[cluster] += value - mean
    count = len(deviations)
    if count < 2:  # noqa: PLR2004 - one cluster says nothing about the variance between clusters
        return None
    return math.sqrt(count / (count - 1) * math.fsum(value * value for value in deviations.values())) / n


def wilson_interval(correct: int, n: int) -> tuple[float, float] | None:
    """95% score interval of a share; None for n = 0.

    Source: E. B. Wilson, "Probable inference", JASA 22 (1927).
    """
    if n == 0:
        return None
    share, square = correct / n, Z95 * Z95
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low = 0.0 if correct == 0 else max(0.0, centre - half)
    high = 1.0 if correct == n else min(1.0, centre + half)
    return low, high


def paired_bootstrap_interval(
    lost: int, gained: int, n: int, *, seed: int = 0, resamples: int = 10_000
) -> tuple[float, float] | None:
    """95% percentile interval of the change of accuracy, later minus earlier, over resampled pairs; None for n = 0.

    Resampling n pairs with replacement draws the counts of losses, gains and ties from a multinomial distribution, so
    the counts are drawn directly: the same intervals, without a loop over pairs.

    Source: B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.

    Args:
        lost: Pairs that went from right to wrong.
        gained: Pairs that went from wrong to right.
        n: All pairs.
        seed: Of numpy's default generator; the same seed gives the same interval.
        resamples: How many times the pairs are drawn.
    """
    if n == 0:
        return None
    import numpy

    shares = [lost / n, gained / n, (n - lost - gained) / n]
    drawn = numpy.random.default_rng(seed).multinomial(n, shares, size=resamples)
    low, high = numpy.quantile((drawn[:, 1] - drawn[:, 0]) / n, (0.025, 0.975))
    return float(low), float(high)
