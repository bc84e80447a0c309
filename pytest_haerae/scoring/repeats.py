"""Several answers to one item: what the item came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pytest_haerae.types import NOT_RIGHT, Answer, PassIf, Verdict


def choose_answer(answers: Sequence[Answer], pass_if: PassIf) -> Answer:
    """What an item came to, with the first of its answers that came to the same.

    An item that lacks one of its answers is an error: estimates over k answers need them all, and a run that goes on
    asks for what is missing. One of whose answers the verdict could not be read is unjudged, likewise.

    Args:
        answers: All answers to the item, at least one.
        pass_if: When an item is right: more than half of its answers are, any is, or all are.
    """
    for outcome in ("error", "skipped", "unjudged"):
        for answer in answers:
            if answer.verdict.outcome == outcome:
                return answer
    right = sum(answer.verdict.outcome == "correct" for answer in answers)
    passed = {"majority": 2 * right > len(answers), "any": right > 0, "all": right == len(answers)}[pass_if]
    counts = Counter(answer.verdict.outcome for answer in answers)
    outcome = "correct" if passed else max(NOT_RIGHT, key=lambda name: counts[name])
    shown = next(answer for answer in answers if answer.verdict.outcome == outcome)
    return Answer(shown.response, _told(shown.verdict, right, len(answers), pass_if))


def _told(verdict: Verdict, right: int, k: int, pass_if: PassIf) -> Verdict:
    """A verdict whose explanation begins with how many of the answers are right."""
    words = f"{right} of {k} answers right ({pass_if})"
    return replace(verdict, explanation=f"{words}; {verdict.explanation}" if verdict.explanation else words)
