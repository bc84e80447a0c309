"""Verdicts to the report's `metrics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pytest_haerae.data.passages import passage_of
from pytest_haerae.statistics.estimates import clustered_standard_error, standard_error, wilson_interval
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.types import Sample


def score(samples: Sequence[Sample]) -> dict[str, Any]:
    """Accuracy with its standard error and 95% interval, and the counts; errors and skipped items are not in n.

    Where items share a passage their answers go together; the standard error that takes it into account is added.
    `character_f` is the mean likeness of free-text answers to their references, None where there are none.
    """
    counts = Counter(sample.verdict.outcome for sample in samples)
    n = counts["correct"] + counts["wrong"] + counts["invalid"]
    interval = wilson_interval(counts["correct"], n)
    return {
        "accuracy": counts["correct"] / n if n else None,
        "stderr": standard_error(counts["correct"], n),
        "ci95": list(interval) if interval else None,
        "n": n,
        "correct": counts["correct"],
        "wrong": counts["wrong"],
        "invalid": counts["invalid"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
        **_clustered(samples),
        "character_f": _mean([sample.verdict.character_f for sample in samples]),
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _clustered(samples: Sequence[Sample]) -> dict[str, Any]:
    """The clustered standard error and the number of clusters; nothing where no passage is shared."""
    answered = [sample for sample in samples if sample.verdict.outcome in ANSWERED]
    clusters = [(sample.item.subset, passage_of(sample.item.query) or sample.item.index) for sample in answered]
    count = len(set(clusters))
    if count == len(answered):
        return {}
    correct = [sample.verdict.outcome == "correct" for sample in answered]
    return {"stderr_clustered": clustered_standard_error(correct, clusters), "clusters": count}


def make_metrics(samples: Sequence[Sample]) -> dict[str, Any]:
    """The report's `metrics`: the total, the mean of the subsets, and each subset."""
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.item.subset, []).append(sample)
    subsets = {name: score(group) for name, group in groups.items()}
    measured = [entry["accuracy"] for entry in subsets.values() if entry["accuracy"] is not None]
    macro = sum(measured) / len(measured) if measured else None
    return {**score(samples), "macro_accuracy": macro, "subsets": subsets}
