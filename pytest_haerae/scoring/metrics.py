"""Which further metrics evaluator parameters ask for: what a report tells beside the accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.scoring.language import check_language
from pytest_haerae.types import Method

METRICS = "further_metrics"
"""The evaluator parameter that names them: one, or a list."""
MACRO_F1, HANGUL, BIAS = "macro_f1", "hangul", "bias"
GIVEN_ATTEMPTED, SIMPLEQA_F1 = "correct_given_attempted", "simpleqa_f1"
OF_METHOD: Mapping[Method, tuple[str, ...]] = {
    "log_likelihood": (BIAS, MACRO_F1),
    "string_match": (BIAS, GIVEN_ATTEMPTED, HANGUL, MACRO_F1, SIMPLEQA_F1),
}
"""Those that can be asked for, by method."""
PENALIZE, TARGET_LANGUAGE, KOREAN = "language_penalize", "target_lang", "ko"
"""The evaluator parameters that ask for the share of answers in a language, by the names of HAE-RAE's toolkit."""
OF_METRICS = (METRICS, PENALIZE, TARGET_LANGUAGE)
"""The evaluator parameters that decide no verdict."""


def metric_names(evaluator_params: Mapping[str, Any]) -> tuple[str, ...]:
    """The further metrics that evaluator parameters ask for."""
    given = evaluator_params.get(METRICS, ())
    return (given,) if isinstance(given, str) else tuple(given)


def with_metric(evaluator_params: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Evaluator parameters that ask for a further metric beside those that they name."""
    return {**evaluator_params, METRICS: list(dict.fromkeys((*metric_names(evaluator_params), name)))}


def wanted_language(evaluator_params: Mapping[str, Any]) -> str | None:
    """The language in which answers are to be, as langdetect writes it; None where nobody asks."""
    if not evaluator_params.get(PENALIZE):
        return None
    return str(evaluator_params.get(TARGET_LANGUAGE, KOREAN))


def check_metrics(method: Method, evaluator_params: Mapping[str, Any]) -> None:
    """Refuse metrics that there are not, or that a library is missing for.

    Raises:
        UsageError: With the nearest of the method's, or with the way out.
    """
    given = evaluator_params.get(METRICS, ())
    if not isinstance(given, str | list | tuple) or not all(isinstance(name, str) for name in given):
        raise UsageError(f"--evaluator-params: {METRICS} is a name or a list of names, not {given!r}")
    for name in metric_names(evaluator_params):
        if name not in OF_METHOD[method]:
            raise UsageError(f"--evaluator-params: {unknown('metric', name, OF_METHOD[method])}")
    if TARGET_LANGUAGE in evaluator_params and PENALIZE not in evaluator_params:
        raise UsageError(f"--evaluator-params: {TARGET_LANGUAGE} is of {PENALIZE}: add {PENALIZE}=true")
    if (language := wanted_language(evaluator_params)) is not None:
        check_language(language)
