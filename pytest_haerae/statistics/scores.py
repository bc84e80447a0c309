"""Verdicts to the report's `metrics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Annotated, NotRequired, TypeVar, cast

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.data.passages import passage_of
from pytest_haerae.statistics.corrected import JudgeCheck
from pytest_haerae.statistics.estimate import FurtherScore
from pytest_haerae.statistics.estimates import (
    clustered_standard_error,
    known_mean,
    mean_interval,
    mean_standard_error,
    standard_error,
    wilson_interval,
)
from pytest_haerae.statistics.examined import Examined
from pytest_haerae.statistics.hangul import hangul_of_outlines
from pytest_haerae.statistics.pairing import ANSWERED, Outline
from pytest_haerae.statistics.pairwise import BothOrders, Flips, flips
from pytest_haerae.statistics.panel import Panel
from pytest_haerae.statistics.partial import MeanScore, mean_score_of, turn_means_of
from pytest_haerae.statistics.probes import Probes
from pytest_haerae.statistics.repeats import Repeats, repeats_of
from pytest_haerae.types import Outcome, Sample, Verdict, grouped

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Spread = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Judged = TypeVar("Judged")


class Clustering(TypedDict, total=False):
    """What stands in a score where items share passages."""

    stderr_clustered: Spread | None
    """The standard error that takes shared passages into account; null for a single cluster."""
    clusters: Count
    """Groups of items that share a passage."""


class Score(Clustering, FurtherScore):
    """The numbers of some items; errors and skipped items are not in `n`."""

    accuracy: Share | None
    """correct / n, or the mean of all answers where there are several an item; null where nothing was measured."""
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
    unjudged: NotRequired[Count]
    """Items on whose answers a judge's verdict could not be read; they are not in n."""
    score: NotRequired[MeanScore]
    """The mean of partial scores, where a scorer gives some."""
    turn_scores: NotRequired[list[MeanScore]]
    """The mean of the scores of the first answers of conversations, of the second ones, and so on."""
    flips: NotRequired[Flips]
    """How often the order decided, where answers were compared with others in both orders."""
    character_f: NotRequired[Share | None]
    """Mean likeness of free-text answers to their references; null where there are none."""
    repeats: NotRequired[Repeats]
    """What several answers an item come to, where they were asked for: then `accuracy` is the mean over items of the
    share of their answers that are right, and the counts are of items, each as `--pass-if` has it."""


Breakdown = dict[str, Score]
"""The numbers of some items by the values of a column; of those without a value under the empty text."""


class BenchmarkMetrics(Score):
    """The numbers of all items (micro), of each subset, and the mean of the subsets (macro)."""

    macro_accuracy: Share | None
    """The mean of the subsets' accuracies, each counted once."""
    subsets: dict[str, Score]


class Metrics(BenchmarkMetrics):
    """The numbers of a run; one of several benchmarks calls its subsets ``benchmark/subset``."""

    benchmarks: NotRequired[dict[str, BenchmarkMetrics]]
    """The numbers of each benchmark, where the run asked several."""
    macro_benchmarks: NotRequired[Share | None]
    """The mean of the benchmarks' accuracies, each counted once."""
    judge: NotRequired[JudgeCheck]
    """How far the judge was checked by labels, and what the score comes to for it."""
    panel: NotRequired[Panel]
    """What each of several judges makes of the answers, and how far they agree."""
    examinations: NotRequired[dict[str, Examined]]
    """Whether each examination is passed, by its name, where a benchmark says what it takes; in the data's order."""
    probes: NotRequired[Probes]
    """What the same items came to in other ways of asking, where that was looked at."""
    by: NotRequired[dict[str, Breakdown]]
    """The numbers by the values of a column that is asked for, or by ``instruction``; the empty text is none."""


def score(samples: Sequence[Sample]) -> Score:
    """Accuracy with its standard error and 95% interval, and the counts; errors and skipped items are not in n.

    Where items share a passage their answers go together; the standard error that takes it into account is added.
    """
    answered = [sample for sample in samples if sample.verdict.outcome in ANSWERED]
    clusters = _passages(answered)
    found: Score = {
        **score_of_outcomes(sample.verdict.outcome for sample in samples),
        **_of_answers(answered),
        **_clustered(answered, clusters),
        "character_f": known_mean([verdict.character_f for sample in samples for verdict in sample.verdicts]),
    }
    verdicts = [sample.verdicts for sample in answered]
    if mean := mean_score_of(verdicts):
        found["score"] = mean
    if turns := turn_means_of(verdicts):
        found["turn_scores"] = turns
    # Of several answers to an item the first: pairs of one item are not independent.
    if pairs := [BothOrders(*first.order_scores) for first, *_ in verdicts if first.order_scores]:
        found["flips"] = flips(pairs)
    if repeats := repeats_of(verdicts, _ranks(answered), clusters):
        found["repeats"] = repeats
    return found


class _OfAnswers(TypedDict, total=False):
    """What stands in a score otherwise where several answers an item were asked for."""

    accuracy: Share | None
    stderr: Spread | None
    ci95: list[Share] | None
    accuracy_uncut: Share | None


def _of_answers(answered: Sequence[Sample]) -> _OfAnswers:
    """The accuracy of all answers, items as clusters; nothing where there is one answer an item."""
    if not answered or not answered[0].answers:
        return {}
    whole = [
        [verdict.outcome == "correct" for verdict in sample.verdicts if verdict.outcome != "cut"] for sample in answered
    ]
    return {
        **accuracy_of_shares([right_share(sample.verdicts) for sample in answered]),
        "accuracy_uncut": known_mean([sum(right) / len(right) for right in whole if right]),
    }


