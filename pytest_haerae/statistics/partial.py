"""What answers are worth on average, where a scorer gives them something between 0 and 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.estimates import mean_interval, mean_standard_error
from pytest_haerae.types import Verdict

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class MeanScore(TypedDict):
    """The mean of partial scores."""

    mean: _Share
    """The mean over items, each by the mean over its answers."""
    stderr: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None
    """Its standard error; null below two items."""
    ci95: Annotated[list[_Share], Field(min_length=2, max_length=2)] | None
    """Its 95% interval, low and high."""
    n: Annotated[int, Field(ge=0)]
    """Items with a score."""


def mean_score_of(answered: Iterable[Sequence[Verdict]]) -> MeanScore | None:
    """The mean of items' scores; None where no scorer gave any.

    Args:
        answered: For each item the verdicts on its answers.
    """
    return _mean_of([[verdict.score for verdict in verdicts if verdict.score is not None] for verdicts in answered])


def turn_means_of(answered: Sequence[Sequence[Verdict]]) -> list[MeanScore]:
    """The mean of what the first answers of conversations are worth, of the second ones, and so on.

    Args:
        answered: For each item the verdicts on its answers.
    """
    turns = max((len(verdict.turn_scores) for verdicts in answered for verdict in verdicts), default=0)
    every = (
        [
            [verdict.turn_scores[turn] for verdict in verdicts if turn < len(verdict.turn_scores)]
            for verdicts in answered
        ]
        for turn in range(turns)
    )
    return [mean for scores in every if (mean := _mean_of(scores)) is not None]


def _mean_of(every: Iterable[Sequence[float]]) -> MeanScore | None:
    """The mean over items of the mean of each one's scores; None where there are none."""
    values = [sum(scores) / len(scores) for scores in every if scores]
    if not values:
        return None
    interval = mean_interval(values)
    return {
        "mean": sum(values) / len(values),
        "stderr": mean_standard_error(values),
        "ci95": list(interval) if interval else None,
        "n": len(values),
    }
