"""Several answers to each item: what one, any, all and the most frequent of them come to, and what varies."""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.estimates import clustered_standard_error, mean_interval, mean_standard_error
from pytest_haerae.types import Verdict

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Spread = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_MOST = 0.8
"""From this share of the accuracy's variance on, what it is of is said to decide it."""


class Variance(TypedDict):
    """What the accuracy varies by: its variance is between_items / n + within_items / (n k)."""

    between_items: _Spread
    """The variance of the items' own chances to be answered right."""
    within_items: _Spread
    """The mean variance of an item's answers, as zeros and ones."""


class Estimate(TypedDict):
    """A mean over items, each of which counts once, however many answers it has."""

    mean: _Share
    stderr: _Spread | None
    """Its standard error, the items being the clusters; null below two items."""
    ci95: Annotated[list[_Share], Field(min_length=2, max_length=2)]
    """Its 95% interval, low and high."""
    stderr_clustered: NotRequired[_Spread | None]
    """The standard error that takes shared passages into account, where items share some; null for a single one."""


class PartialEstimate(Estimate):
    """A mean over those items alone whose answers are scored in parts."""

    n: Annotated[int, Field(ge=1)]
    """The number of these items."""


class Repeats(TypedDict):
    """What stands in a score where several answers an item were asked for; of right and wrong ones alone."""

    k: Annotated[int, Field(ge=2)]
    """Answers an item."""
    pass_at: dict[str, _Share]
    """For each j up to k the chance that one of j answers is right, estimated without bias, mean of the items."""
    all_at: _Share
    """The share of items whose k answers are all right."""
    majority_at: _Share
    """The share of items whose most frequent stated answer is right; of t that are equally frequent each counts 1/t."""
    majority_ci95: NotRequired[Annotated[list[_Share], Field(min_length=2, max_length=2)]]
    """Its 95% interval, the items being the clusters, low and high."""
    best_of_k: NotRequired[Estimate]
    """The share of items whose best-ranked answer is right; of t that are ranked equally each counts 1/t. Only where
    the answers were ranked."""
    variance: Variance
    best_at: NotRequired[dict[str, PartialEstimate]]
    """For each j up to k the greatest score that is expected among j answers, estimated without bias, mean of the items
    whose answers have a score between right and wrong: a judge's, or free text's likeness to its reference."""


def pass_at(right: int, k: int, j: int) -> float:
    """The chance that at least one of `j` answers is right, where `right` of `k` are; unbiased for j up to k.

    Source: M. Chen et al., "Evaluating large language models trained on code", arXiv:2107.03374 (2021), equation 1.
    """
    return 1.0 - math.comb(k - right, j) / math.comb(k, j)


def best_at(scores: Sequence[float], j: int) -> float:
    """The greatest score that is expected among `j` of the answers; unbiased for j up to their number.

    The i-th smallest of k scores is the greatest of j in C(i-1, j-1) of the C(k, j) choices; of zeros and ones it is
    `pass_at`.

    Source: the expected maximum of a subsample, a U-statistic; W. Hoeffding, "A class of statistics with asymptotically
    normal distribution", Annals of Mathematical Statistics 19 (1948).
    """
    expected = math.fsum(map(operator.mul, sorted(scores), _weights(len(scores), j)))
    return min(1.0, expected)  # weights may be rounded upwards


@lru_cache(maxsize=1024)
def _weights(k: int, j: int) -> tuple[float, ...]:
    """How often each of k sorted scores is the greatest of j: the same for all items, and long numbers to make."""
    every = math.comb(k, j)
    return tuple(math.comb(place, j - 1) / every for place in range(k))


def partial_scores(verdicts: Sequence[Verdict]) -> list[float] | None:
    """What an item's answers are worth in parts, from 0 to 1; None where they are right or wrong and nothing between.

    An answer that has no part is worth nothing.
    """
    scores = [verdict.character_f if verdict.score is None else verdict.score for verdict in verdicts]
    return [score or 0.0 for score in scores] if any(score is not None for score in scores) else None


def majority_share(verdicts: Sequence[Verdict]) -> float:
    """What the most frequent stated answer is worth: 1 if it is right, 1/t if it is one of t equally frequent ones.

    Answers that could not be read, and outputs that were cut, do not vote. Right answers are one, however they are
    written.

    Source: X. Wang et al., "Self-consistency improves chain of thought reasoning", arXiv:2203.11171 (2022).
    """
    votes = Counter(
        None if verdict.outcome == "correct" else verdict.prediction
        for verdict in verdicts
        if verdict.outcome in ("correct", "wrong")
    )
    if not votes:
        return 0.0
    most = max(votes.values())
    first = [answer for answer, count in votes.items() if count == most]
    return 1.0 / len(first) if None in first else 0.0


