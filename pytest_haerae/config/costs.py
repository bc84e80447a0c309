"""Sums of money, as options take them."""

from __future__ import annotations

import math
from typing import Any

from pytest_haerae.errors import UsageError


def parse_dollars(option: str, value: Any) -> float:  # noqa: ANN401 - text or number
    """Read a sum of US dollars, more than none.

    Raises:
        UsageError: It is no number, none or less, or without end.
    """
    try:
        number = float(str(value).removeprefix("$"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number <= 0:
        raise UsageError(f"{option}: '{value}' is not a sum of US dollars, such as 2.50")
    return number
