"""The exact tests of paired outcomes, and several tests at once."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_haerae.statistics.binomial import binomial_tail


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
