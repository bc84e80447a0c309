"""Student's distribution; plain arithmetic, which the tests hold against scipy."""

from __future__ import annotations

import math


def student_tail(value: float, freedom: int) -> float:
    """P(T >= value) of Student's distribution.

    Source: M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4.

    Args:
        value: Any number.
        freedom: The degrees of freedom, at least 1.
    """
    angle = math.atan2(abs(value), math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for step in range(1 + odd, freedom, 2):
        total += term
        term *= step / (step + 1) * cosine * cosine
    within = 2 / math.pi * (angle + sine * total) if odd else sine * total
    upper = max(0.0, (1 - within) / 2)
    return upper if value >= 0 else 1 - upper
