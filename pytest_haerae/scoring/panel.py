"""Verdicts of several second models on one answer, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pytest_haerae.types import Item, Outcome, Response, Verdict

_HALF = 0.5


class Vote(NamedTuple):
    """What one of several second models makes of an answer.

    Attributes:
        model: What it is called in this run.
        verdict: The scorer's verdict by what that model said.
    """

    model: str
    verdict: Verdict


def combine_votes(item: Item, response: Response, votes: Sequence[Vote]) -> Verdict:
    """What votes come to where a scorer does not say it: the mean of their scores, and the outcome of most.

    Args:
        item: The question.
        response: The answer.
        votes: The verdicts, none of which is an error.
    """
    return combined(item, votes)


def combined(item: Item, votes: Sequence[Vote], is_right: Callable[[float], bool] | None = None) -> Verdict:
    """What votes come to. Those that could not be read do not count; without any other the answer is unjudged.

    Args:
        item: The question.
        votes: The verdicts, none of which is an error.
        is_right: Whether an answer is right whose mean score this is, of 0 to 1, where right and wrong alone are 1 and
            0; None where more than half of the votes have to be for it.
    """
    read = [verdict for _, verdict in votes if verdict.outcome not in ("unjudged", "skipped")]
    if not read:
        words = "no judge's verdict could be read"
        return Verdict("unjudged", explanation=f"{item.id} unjudged: {words}", rule="unread")
    shares = [float(each.outcome == "correct") if each.score is None else each.score for each in read]
    mean = sum(shares) / len(shares)
    rights = sum(each.outcome == "correct" for each in read)
    right = is_right(mean) if is_right else rights > len(read) * _HALF
    outcome = "correct" if right else _not_right(read)
    rules = {each.rule for each in read}
    unread = len(votes) - len(read)
    told = f"{rights} of {len(read)} judges call it right" + (f", {unread} could not be read" if unread else "")
    partial = any(each.score is not None for each in read)
    return Verdict(
        outcome,
        explanation=f"{item.id} {outcome}: {told}" + (f"; mean score {mean:.3f}" if partial else ""),
        rule=rules.pop() if len(rules) == 1 else "the judges disagree",
        # Right and wrong alone stay that: the share of the votes is in the panel.
        score=mean if partial else None,
        turn_scores=_mean_turns(read),
    )


def _not_right(read: Sequence[Verdict]) -> Outcome:
    """The most frequent outcome of those that are not right; of equally frequent ones the first."""
    counts = Counter[Outcome](each.outcome for each in read if each.outcome != "correct")
    return counts.most_common(1)[0][0] if counts else "wrong"


def _mean_turns(read: Sequence[Verdict]) -> tuple[float, ...]:
    every = [each.turn_scores for each in read if each.turn_scores]
    if len({len(scores) for scores in every}) != 1:
        return ()
    return tuple(sum(scores) / len(scores) for scores in zip(*every, strict=True))