def accuracy_of_shares(shares: Sequence[float]) -> _OfAnswers:
    """The accuracy with standard error and interval of items of which shares of the answers are right."""
    return {
        "accuracy": known_mean(shares),
        "stderr": mean_standard_error(shares),
        "ci95": list(mean_interval(shares) or ()) or None,
    }


def right_share(verdicts: Sequence[Verdict]) -> float:
    """The share of an item's answers that are right."""
    return sum(verdict.outcome == "correct" for verdict in verdicts) / len(verdicts)


def score_of_outcomes(outcomes: Iterable[Outcome]) -> Score:
    """What the outcomes of some items alone decide: counts, and the accuracy with standard error and interval."""
    counts = Counter(outcomes)
    n = sum(count for outcome, count in counts.items() if outcome in ANSWERED)
    whole = n - counts["cut"]
    return {
        "accuracy": counts["correct"] / n if n else None,
        "stderr": standard_error(counts["correct"], n),
        "ci95": list(wilson_interval(counts["correct"], n) or ()) or None,
        "n": n,
        "correct": counts["correct"],
        "wrong": counts["wrong"],
        "invalid": counts["invalid"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
        "cut": counts["cut"],
        "accuracy_uncut": counts["correct"] / whole if whole else None,
        "unjudged": counts["unjudged"],
    }


COUNTS = ("n", "correct", "wrong", "invalid", "cut", "errors", "skipped", "unjudged")
"""The counts of a score, in the order in which people are shown them."""


def counts_of(entry: Score) -> dict[str, int]:
    """The counts of a score by their names, in the report's order; those that an earlier report lacks are 0."""
    return {name: cast(int, entry.get(name, 0)) for name in COUNTS}


def _ranks(answered: Sequence[Sample]) -> list[list[float]] | None:
    """What the answers to each item are ranked by; None where nothing ranks them."""
    ranks = [[answer.rank for answer in sample.answers if answer.rank is not None] for sample in answered]
    return ranks if all(ranks) else None


def _clustered(answered: Sequence[Sample], clusters: Sequence[int] | None) -> Clustering:
    """The clustered standard error and the number of clusters; nothing where no passage is shared."""
    if clusters is None:
        return {}
    correct = [right_share(sample.verdicts) for sample in answered]
    return {"stderr_clustered": clustered_standard_error(correct, clusters), "clusters": len(set(clusters))}


def _passages(answered: Sequence[Sample]) -> list[int] | None:
    """Each item's passage, by a number; None where no passage is shared."""
    # By number: a text of each sample's own, of its passage, would be a second copy of the data.
    numbers: dict[tuple[str, str, str | int], int] = {}
    clusters = [
        numbers.setdefault(
            (sample.selected.benchmark, sample.item.subset, passage_of(sample.item.query) or sample.item.index),
            len(numbers),
        )
        for sample in answered
    ]
    return None if len(numbers) == len(answered) else clusters


Further = Callable[[Sequence[Sample]], FurtherScore]


def make_metrics(samples: Sequence[Sample], further: Further | None = None) -> Metrics:
    """The report's `metrics`: the total, the mean of the subsets, each subset, and each of several benchmarks.

    Args:
        samples: The judged items.
        further: What makes the metrics of some items that are told beside their accuracy; None for none.
    """
    placed = ((sample.selected.benchmark, sample.item.subset, sample) for sample in samples)
    return _metrics(placed, partial(score_with, further))


def score_with(further: Further | None, samples: Sequence[Sample]) -> Score:
    """`score`, with further metrics."""
    return {**score(samples), **further(samples)} if further else score(samples)


def metrics_of_outlines(samples: Iterable[Outline], *, several: bool = False) -> Metrics:
    """The `metrics` that the samples of a report give: what gates may rely on, whatever stands beside them.

    Args:
        samples: The samples.
        several: Whether the report is of several benchmarks.
    """
    placed = ((sample.mark.dataset if several else "", sample.mark.subset, sample) for sample in samples)
    return _metrics(placed, score_of_outlines)


def score_of_outlines(samples: Sequence[Outline]) -> Score:
    """What the outlines of some samples decide: counts, and the accuracy with standard error and interval."""
    found: Score = {**score_of_outcomes(sample.outcome for sample in samples), **hangul_of_outlines(samples)}
    shares = [sample.right for sample in samples if sample.outcome in ANSWERED and sample.right is not None]
    return {**found, **accuracy_of_shares(shares)} if shares else found


def _metrics(placed: Iterable[tuple[str, str, Judged]], score_of: Callable[[Sequence[Judged]], Score]) -> Metrics:
    """Metrics of what was judged, each with its benchmark, empty in a run of one, and its subset."""
    every: list[Judged] = []
    groups: dict[str, dict[str, list[Judged]]] = {}
    for benchmark, subset, judged in placed:
        every.append(judged)
        groups.setdefault(benchmark, {}).setdefault(subset, []).append(judged)
    scores = {name: {subset: score_of(group) for subset, group in part.items()} for name, part in groups.items()}
    called = {grouped(name, subset): entry for name, part in scores.items() for subset, entry in part.items()}
    # One subset alone is all there is: nothing is gone over twice.
    total = next(iter(called.values())) if len(called) == 1 else score_of(every)
    metrics = cast(Metrics, _with_subsets(total, called))
    if any(groups):
        parts: dict[str, BenchmarkMetrics] = {
            name: _with_subsets(score_of([*chain.from_iterable(groups[name].values())]), part)
            for name, part in scores.items()
        }
        metrics["benchmarks"] = parts
        metrics["macro_benchmarks"] = known_mean(part["accuracy"] for part in parts.values())
    return metrics


def _with_subsets(total: Score, subsets: dict[str, Score]) -> BenchmarkMetrics:
    return {**total, "macro_accuracy": known_mean(entry["accuracy"] for entry in subsets.values()), "subsets": subsets}
