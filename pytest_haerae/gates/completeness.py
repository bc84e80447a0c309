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
    limit: NotRequired[Count]
    """How many of each subset at most, where that was said."""


class CompletenessInfo(TypedDict):
    """What a report's `info` says of how much was measured."""

    complete: bool
    """Whether every selected item has its record."""
    selection: NotRequired[Selection]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the run its gates may rely on; counts of items, and why the method applies to none of them."""

    by_hand: bool
    missing: int
    errors: int
    asked: int
    unjudged: int = 0
    inapplicable: str = ""

    @classmethod
    def of_samples(cls, samples: Sequence[Sample], *, asked: int, by_hand: bool, applies: bool = True) -> Completeness:
        """What a run knows at its end.

        Args:
            samples: The judged items that count.
            asked: How many items were selected.
            by_hand: Whether they were selected by hand.
            applies: Whether the method applies to any of them.
        """
        outcomes = [sample.verdict.outcome for sample in samples]
        reason = "" if applies or not samples else samples[0].verdict.explanation
        return cls(by_hand, asked - len(samples), outcomes.count("error"), asked, outcomes.count("unjudged"), reason)

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
        return cls(selection["by_hand"], asked - present, outcomes.count("error"), asked, outcomes.count("unjudged"))

    def reason(self, max_error_rate: float, max_unjudged: float = 1.0) -> str | None:
        """Why the run is unmeasurable; None where it is not.

        Args:
            max_error_rate: The share of items that may end in an error.
            max_unjudged: The share of items on which the judge's verdict may be unreadable.
        """
        if self.missing:
            return f"{self.missing} of {self.asked} records are missing"
        if self.inapplicable and not self.by_hand:
            return f"no item was measured: {self.inapplicable}"
        if self.asked and self.errors / self.asked > max_error_rate:
            return f"{self.errors} of {self.asked} items ended in an error (allowed: {max_error_rate:.1%})"
        if self.asked and self.unjudged / self.asked > max_unjudged:
            return (
                f"the judge's verdicts on {self.unjudged} of {self.asked} items cannot be read (allowed:"
                f" {max_unjudged:.1%}, --max-unjudged)"
            )
        return None

    def gate(self, max_error_rate: float, max_unjudged: float = 1.0) -> Gate | None:
        """The gate that says why the run is unmeasurable; None where it is not. The arguments are those of `reason`."""
        reason = self.reason(max_error_rate, max_unjudged)
        if reason is None:
            return None
        # Which of the two it is: with the other share left open, what is too many errors still has its reason.
        count, most = (self.errors, max_error_rate) if self.reason(max_error_rate) else (self.unjudged, max_unjudged)
        return Gate("measurable", "unmeasurable", count / self.asked if self.asked else None, most, None, reason)
