"""Verdicts to the report's `metrics` and `samples`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from pytest_haerae.comparison import ANSWERED
from pytest_haerae.data.passages import passage_of
from pytest_haerae.stats import clustered_standard_error, standard_error, wilson_interval
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


def make_sample(sample: Sample, *, return_logits: bool) -> dict[str, Any]:
    """One row of the report's `samples`: the promised keys, then what tells why it was judged so.

    `input` is the text as sent; of a chat, its messages in one text, while `messages` has them apart.
    """
    item, response, verdict = sample.item, sample.response, sample.verdict
    request = sample.request
    shown = item.query
    if request is not None:
        chat = "\n\n".join(f"[{message.role}]\n{message.content}" for message in request.messages or ())
        shown = chat or request.context
    values = response.loglikelihoods if response and return_logits else None
    return {
        "id": item.id,
        "subset": item.subset,
        "nodeid": sample.nodeid,
        "input": shown,
        "options": list(item.options) if item.options is not None else None,
        "reference": item.reference,
        "prediction": verdict.prediction,
        "outcome": verdict.outcome,
        "raw_output": response.text if response else None,
        "loglikelihoods": list(values) if values is not None else None,
        "error": response.error if response else None,
        "explanation": verdict.explanation,
        "rule": verdict.rule,
        "character_f": verdict.character_f,
        "finish_reason": response.finish_reason if response else None,
        "truncated": bool(response and response.truncated),
        "messages": [asdict(message) for message in request.messages] if request and request.messages else None,
    }
