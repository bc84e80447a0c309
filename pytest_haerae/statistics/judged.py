"""What a judge said of some items, what people say of them, and what the score comes to for it: the shapes.

A judge is a model that grades. Its verdict on an item is from 0 to 1, 0 and 1 where it is right or wrong; an item that
it left unjudged has none and is not among those here. A label is what people, or a gold standard, say of the same
answer, on the same scale.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal, NamedTuple, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Interval = Annotated[list[_Share], Field(min_length=2, max_length=2)]
_Spread = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]

CorrectionMethod = Literal["prediction_powered", "rogan_gladen"]


class Judged(NamedTuple):
    """An item that a judge gave a verdict on.

    Attributes:
        verdict: The judge's, 0 to 1.
        label: What is right, 0 to 1; None where nobody said.
        cluster: What the item shares with others that go together with it, such as a passage; None where it stands
            alone.
    """

    verdict: float
    label: float | None = None
    cluster: Hashable | None = None


class Labelled(NamedTuple):
    """A verdict of a judge with the label of the same answer, of whatever items.

    Attributes:
        verdict: The judge's, 0 to 1.
        label: What is right, 0 to 1.
    """

    verdict: float
    label: float


class Correction(TypedDict):
    """A judge's score, corrected for the judge's error as its labels show it."""

    method: CorrectionMethod
    """`prediction_powered` for labels of a random sample of the judged items, `rogan_gladen` for those of others."""
    accuracy: NotRequired[_Share | None]
    """What the labels would come to if all items had one; null where that cannot be said. Not of a judge that gives
    scores between right and wrong."""
    score: NotRequired[_Share | None]
    """The same of such a judge: the mean of the labels, 0 to 1."""
    stderr: _Spread | None
    ci95: _Interval | None
    n: _Count
    """Judged items."""
    labels: _Count
    """Labels that the correction rests on."""
    reason: str
    """Why the score could not be corrected; empty where it was."""
    tuning: NotRequired[_Share]
    """Of `prediction_powered`: how much of the judge's verdicts is taken; 0 where they say nothing about the labels."""


class JudgeError(TypedDict):
    """How often a judge is right, of right answers and of wrong ones."""

    sensitivity: _Share | None
    """The share of right answers that it calls right; null where no label is right."""
    sensitivity_ci95: _Interval | None
    """Wilson's 95% interval."""
    specificity: _Share | None
    """The share of wrong answers that it calls wrong; null where no label is wrong."""
    specificity_ci95: _Interval | None
    right: _Count
    """Labels that say right."""
    wrong: _Count
    """Labels that say wrong."""


def not_corrected(method: CorrectionMethod, n: int, labels: int, reason: str) -> Correction:
    """The correction of a score that cannot be corrected, with the reason in words."""
    return {
        "method": method,
        "accuracy": None,
        "stderr": None,
        "ci95": None,
        "n": n,
        "labels": labels,
        "reason": reason,
    }
