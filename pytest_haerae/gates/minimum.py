"""The gates on an accuracy: at least so much, of all items, of one of several benchmarks, or of one subset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pytest_haerae.config.gate_settings import GateSettings, Minimum
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.gates.gate import Gate
from pytest_haerae.statistics.scores import Metrics, Score, score
from pytest_haerae.types import Sample, Selected, Terms


def check_gated_subsets(settings: GateSettings, subsets: Iterable[str]) -> None:
    """Refuse a gate on a subset, or on one of several benchmarks, that is not in scope.

    Raises:
        UsageError: With the nearest match and the valid ones.
    """
    present = set(subsets)
    named = [("--min-accuracy", minimum.subset) for minimum in settings.min_accuracy]
    named += [("--min-hangul", minimum.subset) for minimum in settings.min_hangul]
    named += [("--max-drop", name) for name in settings.max_drop.named]
    for option, subset in named:
        if subset and subset not in present:
            raise UsageError(f"{option}: {unknown('subset', subset, present)}")


def judge_minimum(minimum: Minimum, metrics: Metrics) -> Gate:
    """The verdict of one ``--min-accuracy`` on a report's metrics."""
    subset = minimum.subset
    name = f"min-accuracy {subset}" if subset else "min-accuracy"
    entry = score_of_group(metrics, subset)
    return _judge(name, minimum.threshold, entry["accuracy"] if entry else None)


def score_of_group(metrics: Metrics, name: str | None) -> Score | None:
    """The numbers of what a gate names, a subset or one of several benchmarks, or of all items; None without any."""
    if name is None:
        return metrics
    return metrics.get("benchmarks", {}).get(name) or metrics["subsets"].get(name)


def judge_suites(
    selection: Iterable[Selected], samples: Sequence[Sample], applies: Callable[[Selected], bool]
) -> list[Gate]:
    """The verdicts of the gates that suites have by their markers, each on the items that its suite asks.

    Args:
        selection: All that was selected: a suite's gate is judged also where none of its items was measured.
        samples: The judged items.
        applies: Whether the method applies to an item: one that was skipped nevertheless was taken out by its tests.
    """
    asked: dict[Terms, list[Sample]] = {terms: [] for entry in selection for terms in entry.terms}
    for sample in samples:
        for terms in sample.selected.terms:
            if terms in asked:
                asked[terms].append(sample)
    return [
        _judge_suite(f"min-accuracy {terms.suite}", terms.min_accuracy, found, applies)
        for terms, found in asked.items()
        if terms.min_accuracy is not None
    ]


def _judge_suite(name: str, threshold: float, samples: Sequence[Sample], applies: Callable[[Selected], bool]) -> Gate:
    if all(sample.verdict.outcome == "skipped" for sample in samples):
        # Whoever skips a suite takes its gate out, too. A method that does not apply is a mistake of the options.
        reason = next((sample.verdict.explanation for sample in samples if applies(sample.selected)), None)
        if reason is not None:
            detail = f"all of its items were skipped: {reason}"
            return Gate(name, "not evaluated", None, threshold, None, detail)
    return _judge(name, threshold, score(samples)["accuracy"])


def _judge(name: str, threshold: float, accuracy: float | None) -> Gate:
    if accuracy is None:
        return Gate(name, "unmeasurable", None, threshold, None, "no item was measured")
    held = accuracy >= threshold
    detail = f"accuracy {accuracy:.4f} is {'at least' if held else 'below'} {threshold:g}"
    return Gate(name, "passed" if held else "failed", accuracy, threshold, None, detail)
