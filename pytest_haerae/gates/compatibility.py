"""Which earlier reports a run may be compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired

from typing_extensions import TypedDict

from pytest_haerae.errors import UsageError
from pytest_haerae.gates.completeness import CompletenessInfo
from pytest_haerae.run.plan import Plan
from pytest_haerae.scoring.registry import scorer_name
from pytest_haerae.statistics.scores import Count
from pytest_haerae.types import Method


class MeasuredInfo(TypedDict):
    """What a report's `info` says of how its accuracy was measured."""

    method: Method
    evaluator_params: dict[str, Any]
    """The scorer's parameters; they tell which scorer judged."""
    split: str | None
    prompt: str
    prompt_fingerprint: str
    """Hash of what the prompt says."""
    num_few_shot: Count
    """Few-shot examples before each item."""


class EarlierInfo(MeasuredInfo, CompletenessInfo):
    """What a report's `info` says that decides whether it may be a baseline."""

    subset_fingerprints: NotRequired[dict[str, str]]
    """The hash of each subset's data."""


class Measurement(TypedDict):
    """What must be equal for two accuracies to be of the same measurement; the model may differ."""

    method: Method
    scorer: str
    scorer_params: dict[str, Any]
    prompt: str
    prompt_fingerprint: str
    num_few_shot: int
    split: str | None


_OF_NO_SCORER = ("scorer", "strict", "return_logits", "time_limit")
"""Parameters that choose the scorer, or only how long it may take and what the report shows."""


def scorer_params(evaluator_params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the scorer judges by."""
    return {name: value for name, value in evaluator_params.items() if name not in _OF_NO_SCORER}


def measurement_of(info: MeasuredInfo) -> Measurement:
    """How a report's accuracy was measured."""
    return {
        "method": info["method"],
        "scorer": scorer_name(info["evaluator_params"]),
        "scorer_params": scorer_params(info["evaluator_params"]),
        "prompt": info["prompt"],
        "prompt_fingerprint": info["prompt_fingerprint"],
        "num_few_shot": info["num_few_shot"],
        "split": info["split"],
    }


def measurement_of_plan(plan: Plan) -> Measurement:
    """How a run is going to measure."""
    config = plan.config
    return {
        "method": config.method,
        "scorer": config.scorer,
        "scorer_params": scorer_params(config.evaluator_params),
        "prompt": config.prompt,
        "prompt_fingerprint": plan.prompt.fingerprint,
        "num_few_shot": config.num_few_shot,
        "split": config.split,
    }


def differences(before: Measurement, after: Measurement) -> dict[str, tuple[object, object]]:
    """The settings in which two measurements differ, each with both values."""
    names = Measurement.__annotations__
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: (then, now) for name, (then, now) in pairs.items() if then != now}


def check_measurement(place: str, info: EarlierInfo, expected: Measurement) -> None:
    """Refuse a baseline that was measured in another way.

    Args:
        place: What the user named it by: ``--baseline base.json``.
        info: Its report's `info`.
        expected: How this run measures.

    Raises:
        UsageError: Naming the field.
    """
    if not info["complete"]:
        raise UsageError(f"{place}: incompatible: its run is not complete")
    for name, (then, now) in differences(measurement_of(info), expected).items():
        raise UsageError(f"{place}: incompatible: its {name} is {then!r}, this run's is {now!r}")
