"""What an answer took, by a report's facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_haerae.report.schema import Info


def tokens_an_item(info: Info, answered: int) -> float | None:
    """Generated tokens an answered item, without what tests asked the model themselves.

    Args:
        info: The report's facts.
        answered: How many items were answered.

    Returns:
        None where the report does not know.
    """
    tokens = info["tokens"]["completion"]
    if tokens and "calls" in info:
        tokens -= info["calls"]["tokens"]["completion"] or 0
    return tokens / answered if tokens and answered else None
