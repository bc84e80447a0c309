"""How far a judge is right, by labels of answers that it graded, and what its score comes to for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.data.passages import passage_of
from pytest_haerae.statistics.judged import Correction, Judged, JudgeError, Labelled
from pytest_haerae.statistics.misclassification import judge_error, rogan_gladen
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.statistics.prediction_powered import prediction_powered
from pytest_haerae.types import Sample, Verdict

Source = Literal["random sample", "elsewhere", "no random sample"]
"""Of which answers the labels are: of a random sample of the judged ones, of others that the same judge graded, or of
judged ones that somebody chose."""


class JudgeCheck(TypedDict):
    """How far the judge was checked, and the score that follows."""

    source: Source
    labels: Annotated[int, Field(ge=0)]
    """Labels of answers that the judge graded."""
    left_out: Annotated[int, Field(ge=0)]
    """Labels of other answers than the items have now, of items that are not there or not judged, or still missing."""
    error: JudgeError | None
    """How often the judge is right; null where its scores are partial."""
    correction: Correction | None
    """The corrected score; null where labels of no random sample could not correct it."""


def worth_of(verdict: Verdict) -> float:
    """What a judge says that an answer is worth, 0 to 1."""
    return float(verdict.outcome == "correct") if verdict.score is None else verdict.score


def check_judge(
    samples: Sequence[Sample],
    labels: Mapping[int, float],
    elsewhere: Sequence[Labelled] = (),
    *,
    random: bool,
    left_out: int = 0,
) -> JudgeCheck:
    """Hold a judge against labels.

    Args:
        samples: The items.
        labels: For places among them what the answer is worth, 0 to 1.
        elsewhere: Other answers that the same judge graded, with their labels; then `labels` is empty.
        random: Whether the labelled items are a random sample.
        left_out: Labels that are of no answer here.
    """
    known = {place: label for place, label in labels.items() if samples[place].verdict.outcome in ANSWERED}
    answered = [(place, sample) for place, sample in enumerate(samples) if sample.verdict.outcome in ANSWERED]
    own = [Labelled(worth_of(samples[place].verdict), label) for place, label in known.items()]
    pairs = list(elsewhere) or own
    partial = any(share not in (0.0, 1.0) for pair in pairs for share in pair)
    correction: Correction | None = None
    if elsewhere:
        correction = rogan_gladen([worth_of(sample.verdict) for _, sample in answered], pairs)
    elif random:
        judged = [Judged(worth_of(sample.verdict), known.get(place), _passage(sample)) for place, sample in answered]
        correction = prediction_powered(judged)
    if correction is not None and (partial or any(sample.verdict.score is not None for _, sample in answered)):
        correction = _of_scores(correction)
    return {
        "source": "elsewhere" if elsewhere else "random sample" if random else "no random sample",
        "labels": len(pairs),
        "left_out": left_out + len(labels) - len(known),
        "error": None if partial else judge_error(pairs),
        "correction": correction,
    }


def _of_scores(correction: Correction) -> Correction:
    """A correction by its name: of a judge with a scale it is no accuracy."""
    named = {"score" if name == "accuracy" else name: value for name, value in correction.items()}
    return cast(Correction, named)


def _passage(sample: Sample) -> tuple[str, str, str] | None:
    passage = passage_of(sample.item.query)
    return (sample.selected.benchmark, sample.item.subset, passage) if passage else None
