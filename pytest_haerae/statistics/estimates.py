"""The few statistics that a report and its gates need; plain arithmetic, exact.

They run at the end of every evaluation, where importing scipy would cost more than all of them; the tests hold them
against scipy and statsmodels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from statistics import NormalDist

Z95 = 1.959963984540054
"""The standard normal's 97.5 percent point."""

_CONFIDENCE_PART = 0.1
"""The part of a margin test's level that is spent on the nuisance parameter's confidence bound."""
_LEAST_P_VALUE = 1e-15
_ROOT_PRECISION = 1e-11
_UNDERFLOW = 1e-300
_SMALL = 60


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


def binomial_tail(k: int, n: int, share: float) -> float:
    """P(X >= k) for X ~ Bin(n, share), exact to about 1e-10.

    Source: the binomial distribution, its terms summed from the tail's largest on; each term is the one before times
    (n - k) / (k + 1) * share / (1 - share).
    """
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    if share in (0.0, 1.0):
        return share
    if k > n * share:
        return _tail_sum(k, n, share)
    return 1.0 - _tail_sum(n - k + 1, n, 1.0 - share)


def _tail_sum(k: int, n: int, share: float) -> float:
    """The upper tail from k > n * share on, where the terms fall."""
    term, odds, total = binomial_term(k, n, share), share / (1.0 - share), 0.0
    while term > total * 1e-17:
        total += term
        term *= (n - k) / (k + 1) * odds
        k += 1
    return min(1.0, total)


def binomial_term(k: int, n: int, share: float) -> float:
    """P(X = k) for X ~ Bin(n, share); 0 < share < 1.

    Source: the binomial distribution; above n = 60 through the logarithm of the gamma function.
    """
    if n <= _SMALL:
        return math.comb(n, k) * share**k * (1.0 - share) ** (n - k)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))


def binomial_lower_bound(k: int, n: int, level: float) -> float:
    """The least share that k of n do not refute: one-sided, with confidence 1 - level.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934). Newton's method on the logarithm of the tail, which
    is concave in the share: from the first step on it comes from below, so what is left of the error is safe.
    """
    if k == 0:
        return 0.0
    z = NormalDist().inv_cdf(level)
    share = (k / n + z * z / (2 * n) + z * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    step = 1.0
    while abs(step) > 1e-12 * share:
        tail = binomial_tail(k, n, share)
        step = math.log(tail / level) * share * tail / (k * binomial_term(k, n, share))
        share = min(max(share - step, share / 8.0), (share + 1.0) / 2.0)
    return share


def mcnemar_one_sided(lost: int, gained: int) -> float:
    """Exact p-value that at least `lost` of the discordant pairs were lost, if losing and gaining are as likely.

    Source: Q. McNemar, Psychometrika 12 (1947), in its exact binomial form: P(X >= lost), X ~ Bin(lost + gained, 1/2).
    """
    return binomial_tail(lost, lost + gained, 0.5)


def mcnemar_two_sided(lost: int, gained: int) -> float:
    """Exact p-value that losses and gains differ as much as they do, if both are as likely.

    Source: as `mcnemar_one_sided`, the smaller tail doubled.
    """
    return min(1.0, 2.0 * min(mcnemar_one_sided(lost, gained), mcnemar_one_sided(gained, lost)))


def drop_p_value(lost: int, gained: int, n: int, margin: float = 0.0) -> float:
    """P-value of the null that accuracy fell by at most `margin`, from n pairs of which some were lost and gained.

    With margin 0 it is `mcnemar_one_sided`. Above, the null's share of losses among the discordant pairs,
    (1 + margin / discordance) / 2, depends on the unknown discordance: the binomial tail is taken at the discordance
    that is worst for the claim within its one-sided confidence interval, whose level is added. A tenth of the test's
    level goes to that interval; the p-value is the least level that rejects. It never rejects more often than it says,
    at any n.

    Source: R. L. Berger and D. D. Boos, "P values maximized over a confidence set for the nuisance parameter",
    JASA 89 (1994), over McNemar's conditional test, with the interval of `binomial_lower_bound`.

    Args:
        lost: Pairs that went from right to wrong.
        gained: Pairs that went from wrong to right.
        n: All pairs.
        margin: The drop that is tolerated, 0 to 1.
    """
    if margin == 0:
        return mcnemar_one_sided(lost, gained)
    changed = lost + gained

    def excess(log_level: float) -> float:
        share, level_left = lost_share_bound(changed, n, margin, math.exp(log_level))
        return math.log(max(binomial_tail(lost, changed, share), _UNDERFLOW) / level_left)

    if excess(0.0) > 0:
        return 1.0
    return math.exp(_falling_root(excess, math.log(_LEAST_P_VALUE), 0.0))


def _falling_root(function: Callable[[float], float], low: float, high: float) -> float:
    """The least argument at which a falling function is at most 0, or `low`, rounded up.

    Source: false position with the Illinois rule: M. Dowell and P. Jarratt, BIT 11 (1971).
    """
    above, below = function(low), function(high)
    if above <= 0:
        return low
    while high - low > _ROOT_PRECISION and below < 0:
        middle = high - below * (high - low) / (below - above)
        value = function(middle)
        if value > 0:
            low, above, below = middle, value, below / 2.0
        else:
            high, below, above = middle, value, above / 2.0
    return high


def drop_rejected(lost: int, changed: int, n: int, margin: float, level: float) -> bool:
    """Whether `drop_p_value` is at most a level; `changed` is lost plus gained. Source: as there."""
    share, level_left = lost_share_bound(changed, n, margin, level)
    return binomial_tail(lost, changed, share) <= level_left


def lost_share_bound(changed: int, n: int, margin: float, level: float) -> tuple[float, float]:
    """The largest share of losses among the changed pairs under the null, and what is left of the level.

    Source: as `drop_p_value`.
    """
    if margin == 0 or level == 0:
        return 0.5, level
    discordance = binomial_lower_bound(changed, n, level * _CONFIDENCE_PART)
    share = 1.0 if discordance <= margin else (1.0 + margin / discordance) / 2.0
    return share, level * (1.0 - _CONFIDENCE_PART)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the given order.

    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = running
    return adjusted


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
