"""Verdicts to the report's `metrics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.data.passages import passage_of
from pytest_haerae.statistics.estimates import clustered_standard_error, standard_error, wilson_interval
from pytest_haerae.statistics.pairing import ANSWERED, Outline
from pytest_haerae.types import Outcome, Sample

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Spread = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Clustering(TypedDict, total=False):
    """What stands in a score where items share passages."""

    stderr_clustered: Spread | None
    """The standard error that takes shared passages into account; null for a single cluster."""
    clusters: Count
    """Groups of items that share a passage."""


class Score(Clustering):
    """The numbers of some items; errors and skipped items are not in `n`."""

    accuracy: Share | None
    """correct / n; null where nothing was measured."""
    stderr: Spread | None
    """Standard error of the accuracy; null below n = 2."""
    ci95: Annotated[list[Share], Field(min_length=2, max_length=2)] | None
    """Wilson's 95% interval of the accuracy, low and high."""
    n: Count
    """Items that were answered: correct + wrong + invalid + cut."""
    correct: Count
    wrong: Count
    invalid: Count
    """Answers that could not be read."""
    errors: Count
    """Items whose backend gave no answer."""
    skipped: Count
    """Items to which the method does not apply."""
    cut: Count
    """Outputs that ended at their limit before an answer was stated; they are in n."""
    accuracy_uncut: Share | None
    """correct / (n - cut): the accuracy among the answers that were not cut; null where there are none."""
    character_f: NotRequired[Share | None]
    """Mean likeness of free-text answers to their references; null where there are none."""


class Metrics(Score):
    """The numbers of all items (micro), of each subset, and the mean of the subsets (macro)."""

    macro_accuracy: Share | None
    """The mean of the subsets' accuracies, each counted once."""
    subsets: dict[str, Score]


def score(samples: Sequence[Sample]) -> Score:
    """Accuracy with its standard error and 95% interval, and the counts; errors and skipped items are not in n.

    Where items share a passage their answers go together; the standard error that takes it into account is added.
    `character_f` is the mean likeness of free-text answers to their references, None where there are none.
    """
    return {
        **score_of_outcomes(sample.verdict.outcome for sample in samples),
        **_clustered(samples),
        "character_f": _mean([sample.verdict.character_f for sample in samples]),
    }


def score_of_outcomes(outcomes: Iterable[Outcome]) -> Score:
    """What the outcomes of some items alone decide: counts, and the accuracy with standard error and interval."""
    counts = Counter(outcomes)
    n = sum(count for outcome, count in counts.items() if outcome in ANSWERED)
    whole = n - counts["cut"]
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
        "cut": counts["cut"],
        "accuracy_uncut": counts["correct"] / whole if whole else None,
    }


def counts_of(entry: Score) -> dict[str, int]:
    """The counts of a score by their names, in the report's order."""
    return {
        "n": entry["n"],
        "correct": entry["correct"],
        "wrong": entry["wrong"],
        "invalid": entry["invalid"],
        "cut": entry["cut"],
        "errors": entry["errors"],
        "skipped": entry["skipped"],
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _clustered(samples: Sequence[Sample]) -> Clustering:
    """The clustered standard error and the number of clusters; nothing where no passage is shared."""
    answered = [sample for sample in samples if sample.verdict.outcome in ANSWERED]
    # By number: a text of each sample's own, of its passage, would be a second copy of the data.
    numbers: dict[tuple[str, str | int], int] = {}
    clusters = [
        numbers.setdefault((sample.item.subset, passage_of(sample.item.query) or sample.item.index), len(numbers))
        for sample in answered
    ]
    count = len(numbers)
    if count == len(answered):
        return {}
    correct = [sample.verdict.outcome == "correct" for sample in answered]
    return {"stderr_clustered": clustered_standard_error(correct, clusters), "clusters": count}


def make_metrics(samples: Sequence[Sample]) -> Metrics:
    """The report's `metrics`: the total, the mean of the subsets, and each subset."""
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.item.subset, []).append(sample)
    return _metrics(score(samples), {name: score(group) for name, group in groups.items()})


def metrics_of_outlines(samples: Iterable[Outline]) -> Metrics:
    """The `metrics` that the samples of a report give: what gates may rely on, whatever stands beside them."""
    groups: dict[str, list[Outcome]] = {}
    for mark, outcome in samples:
        groups.setdefault(mark.subset, []).append(outcome)
    every = (outcome for group in groups.values() for outcome in group)
    return _metrics(score_of_outcomes(every), {name: score_of_outcomes(outcomes) for name, outcomes in groups.items()})


def _metrics(total: Score, subsets: dict[str, Score]) -> Metrics:
    measured = [entry["accuracy"] for entry in subsets.values() if entry["accuracy"] is not None]
    macro = sum(measured) / len(measured) if measured else None
    return {**total, "macro_accuracy": macro, "subsets": subsets}
