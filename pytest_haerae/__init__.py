"""HAE-RAE Bench as pytest suites."""

from __future__ import annotations

from pytest_haerae.assertions import assert_correct
from pytest_haerae.errors import BackendFailure, HaeraeError, UsageError, WrongAnswer
from pytest_haerae.types import Item, Message, Request, Response, Verdict

__all__ = [
    "BackendFailure",
    "HaeraeError",
    "Item",
    "Message",
    "Request",
    "Response",
    "UsageError",
    "Verdict",
    "WrongAnswer",
    "assert_correct",
]
