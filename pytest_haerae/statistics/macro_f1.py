"""Macro F1, the metric that KoBEST publishes: the mean of the labels' F1 scores."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_haerae.statistics.estimate import MetricEstimate
from pytest_haerae.statistics.estimates import wilson_interval


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item's label, and the labels that its answers chose.

    Attributes:
        reference: The right label.
        predictions: Of each answer the label; None where none could be read.
    """

    reference: str
    predictions: tuple[str | None, ...]


def macro_f1(items: Sequence[Labelled]) -> tuple[float, float]:
    """The mean over labels of 2 TP / (2 TP + FP + FN), and its standard error.

    The labels are those that are the right one of an item, or were chosen, as `sklearn.metrics.f1_score(…,
    average="macro")` takes them, which lm-evaluation-harness (0.4.13) reports of KoBEST. An answer that could not be
    read is a miss of its item's label, and no label of its own.

    The standard error is that of the influences: an answer moves a label's F1 by (2 tp - F1 d) / D, where d is how
    often the label stands in it as the right one and as the chosen one, and D the sum of these. Of several answers to
    an item the influences are summed. Source: the delta method, as K. Takahashi et al., "Confidence interval for
    micro-averaged F1 and macro-averaged F1 scores", Applied Intelligence 52 (2022), apply it to macro F1.

    Args:
        items: The items, at least one, with as many answers each.
    """
    pairs = Counter((item.reference, prediction) for item in items for prediction in item.predictions)
    known: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for (reference, prediction), count in pairs.items():
        known[reference] += count
        if prediction is not None:
            known[prediction] += count
            right[reference] += count if prediction == reference else 0
    scores = {label: 2 * right[label] / total for label, total in known.items()}
    value = math.fsum(scores.values()) / len(scores)

    def influence(item: Labelled) -> float:
        moved = 0.0
        for prediction in item.predictions:
            for label in (item.reference, prediction):
                if label is not None:
                    moved += ((prediction == item.reference) - scores[label]) / known[label]
        return moved / len(scores)

    n = len(items)
    if n < 2:  # noqa: PLR2004 - the variance needs two
        return value, 0.0
    return value, math.sqrt(math.fsum(influence(item) ** 2 for item in items) * n / (n - 1))


def estimate_macro_f1(groups: Sequence[Sequence[Labelled]]) -> MetricEstimate:
    """Macro F1 of each group of items, and their mean weighted by the groups' sizes, as lm-evaluation-harness has it.

    The interval is Wilson's of as many zeros and ones as are as uncertain.

    Args:
        groups: Items of a subset each, at least one, none of them empty.
    """
    n = sum(map(len, groups))
    found = [(len(group) / n, *macro_f1(group)) for group in groups]
    value = min(1.0, math.fsum(weight * score for weight, score, _ in found))
    spread = math.sqrt(math.fsum((weight * each) ** 2 for weight, _, each in found))
    size = value * (1 - value) / spread**2 if spread else float(n)
    interval = wilson_interval(value * size, size) or (value, value)
    return {"value": value, "stderr": spread if n > 1 else None, "ci95": list(interval), "n": n}
