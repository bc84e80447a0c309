"""Prediction-powered inference: the score of judged items, of which a random sample has labels."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pytest_haerae.statistics.estimates import Z95, effective_size, student_point, wilson_interval
from pytest_haerae.statistics.judged import Correction, Judged, Labelled, not_corrected

MIN_LABELS = 20
"""Fewer labels, or labelled clusters, correct nothing: with 15 the interval of partial scores covers in 92% or less."""
_DECIMALS = 12


def prediction_powered(items: Sequence[Judged]) -> Correction:
    """The mean that the labels of all items would have: the judge's mean, moved by how the labels differ from it.

    With λ, the `tuning`, it is the mean of λ · verdict over all N items plus the mean of label - λ · verdict over the n
    labelled ones, which are a random sample of the N. λ is the slope of the labels on the verdicts, from 0 to 1: the
    one with the smallest variance. A judge that says nothing gets 0, and the labels stand alone. That is the λ of the
    source, whose second sample is the N - n items without a label, times N / (N - n): the same estimate, written so
    that the labelled items are what they are, a part of those judged. It is estimated on the labels themselves; the
    standard error takes that into account, so nothing is split or fitted crosswise.

    The target is that of every interval of a score here: the accuracy on the population that the items are drawn from.
    With all N items labelled it is the labels' mean with its own interval, not a certainty.

    The standard error is the root of the sum of the squared influences of the items, of the clusters where there are
    some (times G / (G - 1) for G of them): each item through λ, each labelled one through its residual as well,
    weighted for where its verdict lies and divided by the root of 1 - leverage, as n is small. The residuals' part is
    not below what two labels that are one step off would give: of a judge that errs in 2% often no error is among 50
    labels, and the interval would have the true accuracy in it in as few as 65% of evaluations of many items. The
    interval is Wilson's of as many zeros and ones as are as uncertain, with Student's point at n - 2 (clusters: those
    with labels - 2), and not of fewer than the labels are. By simulation it covers in 93 to 97% with 50 labels of 200
    items at accuracies of 0.1 to 0.9 (`benchmarks/judges.py`), where a normal interval does so in 90% at 0.1 and 0.9.
    Of a judge that hardly errs it covers more; of labels on a fine scale that are all near 0, or near 1, but for a few,
    it covers less (90% with 50 of them at a mean of 0.03), as the interval of the labels alone does.

    Source: A. N. Angelopoulos, S. Bates, C. Fannjiang, M. I. Jordan and T. Zrnic, "Prediction-powered inference",
    Science 382 (2023); A. N. Angelopoulos, J. C. Duchi and T. Zrnic, "PPI++", arXiv:2311.01453 (2023), for λ; for
    the same estimate with labelled items that are a part of the others W. G. Cochran, "Sampling Techniques" (1977),
    chapter 12; for the weights C.-E. Särndal, B. Swensson and J. H. Wretman, Biometrika 76 (1989); for the leverage
    J. G. MacKinnon and H. White, Journal of Econometrics 29 (1985), HC2; for the interval Korn and Graubard, as in
    `mean_interval`. The floors are from simulations of our own.

    Args:
        items: The judged items; those with a label are a random sample of them.

    Returns:
        The correction; without numbers, with the reason, where there are too few labels.
    """
    labelled = [Labelled(item.verdict, item.label) for item in items if item.label is not None]
    clusters = len({_cluster(place, item) for place, item in enumerate(items) if item.label is not None})
    if clusters < MIN_LABELS:
        return not_corrected("prediction_powered", len(items), len(labelled), _too_few(len(labelled), clusters))
    line = _Line.through(labelled)
    gap = math.fsum(item.verdict for item in items) / len(items) - line.verdict
    mean = min(1.0, max(0.0, line.label + line.slope * gap))
    spread = math.sqrt(_variance(items, line, gap))
    freedom = clusters - 2
    size = max(effective_size(mean, spread, freedom), clusters * (Z95 / student_point(freedom)) ** 2)
    interval = wilson_interval(mean * size, size)
    return {
        "method": "prediction_powered",
        "accuracy": mean,
        "stderr": spread,
        "ci95": list(interval) if interval else None,
        "n": len(items),
        "labels": len(labelled),
        "reason": "",
        "tuning": line.slope,
    }


def _cluster(place: int, item: Judged) -> Hashable:
    """The item's cluster; one of its own where it stands alone."""
    return place if item.cluster is None else (item.cluster,)


def _too_few(labels: int, clusters: int) -> str:
    """Why so few labels correct nothing."""
    of = f"{labels} of the judged items have a label"
    groups = f", in {clusters} clusters" if clusters < labels else ""
    return f"{of}{groups}: at least {MIN_LABELS} are needed"


@dataclass(frozen=True, slots=True)
class _Line:
    """The line that says what label to expect of a verdict.

    Attributes:
        n: Labels.
        verdict: The mean verdict of the labelled items.
        label: The mean label.
        slope: From 0 to 1.
        squares: The sum of the verdicts' squared distances from their mean; infinite where the slope is not fitted to
            them but kept at 0 or 1, so that it does not depend on where they lie.
        floor: The least sum of squared residuals: two labels that are one step off.
    """

    n: int
    verdict: float
    label: float
    slope: float
    squares: float
    floor: float

    @classmethod
    def through(cls, pairs: Sequence[Labelled]) -> _Line:
        """The line of least squares, its slope kept from 0 to 1."""
        n = len(pairs)
        verdict, label = (math.fsum(side) / n for side in zip(*pairs, strict=True))
        squares = math.fsum((pair.verdict - verdict) ** 2 for pair in pairs)
        products = math.fsum((pair.verdict - verdict) * (pair.label - label) for pair in pairs)
        fitted = products / squares if squares else -1.0
        slope = min(1.0, max(0.0, fitted))
        floor = 2 * _step([pair.label for pair in pairs]) ** 2
        return cls(n, verdict, label, slope, squares if slope == fitted else math.inf, floor)

    def influence(self, pair: Labelled, gap: float) -> float:
        """What a labelled item adds to the estimate through its residual.

        Args:
            pair: The item.
            gap: The mean verdict of all items less that of the labelled ones.
        """
        distance = pair.verdict - self.verdict
        place = distance / self.squares
        leverage = min(1 / self.n + place * distance, 1 - 1 / self.n)
        residual = pair.label - self.label - self.slope * distance
        return (1 / self.n + gap * place) * residual / math.sqrt(1 - leverage)


def _step(labels: Sequence[float]) -> float:
    """The smallest difference between two labels, of right and wrong ones 1; 1 where all are the same."""
    values = sorted({round(label, _DECIMALS) for label in labels})
    return min((high - low for low, high in pairwise(values)), default=1.0)


def _variance(items: Sequence[Judged], line: _Line, gap: float) -> float:
    """The variance of the estimate."""
    n, sums, own = len(items), defaultdict[Hashable, float](float), 0.0
    for place, item in enumerate(items):
        influence = line.slope * (item.verdict - line.verdict - gap) / n
        if item.label is not None:
            residual = line.influence(Labelled(item.verdict, item.label), gap)
            own += residual * residual
            influence += residual
        sums[_cluster(place, item)] += influence
    count = len(sums)
    between = count / (count - 1) * math.fsum(value * value for value in sums.values())
    return between + max(0.0, line.floor / line.n**2 - own)
