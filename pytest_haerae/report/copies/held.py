"""Two reports of what is meant to be one model, held against each other item by item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_haerae.report.copies.causes import Cause, find_causes
from pytest_haerae.report.copies.side_by_side import Copies
from pytest_haerae.report.copies.traces import Trace, TracedReport
from pytest_haerae.statistics.divergence import ROUNDING, Shift, shift_of
from pytest_haerae.statistics.equivalence import Answers, Likeness, judge_likeness
from pytest_haerae.statistics.pairing import Pairing, match, pair

_LEFT_OUT = "temperature was left out"
"""What an API backend says of requests that its server took without it (`backends.api.adaptation`)."""


@dataclass(frozen=True, slots=True)
class Held:
    """What holding them against each other gave.

    Attributes:
        pairing: The answered items of both, as `pairing.pair` has them.
        shifts: How far apart the options are, of each item with log-likelihoods in both.
        flipped: What the items are called that have another answer; empty where answers are drawn.
        outputs: Items that a text was generated for in both.
        equal_outputs: Those of them whose texts are equal, character by character.
        answers: What the verdict is made of.
        differing: The settings of the measurement in which they differ, each with both values.
        verdict: Whether they are one model.
        causes: What may be why they are not the same; empty where they are.
    """

    pairing: Pairing
    shifts: list[Shift]
    flipped: list[str]
    outputs: int
    equal_outputs: int
    answers: Answers
    differing: dict[str, tuple[object, object]]
    verdict: Likeness
    causes: list[Cause]


def hold(before: TracedReport, after: TracedReport, margin: float) -> Held:
    """Hold two reports against each other.

    Args:
        before: What was tested, A.
        after: What is served, B.
        margin: The share of flips, and the change of accuracy, that is tolerated.
    """
    several = bool(after.info.get("benchmarks"))
    outlines = [[sample.outline for sample in report.samples] for report in (before, after)]
    pairing = pair(*outlines, several=several)
    places = match(*([outline.mark for outline in each] for each in outlines))
    pairs = [(before.samples[old], after.samples[new]) for old, new in places]
    named = [(now.outline.mark.called(several=several), then, now) for then, now in pairs]
    shifts = {index: shift for index, each in enumerate(named) if (shift := _shift(*each)) is not None}
    both = [index for index, (then, now) in enumerate(pairs) if then.answered and now.answered]
    flipped = [named[index][0] for index in both if _flipped(*pairs[index], shifts.get(index))]
    outputs = [then.written == now.written for then, now in _written(pairs)]
    drawn = _draws(before) or _draws(after)
    answers = Answers(
        n=len(both),
        flips=None if drawn else len(flipped),
        drops=pairing.total.drops,
        one_sided=sum(then.answered != now.answered for then, now in pairs),
        identical=bool(shifts or outputs)
        and all(outputs)
        and all(shift.largest <= ROUNDING for shift in shifts.values())
        and all(index in shifts or pairs[index][0].written is not None for index in both),
    )
    differing = before.measured().differences_to(after.measured())
    verdict = judge_likeness(answers, margin)
    copies = Copies(before.info, after.info, pairs, [*shifts.values()], differing)
    return Held(
        pairing=pairing,
        shifts=[*shifts.values()],
        flipped=[] if drawn else flipped,
        outputs=len(outputs),
        equal_outputs=sum(outputs),
        answers=answers,
        differing=differing,
        verdict=verdict,
        causes=[] if verdict == "same" else find_causes(copies),
    )


def _shift(called: str, before: Trace, after: Trace) -> Shift | None:
    old, new = before.loglikelihoods, after.loglikelihoods
    if not old or not new or len(old) != len(new):
        return None
    return shift_of(called, old, new)


def _flipped(before: Trace, after: Trace, shift: Shift | None) -> bool:
    """Whether the answer is another one; of free text, which has many words, whether it is right in one only."""
    if shift is not None:
        return shift.flipped
    if before.options:
        return before.prediction != after.prediction
    return (before.outline.outcome == "correct") != (after.outline.outcome == "correct")


def _written(pairs: Sequence[tuple[Trace, Trace]]) -> Iterator[tuple[Trace, Trace]]:
    return (each for each in pairs if each[0].answered and each[1].answered and _any_text(*each))


def _any_text(before: Trace, after: Trace) -> bool:
    return before.written is not None or after.written is not None


def _draws(report: TracedReport) -> bool:
    """Whether its answers are drawn, so that they change by chance from run to run."""
    temperature = report.info["model_params"].get("temperature")
    given = isinstance(temperature, int | float) and temperature > 0
    # A server that takes no temperature draws at its own.
    given = given or _LEFT_OUT in (report.info["method_detail"] or "")
    # Options are scored, whatever temperature stands beside them.
    return any(sample.answers > 1 or (given and sample.written is not None) for sample in report.samples)
