"""The few statistics that a report and its gates need; plain arithmetic, exact."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def mcnemar_one_sided(lost: int, gained: int) -> float:
    """Exact p-value that at least `lost` of the discordant pairs were lost, if losing and gaining are as likely.

    Source: Q. McNemar, Psychometrika 12 (1947), in its exact binomial form: P(X >= lost), X ~ Bin(lost + gained, 1/2).
    """
    n = lost + gained
    return float(sum(math.comb(n, k) for k in range(lost, n + 1)) / 2**n)


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


def smallest_detectable_drop(n: int, discordance: float = 0.2) -> float | None:
    """Drop of accuracy on n pairs that a one-sided 5% paired test finds with 80% power; None for n = 0.

    Source: R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design",
    Biometrics 43 (1987), solved for the difference by iteration; `discordance` is the share of pairs that differ.
    """
    if n == 0:
        return None
    alpha, beta = 1.6448536269514722, 0.8416212335729143
    drop = 0.0
    for _ in range(100):
        drop = (alpha * math.sqrt(discordance) + beta * math.sqrt(max(0.0, discordance - drop * drop))) / math.sqrt(n)
    return min(1.0, drop)