def best_share(right: Sequence[bool], ranks: Sequence[float]) -> float:
    """What the best-ranked answer is worth: of t that are ranked equally each counts 1/t.

    Args:
        right: Whether each answer is right.
        ranks: What each is ranked by, the greater the better.
    """
    best = max(ranks)
    first = [each for each, rank in zip(right, ranks, strict=True) if rank == best]
    return sum(first) / len(first)


def estimate_of(values: Sequence[float], clusters: Sequence[int] | None = None) -> Estimate:
    """The mean of what items are worth, with its standard error and interval.

    Args:
        values: From 0 to 1, one an item, at least one.
        clusters: Each item's passage; None where no two share one.
    """
    estimate: Estimate = {
        "mean": math.fsum(values) / len(values),
        "stderr": mean_standard_error(values),
        "ci95": list(mean_interval(values) or (0.0, 1.0)),
    }
    if clusters is not None:
        estimate["stderr_clustered"] = clustered_standard_error(values, clusters)
    return estimate


def repeats_of(
    items: Sequence[Sequence[Verdict]],
    ranks: Sequence[Sequence[float]] | None = None,
    clusters: Sequence[int] | None = None,
) -> Repeats | None:
    """What the answers to some items come to; None where there are no items, or one answer to each.

    Args:
        items: The verdicts on each item's answers, of as many answers an item.
        ranks: What each item's answers are ranked by; None where nothing ranks them.
        clusters: Each item's passage; None where no two share one.
    """
    if not items or len(items[0]) < 2:  # noqa: PLR2004 - one answer has no spread
        return None
    n, k = len(items), len(items[0])
    majority = estimate_of(list(map(majority_share, items)))
    are_right = [[verdict.outcome == "correct" for verdict in verdicts] for verdicts in items]
    right = list(map(sum, are_right))
    found: Repeats = {
        "k": k,
        "pass_at": {str(j): math.fsum(pass_at(count, k, j) for count in right) / n for j in range(1, k + 1)},
        "all_at": sum(count == k for count in right) / n,
        "majority_at": majority["mean"],
        "majority_ci95": majority["ci95"],
        "variance": variance_of(right, k),
    }
    if ranks is not None:
        found["best_of_k"] = estimate_of(list(map(best_share, are_right, ranks)), clusters)
    parts = {place: sorted(scores) for place, each in enumerate(items) if (scores := partial_scores(each)) is not None}
    if parts:
        passages = None if clusters is None else [clusters[place] for place in parts]
        found["best_at"] = {str(j): _partial(list(parts.values()), j, passages) for j in range(1, k + 1)}
    return found


def _partial(items: Sequence[Sequence[float]], j: int, clusters: Sequence[int] | None) -> PartialEstimate:
    """What is expected of the best of `j` answers, mean of the items."""
    return {**estimate_of([best_at(scores, j) for scores in items], clusters), "n": len(items)}


def variance_of(right: Sequence[int], k: int) -> Variance:
    """The variance between and within items, without bias; a negative estimate is 0.

    Source: the one-way random effects model, estimated by analysis of variance; S. R. Searle, G. Casella and C. E.
    McCulloch, "Variance Components" (1992), chapter 3.

    Args:
        right: The number of right answers to each item, at least one item.
        k: Answers to each, at least two.
    """
    n = len(right)
    shares = [count / k for count in right]
    within = math.fsum(share * (1 - share) * k / (k - 1) for share in shares) / n
    mean = math.fsum(shares) / n
    spread = math.fsum((share - mean) ** 2 for share in shares) / (n - 1) if n > 1 else 0.0
    return {"between_items": max(0.0, spread - within / k), "within_items": within}


def advice(repeats: Repeats) -> str:
    """One sentence: whether more answers, or more items, would make the accuracy more certain."""
    between, within = repeats["variance"]["between_items"], repeats["variance"]["within_items"] / repeats["k"]
    if not between + within:
        return "no answer differs from another"
    share = between / (between + within)
    told = f"{share:.0%} of the accuracy's variance is between items"
    if share >= _MOST:
        return f"{told}: more answers will not help, more items will"
    return f"{told}, {1 - share:.0%} within them: more answers to each item help, and so do more items"
