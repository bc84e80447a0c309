"""Accuracies, with standard errors and intervals; plain arithmetic, exact.

They run at the end of every evaluation, where importing scipy would cost more than all of them; the tests hold them
against scipy and statsmodels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

Z95 = 1.959963984540054
"""The standard normal's 97.5 percent point."""


def known_mean(values: Iterable[float | None]) -> float | None:
    """The mean of those values that are not None; None without any."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def standard_error(correct: int, n: int) -> float | None:
    """Standard error of a mean of zeros and ones, from the sample variance.

    Source: s / sqrt(n) with s the n-1 sample deviation, as lm-evaluation-harness reports it. None below n = 2.
    """
    if n < 2:  # noqa: PLR2004 - the sample variance needs two
        return None
    share = correct / n
    return math.sqrt(share * (1 - share) / (n - 1))


def clustered_standard_error(correct: Sequence[float], clusters: Sequence[Hashable]) -> float | None:
    """Standard error of a mean of values whose items come in clusters; None for fewer than two clusters.

    Source: E. Miller, "Adding error bars to evals", arXiv:2411.00640 (2024), equation 4: the root of the sum over
    clusters of the squared sum of deviations, by n; with the factor G / (G - 1) for G clusters of K.-Y. Liang and
    S. L. Zeger, Biometrika 73 (1986), as regression packages apply it, so that clusters of one give `standard_error`.

    Args:
        correct: Whether each item was answered right, or the share of its answers that are.
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


def wilson_interval(correct: float, n: float) -> tuple[float, float] | None:
    """95% score interval of a share; None for n = 0.

    Source: E. B. Wilson, "Probable inference", JASA 22 (1927).

    Args:
        correct: How many are right; of an effective sample size no whole number.
        n: Of how many.
    """
    if n == 0:
        return None
    share, square = correct / n, Z95 * Z95
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low = 0.0 if correct == 0 else max(0.0, centre - half)
    high = 1.0 if correct == n else min(1.0, centre + half)
    return low, high


def mean_standard_error(values: Sequence[float]) -> float | None:
    """Standard error of a mean, from the sample variance; None below n = 2."""
    n = len(values)
    if n < 2:  # noqa: PLR2004 - the sample variance needs two
        return None
    mean = math.fsum(values) / n
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n)


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95% interval of a mean of values from 0 to 1; None for none.

    Wilson's interval of as many zeros and ones as are as uncertain as these values: near 0 and 1, where a normal
    interval would leave the range, it stays inside. Values that are all the same count one each.

    Source: E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data", Survey Methodology 24 (1998): the effective sample size, with the ratio of
    Student's to the normal's points; here in the score interval instead of Clopper's and Pearson's.

    Args:
        values: Values from 0 to 1, independent of each other.
    """
    n = len(values)
    if n == 0:
        return None
    mean = min(1.0, max(0.0, math.fsum(values) / n))
    spread = mean_standard_error(values)
    size = effective_size(mean, spread, n - 1) if spread else float(n)
    return wilson_interval(mean * size, size)


def effective_size(mean: float, spread: float, freedom: int) -> float:
    """How many zeros and ones with this mean are as uncertain as an estimate with this standard error.

    Source: Korn and Graubard, as in `mean_interval`.

    Args:
        mean: The estimate, 0 to 1.
        spread: Its standard error, above 0.
        freedom: The degrees of freedom of that.
    """
    return mean * (1 - mean) / spread**2 * (Z95 / student_point(freedom)) ** 2


def student_point(freedom: int) -> float:
    """The 97.5 percent point of Student's distribution.

    Source: M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.5; within 0.2% from 4
    degrees of freedom on.
    """
    z, v = Z95, float(freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / v ** (place + 1) for place, term in enumerate(terms))
