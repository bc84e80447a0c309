"""HAE-RAE Bench as pytest suites."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_haerae.errors import BackendFailure, HaeraeError, UnmeasurableRun, UsageError, WrongAnswer
from pytest_haerae.plugin.assertions import assert_correct
from pytest_haerae.types import Item, Message, Request, Response, Verdict

if TYPE_CHECKING:
    from pytest_haerae.backends.protocol import Backend, BackendParameters
    from pytest_haerae.doors.evaluator import Evaluator
    from pytest_haerae.doors.result import EvaluationResult

__all__ = [
    "Backend",
    "BackendFailure",
    "BackendParameters",
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

_LAZY = {
    "Backend": "pytest_haerae.backends.protocol",
    "BackendParameters": "pytest_haerae.backends.protocol",
    "EvaluationResult": "pytest_haerae.doors.result",
    "Evaluator": "pytest_haerae.doors.evaluator",
}
"""Where the names live that are imported at their first use: every pytest start imports this package."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a name at its first use."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
