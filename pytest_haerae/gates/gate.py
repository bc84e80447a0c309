"""One gate's verdict, as it is decided and as the report has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.config.options import Inconclusive

GateVerdict = Literal["passed", "failed", "inconclusive", "not evaluated", "unmeasurable"]

_FAILING: tuple[GateVerdict, ...] = ("failed", "unmeasurable")
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
    """Of the paired test that more than the threshold was lost, after Holm's correction; null for a gate without."""
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

    def fails(self, inconclusive: Inconclusive = "pass") -> bool:
        """Whether it turns the exit code to 1, where one that cannot tell does so or not."""
        return _fails(self.verdict, inconclusive)

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


class JudgedInfo(TypedDict):
    """What a report's `info` says of its gates."""

    gates: list[GateEntry]
    inconclusive: NotRequired[Literal["fail"]]


def failing_gates(info: JudgedInfo) -> list[GateEntry]:
    """The entries of a report's gates that turn the exit code to 1."""
    return [entry for entry in info["gates"] if _fails(entry["verdict"], info.get("inconclusive", "pass"))]


def _fails(verdict: GateVerdict, inconclusive: Inconclusive) -> bool:
    return verdict in _FAILING or (verdict == "inconclusive" and inconclusive == "fail")
