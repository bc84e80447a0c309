"""HAE-RAE Bench as pytest suites."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_haerae.errors import (
    BackendFailure,
    HaeraeError,
    ScorerFailure,
    UnmeasurableRun,
    UsageError,
    WrongAnswer,
)
from pytest_haerae.plugin.assertions import assert_correct, assert_log_likelihood, assert_string_match

if TYPE_CHECKING:
    from pytest_haerae.backends.protocol import Backend, BackendParameters
    from pytest_haerae.catalogue.benchmark import Benchmark
    from pytest_haerae.catalogue.examination import Examination
    from pytest_haerae.catalogue.protocol import Protocol
    from pytest_haerae.catalogue.protocol_registry import register_protocol
    from pytest_haerae.catalogue.registry import register_benchmark
    from pytest_haerae.doors.decorator import evaluate
    from pytest_haerae.doors.evaluator import Evaluator
    from pytest_haerae.doors.result import EvaluationResult
    from pytest_haerae.images import Image
    from pytest_haerae.prompts.registry import register_prompt
    from pytest_haerae.report.formats import register_format
    from pytest_haerae.run.language_model import LanguageModel
    from pytest_haerae.scoring.parameters import ScorerParameters
    from pytest_haerae.scoring.registry import register_scorer
    from pytest_haerae.types import Item, Message, Request, Response, Verdict

__all__ = [
    "Backend",
    "BackendFailure",
    "BackendParameters",
    "Benchmark",
    "EvaluationResult",
    "Evaluator",
    "Examination",
    "HaeraeError",
    "Image",
    "Item",
    "LanguageModel",
    "Message",
    "Protocol",
    "Request",
    "Response",
    "ScorerFailure",
    "ScorerParameters",
    "UnmeasurableRun",
    "UsageError",
    "Verdict",
    "WrongAnswer",
    "assert_correct",
    "assert_log_likelihood",
    "assert_string_match",
    "evaluate",
    "register_benchmark",
    "register_format",
    "register_prompt",
    "register_protocol",
    "register_scorer",
]

_LAZY: Mapping[str, str] = {
    "Backend": "pytest_haerae.backends.protocol",
    "BackendParameters": "pytest_haerae.backends.protocol",
    "Benchmark": "pytest_haerae.catalogue.benchmark",
    "EvaluationResult": "pytest_haerae.doors.result",
    "Evaluator": "pytest_haerae.doors.evaluator",
    "Examination": "pytest_haerae.catalogue.examination",
    "Image": "pytest_haerae.images",
    "Item": "pytest_haerae.types",
    "LanguageModel": "pytest_haerae.run.language_model",
    "Message": "pytest_haerae.types",
    "Protocol": "pytest_haerae.catalogue.protocol",
    "Request": "pytest_haerae.types",
    "Response": "pytest_haerae.types",
    "ScorerParameters": "pytest_haerae.scoring.parameters",
    "Verdict": "pytest_haerae.types",
    "evaluate": "pytest_haerae.doors.decorator",
    "register_benchmark": "pytest_haerae.catalogue.registry",
    "register_format": "pytest_haerae.report.formats",
    "register_prompt": "pytest_haerae.prompts.registry",
    "register_protocol": "pytest_haerae.catalogue.protocol_registry",
    "register_scorer": "pytest_haerae.scoring.registry",
}
"""Where the names are that are imported at their first use: every pytest start imports this package."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class or a function
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
