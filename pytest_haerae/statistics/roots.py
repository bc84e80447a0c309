"""Where a falling function reaches zero."""

from __future__ import annotations

from collections.abc import Callable

PRECISION = 1e-11
"""How far above a root the result may be, where nobody says it."""


def falling_root(function: Callable[[float], float], low: float, high: float, precision: float = PRECISION) -> float:
    """The least argument at which a falling function is at most 0, or `low`, rounded up.

    Source: false position with the Illinois rule: M. Dowell and P. Jarratt, BIT 11 (1971); with bisection in between.

    Args:
        function: The function.
        low: The least argument that is looked at.
        high: The largest; it is returned where the function is above 0 there, too.
        precision: How far above the root the result may be.
    """
    above, below = function(low), function(high)
    if above <= 0:
        return low
    step = 0
    # Of large arguments the neighbours lie farther apart than that.
    while high - low > precision * max(1.0, abs(high)) and below < 0:
        step += 1
        # Rounding may leave the secant's point where an end is; every third time the middle ends that.
        middle = (low + high) / 2 if step % 3 == 0 else high - below * (high - low) / (below - above)
        value = function(middle)
        if value > 0:
            low, above, below = middle, value, below / 2.0
        else:
            high, below, above = middle, value, above / 2.0
    return high
