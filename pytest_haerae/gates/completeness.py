"""Whether a run's numbers may be relied on: nothing missing, and no more errors than are tolerated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired

from typing_extensions import TypedDict

from pytest_haerae.gates.gate import Gate
from pytest_haerae.statistics.scores import Count
from pytest_haerae.types import Outcome, Sample


class Selection(TypedDict):
    """Which items a run was to ask."""

    items: Count
    """How many."""
    by_hand: bool
    """Whether they were chosen by -k, --lf, a node id or --deselect: then no gate is evaluated."""


class CompletenessInfo(TypedDict):
    """What a report's `info` says of how much was measured."""

    complete: bool
    """Whether every selected item has its record."""
    selection: NotRequired[Selection]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the run its gates may rely on; counts of items."""

    by_hand: bool
    missing: int
    errors: int
    asked: int

    @classmethod
    def of_samples(cls, samples: Sequence[Sample], *, asked: int, by_hand: bool) -> Completeness:
        """What a run knows at its end.

        Args:
            samples: The judged items that count.
            asked: How many items were selected.
            by_hand: Whether they were selected by hand.
        """
        errors = sum(sample.verdict.outcome == "error" for sample in samples)
        return cls(by_hand, asked - len(samples), errors, asked)

    @classmethod
    def of_report(cls, info: CompletenessInfo, outcomes: Sequence[Outcome]) -> Completeness:
        """What a report says of its own run.

        Args:
            info: Its `info`.
            outcomes: Those of its samples.
        """
        present = len(outcomes)
        selection = info.get("selection") or Selection(items=present, by_hand=False)
        asked = max(selection["items"], present + (not info["complete"]))
        errors = outcomes.count("error")
        return cls(selection["by_hand"], asked - present, errors, asked)

    def reason(self, max_error_rate: float) -> str | None:
        """Why the run is unmeasurable; None where it is not."""
        if self.missing:
            return f"{self.missing} of {self.asked} records are missing"
        if self.asked and self.errors / self.asked > max_error_rate:
            return f"{self.errors} of {self.asked} items ended in an error (allowed: {max_error_rate:.1%})"
        return None

    def gate(self, max_error_rate: float) -> Gate | None:
        """The gate that says why the run is unmeasurable; None where it is not."""
        reason = self.reason(max_error_rate)
        rate = self.errors / self.asked if self.asked else None
        return Gate("measurable", "unmeasurable", rate, max_error_rate, None, reason) if reason else None
