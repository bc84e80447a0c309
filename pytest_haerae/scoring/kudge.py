"""The scorer `kudge`: the model is a judge of answers, and its verdict is held against what people say."""

from __future__ import annotations

import re

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.scoring.judge.reading import read_choice, read_score
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.types import Item, Outcome, Response, Verdict

_LOWEST, _HIGHEST = 1.0, 5.0
_BETTER = ("A", "B")
_RESULT = re.compile(r"\[RESULT\]\s*\(?\s*(\d+(?:\.\d+)?)")
"""How the questions of KUDGE want a score: ``[RESULT] 4``."""
_APART = 1.0
"""A score agrees with people's mean score where it is nearer than this, as the publisher counts it."""


@register_scorer("string_match", "kudge", quick=True)
def judge_kudge(item: Item, response: Response) -> Verdict:
    """The model judges answers: agrees with people on a score of 1 to 5 (less than 1 apart), or on A or B.

    Args:
        item: An item whose reference is a score of 1 to 5, or A or B.
        response: Its response with a text.

    Raises:
        ScorerFailure: The item has another reference.
    """
    text = split_reasoning(response.text or "").answer.text
    if item.reference in _BETTER:
        said = read_choice(text, _BETTER)
        agrees, rule = said == item.reference, "better answer"
    else:
        score = _read_score(text)
        said = None if score is None else f"{score:g}"
        agrees, rule = score is not None and abs(score - _score_of(item)) < _APART, "score"
    if said is None:
        cut = limit_reached(response.finish_reason)
        words = "cut: the output ended at its limit" if cut else "invalid: the output ended"
        explanation = f"{item.id} {words} before a verdict was stated, people say {item.reference}"
        return Verdict("cut" if cut else "invalid", explanation=explanation, rule="no verdict")
    outcome: Outcome = "correct" if agrees else "wrong"
    explanation = f"{item.id} {outcome}: says {said}, people say {item.reference}"
    return Verdict(outcome, said, explanation, rule)


def _score_of(item: Item) -> float:
    try:
        return float(item.reference)
    except ValueError:
        raise ScorerFailure(f"the reference {item.reference!r} is neither a score of 1 to 5 nor A or B") from None


def _read_score(text: str) -> float | None:
    stated = _RESULT.findall(text)
    if not stated:
        return read_score(text, _LOWEST, _HIGHEST)
    score = float(stated[-1])
    return score if _LOWEST <= score <= _HIGHEST else None
