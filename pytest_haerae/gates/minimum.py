"""The gate on an accuracy: at least so much, of all items or of one subset."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_haerae.config.run_config import GateSettings, MinimumAccuracy
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.gates.gate import Gate
from pytest_haerae.statistics.scores import Metrics


def check_gated_subsets(settings: GateSettings, subsets: Iterable[str]) -> None:
    """Refuse a gate on a subset that is not in scope.

    Raises:
        UsageError: With the nearest match and the valid ones.
    """
    present = set(subsets)
    for minimum in settings.min_accuracy:
        if minimum.subset and minimum.subset not in present:
            raise UsageError(f"--min-accuracy: {unknown('subset', minimum.subset, present)}")


def judge_minimum(minimum: MinimumAccuracy, metrics: Metrics) -> Gate:
    """The verdict of one ``--min-accuracy`` on a report's metrics."""
    subset, threshold = minimum.subset, minimum.threshold
    name = f"min-accuracy {subset}" if subset else "min-accuracy"
    entry = metrics["subsets"].get(subset) if subset else metrics
    accuracy = entry["accuracy"] if entry else None
    if accuracy is None:
        return Gate(name, "unmeasurable", None, threshold, None, "no item was measured")
    held = accuracy >= threshold
    detail = f"accuracy {accuracy:.4f} is {'at least' if held else 'below'} {threshold:g}"
    return Gate(name, "passed" if held else "failed", accuracy, threshold, None, detail)
