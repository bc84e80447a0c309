"""How far several judges agree: Krippendorff's alpha, by NLTK (the extra judge)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from itertools import accumulate
from typing import Literal, NamedTuple

from pytest_haerae.errors import UsageError

Level = Literal["nominal", "ordinal", "interval"]
"""What verdicts differ by: whether they are the same, how many others lie between them, or their distance."""


class Rating(NamedTuple):
    """One judge's verdict on one item; an item that a judge left unjudged has none of it."""

    judge: str
    item: str
    verdict: float


def has_nltk() -> bool:
    """Whether the library is installed that measures how far judges agree."""
    return find_spec("nltk") is not None


def require_nltk() -> None:
    """Refuse a panel of judges whose agreement could not be measured.

    Raises:
        UsageError: NLTK is not installed; names the extra.
    """
    if not has_nltk():
        raise UsageError(
            "a panel of judges needs NLTK, which measures how far they agree and is not installed: "
            "pip install 'pytest-haerae[judge]'"
        )


def krippendorff_alpha(ratings: Iterable[Rating], level: Level) -> float | None:
    """Krippendorff's alpha: 1 where the judges agree on every item, 0 where they agree as chance would have it.

    None where it is not defined: no item has verdicts of two judges, or all such verdicts are the same. Items with one
    verdict do not count.

    Source: K. Krippendorff, "Content Analysis" (2004), chapter 11; computed by NLTK.

    Args:
        ratings: The verdicts, at most one for each judge and item.
        level: Right and wrong are nominal, grades ordinal, scores interval.

    Raises:
        UsageError: NLTK is not installed.
    """
    require_nltk()
    from nltk.metrics.agreement import AnnotationTask

    given = list(ratings)
    judged = Counter(rating.item for rating in given)
    shared = [rating for rating in given if judged[rating.item] > 1]
    if len({rating.verdict for rating in shared}) <= 1:
        return None
    distance = _distance(level, [rating.verdict for rating in shared])
    return float(AnnotationTask(shared, distance=distance).alpha())


def _distance(level: Level, verdicts: list[float]) -> Callable[[float, float], float]:
    """What two verdicts of these differ by, squared."""
    if level == "nominal":
        return lambda one, other: float(one != other)
    if level == "interval":
        return lambda one, other: (one - other) ** 2
    counts = Counter(verdicts)
    values = sorted(counts)
    # Where on the line of all verdicts the middle of those with this value lies.
    ends = list(accumulate(counts[value] for value in values))
    middles = [end - counts[value] / 2 for value, end in zip(values, ends, strict=True)]
    return lambda one, other: (middles[bisect_left(values, one)] - middles[bisect_left(values, other)]) ** 2
