"""How many of something are asked for, and how many were counted, in words."""

from __future__ import annotations

from typing import Literal

from pytest_haerae.scoring.instructions.registry import Check

Relation = Literal["less than", "at least"]
"""How a count is held against a number, in IFEval's words."""


def compared(count: int, relation: Relation, asked: int, unit: str) -> Check:
    """Hold a count against a number.

    Args:
        count: What was counted.
        relation: How they are compared.
        asked: The number.
        unit: What was counted, in the plural.
    """
    if relation == "less than":
        return Check(count < asked, f"{count} {unit}, fewer than {asked} asked")
    return Check(count >= asked, f"{count} {unit}, at least {asked} asked")


def at_least(count: int, asked: int, unit: str) -> Check:
    """Hold a count against the smallest number that will do."""
    return compared(count, "at least", asked, unit)


def exactly(count: int, asked: int, unit: str) -> Check:
    """Hold a count against the one number that will do."""
    return Check(count == asked, f"{count} {unit}, exactly {asked} asked")
