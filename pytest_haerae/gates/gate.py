"""One gate's verdict, as it is decided and as the report has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

GateVerdict = Literal["passed", "failed", "not evaluated", "unmeasurable"]

_FAILING = ("failed", "unmeasurable")
"""The verdicts that turn the exit code to 1."""

_Number = Annotated[float, Field(allow_inf_nan=False)]


class GateEntry(TypedDict):
    """One gate's verdict in a report's `info`."""

    name: str
    verdict: GateVerdict
    value: _Number | None
    """What was measured: an accuracy, a drop of accuracy, or a share of errors."""
    threshold: _Number | None
    """What it was held against."""
    p_value: _Number | None
    """Of the paired test, after Holm's correction; null for a gate that makes none."""
    detail: str
    """Why, in one line."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's verdict, as the report shows it; shares of 0 to 1."""

    name: str
    verdict: GateVerdict
    value: float | None
    threshold: float | None
    p_value: float | None
    detail: str

    def fails(self) -> bool:
        """Whether it turns the exit code to 1."""
        return self.verdict in _FAILING

    def to_json(self) -> GateEntry:
        """The report's entry."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "value": self.value,
            "threshold": self.threshold,
            "p_value": self.p_value,
            "detail": self.detail,
        }


def failing_gates(entries: Iterable[GateEntry]) -> list[GateEntry]:
    """The entries of a report's gates that turn the exit code to 1."""
    return [entry for entry in entries if entry["verdict"] in _FAILING]
