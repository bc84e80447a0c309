"""How often a model is right where it commits itself: of questions that it may also leave unanswered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pytest_haerae.statistics.estimate import MetricEstimate, ratio_of
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.types import Verdict


class Attempts(NamedTuple):
    """The answers to an item.

    Attributes:
        right: Those that are right.
        attempted: Those that are right or wrong; the others say nothing that could be either.
        answers: All of them.
    """

    right: int
    attempted: int
    answers: int

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> Attempts:
        """Count an item's verdicts; those of no measurement are passed over."""
        outcomes = [verdict.outcome for verdict in verdicts if verdict.outcome in ANSWERED]
        right = outcomes.count("correct")
        return cls(right, right + outcomes.count("wrong"), len(outcomes))


def correct_given_attempted(items: Sequence[Attempts]) -> MetricEstimate | None:
    """Right answers among those that are right or wrong; None where there are none.

    Source: J. Wei et al., "Measuring short-form factuality in large language models", arXiv:2411.04368 (2024).

    Args:
        items: The items.
    """
    return ratio_of([(each.right, each.attempted) for each in items if each.attempted])


def simpleqa_f1(items: Sequence[Attempts]) -> MetricEstimate | None:
    """The harmonic mean of right answers among all, and among those that are right or wrong; None without items.

    With R of N answers right and A attempted that is 2 R / (N + A). Source: as `correct_given_attempted`.

    Args:
        items: The items.
    """
    return ratio_of([(2 * each.right, each.answers + each.attempted) for each in items])
