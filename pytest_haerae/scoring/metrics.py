"""Which further metrics evaluator parameters ask for: what a report tells beside the accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import Method

METRICS = "further_metrics"
"""The evaluator parameter that names them: one, or a list."""
MACRO_F1 = "macro_f1"
OF_METHOD: Mapping[Method, tuple[str, ...]] = {"log_likelihood": (MACRO_F1,), "string_match": (MACRO_F1,)}
"""Those that can be asked for, by method."""


def metric_names(evaluator_params: Mapping[str, Any]) -> tuple[str, ...]:
    """The further metrics that evaluator parameters ask for."""
    given = evaluator_params.get(METRICS, ())
    return (given,) if isinstance(given, str) else tuple(given)


def check_metrics(method: Method, evaluator_params: Mapping[str, Any]) -> None:
    """Refuse metrics that there are not.

    Raises:
        UsageError: With the nearest of the method's.
    """
    given = evaluator_params.get(METRICS, ())
    if not isinstance(given, str | list | tuple) or not all(isinstance(name, str) for name in given):
        raise UsageError(f"--evaluator-params: {METRICS} is a name or a list of names, not {given!r}")
    for name in metric_names(evaluator_params):
        if name not in OF_METHOD[method]:
            raise UsageError(f"--evaluator-params: {unknown('metric', name, OF_METHOD[method])}")
