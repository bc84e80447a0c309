"""How many of a run's items are kept to their labels: some, or the run is refused."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import CONSTRAINED, Plan
from pytest_haerae.types import Selected


def check_constraint(plan: Plan, about: Sequence[Selected]) -> None:
    """Refuse a constraint that would keep no answer to anything.

    Args:
        plan: What is measured.
        about: All that it is about.

    Raises:
        UsageError: It is set, and no item has options.
    """
    constrained = [entry for entry in about if plan.part_of(entry.data).config.constrained]
    if constrained and not any(entry.item.labels for entry in constrained):
        subsets = ", ".join(sorted({entry.group for entry in constrained}))
        words = f"no item of {subsets} has options whose letters it could be kept to"
        raise UsageError(f"{CONSTRAINED}: {words}; leave it out, or name a subset that has some")


def describe_constraint(plan: Plan, asked: Sequence[Selected]) -> str | None:
    """In words, how many answers were kept to letters; None where none was to be.

    Args:
        plan: What was measured.
        asked: The items that count.
    """
    constrained = [entry for entry in asked if plan.part_of(entry.data).config.constrained]
    if not constrained:
        return None
    kept = sum(entry.item.labels is not None for entry in constrained)
    if kept == len(asked):
        return "each answer was kept to the letters of its options"
    return f"{kept} of {len(asked)} answers were kept to the letters of their options; the other items have none"
