"""HAE-RAE Bench as pytest suites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_haerae.errors import BackendFailure, HaeraeError, UnmeasurableRun, UsageError, WrongAnswer
from pytest_haerae.plugin.assertions import assert_correct
from pytest_haerae.types import Item, Message, Request, Response, Verdict

if TYPE_CHECKING:
    from pytest_haerae.doors.evaluator import Evaluator
    from pytest_haerae.doors.result import EvaluationResult

__all__ = [
    "BackendFailure",
    "EvaluationResult",
    "Evaluator",
    "HaeraeError",
    "Item",
    "Message",
    "Request",
    "Response",
    "UnmeasurableRun",
    "UsageError",
    "Verdict",
    "WrongAnswer",
    "assert_correct",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class of the Python door
    """The Python door, imported at its first use: every pytest start imports this package."""
    if name == "Evaluator":
        from pytest_haerae.doors.evaluator import Evaluator

        return Evaluator
    if name == "EvaluationResult":
        from pytest_haerae.doors.result import EvaluationResult

        return EvaluationResult
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
