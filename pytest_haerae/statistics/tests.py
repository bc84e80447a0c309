"""The tests that gates and comparisons rest on: of paired outcomes, of a tolerated drop, of several at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from pytest_haerae.statistics.binomial import binomial_lower_bound, binomial_tail

_CONFIDENCE_PART = 0.1
"""The part of a margin test's level that is spent on the nuisance parameter's confidence bound."""
_LEAST_P_VALUE = 1e-15
_ROOT_PRECISION = 1e-11
_UNDERFLOW = 1e-300


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
