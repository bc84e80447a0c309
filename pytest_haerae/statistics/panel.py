"""What each of several judges makes of a run's answers, and how far they agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.agreement import Level, Rating, has_nltk, krippendorff_alpha
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.statistics.pairwise import BothOrders, Flips, flips
from pytest_haerae.statistics.partial import MeanScore, mean_score_of
from pytest_haerae.statistics.self_preference import SelfPreference, TwoJudges, self_preference
from pytest_haerae.types import Outcome, Sample, Verdict

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_CODES: dict[Outcome, float] = {"correct": 1, "wrong": 0, "invalid": 2, "cut": 3}


class JudgeScore(TypedDict):
    """What one of several judges makes of the answers."""

    accuracy: _Share | None
    """The share of the answers that it calls right, of those of which its verdict could be read."""
    n: Annotated[int, Field(ge=0)]
    """These answers."""
    unjudged: Annotated[int, Field(ge=0)]
    """Answers on which its verdict could not be read."""
    score: NotRequired[MeanScore]
    """The mean of its scores, where it gives some."""
    flips: NotRequired[Flips]
    """How often the order decided, where it compared answers with others in both orders."""


class Panel(TypedDict):
    """Several judges of the same answers."""

    judges: dict[str, JudgeScore]
    """Each of them, by its name."""
    alpha: Annotated[float, Field(le=1, allow_inf_nan=False)] | None
    """Krippendorff's alpha: 1 where they agree on all answers, 0 where they do as chance would; null where it is not
    defined, or NLTK is not installed (the extra judge)."""
    level: Level
    """By what verdicts differ: interval where they are scores, nominal where they are right and wrong."""


def panel_of(samples: Sequence[Sample]) -> Panel | None:
    """What the judges of a panel make of the answers; None where there is none.

    Args:
        samples: The judged items.
    """
    names = dict.fromkeys(name for _, verdict in _graded(samples) for name, _ in verdict.panel)
    if not names:
        return None
    votes = [verdict for _, verdict in _graded(samples)]
    level: Level = "interval" if any(each.score is not None for one in votes for _, each in one.panel) else "nominal"
    return {
        "judges": {name: _score_of(name, samples) for name in names},
        "alpha": krippendorff_alpha(_ratings(votes, level), level) if has_nltk() else None,
        "level": level,
    }


def preference_of(own: str, others: Sequence[str], samples: Sequence[Sample]) -> SelfPreference:
    """By how much a judge puts its own family's answers before those they are compared with, beyond other judges.

    Args:
        own: The judge's name.
        others: Those of the judges of other families, whose mean is the second judge.
        samples: The judged items; of several answers to an item the first counts, of pairs those that all judged.
    """
    pairs = []
    for sample in samples:
        scores = {name: each.score for name, each in sample.verdicts[0].panel if each.order_scores}
        beside = [score for name in others if (score := scores.get(name)) is not None]
        mine = scores.get(own)
        if mine is not None and beside:
            second = sum(beside) / len(beside)
            pairs.append(TwoJudges(mine, 1 - mine, second, 1 - second))
    return self_preference(pairs)


def _graded(samples: Sequence[Sample]) -> Iterator[tuple[Sample, Verdict]]:
    return ((sample, verdict) for sample in samples for verdict in sample.verdicts if verdict.panel)


def _score_of(name: str, samples: Sequence[Sample]) -> JudgeScore:
    by_item = [[dict(verdict.panel).get(name) for verdict in sample.verdicts] for sample in samples]
    own = [[each for each in verdicts if each is not None] for verdicts in by_item]
    every = [each for verdicts in own for each in verdicts]
    read = [each for each in every if each.outcome in ANSWERED]
    found: JudgeScore = {
        "accuracy": sum(each.outcome == "correct" for each in read) / len(read) if read else None,
        "n": len(read),
        "unjudged": sum(each.outcome == "unjudged" for each in every),
    }
    if mean := mean_score_of(own):
        found["score"] = mean
    if pairs := [BothOrders(*verdicts[0].order_scores) for verdicts in own if verdicts and verdicts[0].order_scores]:
        found["flips"] = flips(pairs)
    return found


def _ratings(votes: Sequence[Verdict], level: Level) -> Iterator[Rating]:
    for place, one in enumerate(votes):
        for name, each in one.panel:
            verdict = each.score if level == "interval" else _CODES.get(each.outcome)
            if verdict is not None:
                yield Rating(name, str(place), verdict)
