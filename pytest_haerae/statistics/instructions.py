"""How many instructions are followed, strictly and loosely, and which: IFEval's numbers beside its accuracy.

Source: J. Zhou et al., "Instruction-following evaluation for large language models", arXiv:2311.07911 (2023). The
accuracy of prompts, strictly, is the accuracy of the run; names as lm-evaluation-harness has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from pytest_haerae.scoring.instructions.following import Followed, followed_by
from pytest_haerae.scoring.repeats import choose_answer
from pytest_haerae.statistics.estimate import FurtherScore, MetricEstimate, mean_of, ratio_of, share_of
from pytest_haerae.statistics.scores import Breakdown, score
from pytest_haerae.types import Answer, Outcome, PassIf, Sample, Verdict

INSTRUCTION = "instruction"
"""What the breakdown by instruction is called in the report, beside those by columns."""


class OfItem(NamedTuple):
    """What the answers to an item follow.

    Attributes:
        names: Its instructions.
        answers: What each answer follows; none where there is no answer.
    """

    names: tuple[str, ...]
    answers: tuple[Followed, ...]


def of_item(sample: Sample) -> OfItem | None:
    """Check the answers to an item; None for one whose reference is none of instructions."""
    try:
        names = followed_by(sample.item.reference, None).names
    except ValueError:
        return None
    return OfItem(names, tuple(followed_by(sample.item.reference, response) for response in sample.responses))


def instruction_metrics(items: Sequence[OfItem]) -> FurtherScore:
    """The numbers beside the accuracy; none without items."""
    loose = [[all(answer.loose) for answer in item.answers] for item in items]
    levels: dict[str, MetricEstimate | None] = {
        name: ratio_of([(sum(map(sum, told)), sum(map(len, told))) for told in by_item])
        for name, by_item in (
            ("strict", [[answer.strict for answer in item.answers] for item in items]),
            ("loose", [[answer.loose for answer in item.answers] for item in items]),
        )
    }
    found: FurtherScore = {}
    if levels["strict"] is not None:
        found["inst_level_strict_acc"] = levels["strict"]
    if loose:
        single = all(len(each) == 1 for each in loose)
        found["prompt_level_loose_acc"] = (
            share_of([right for (right,) in loose]) if single else mean_of([sum(each) / len(each) for each in loose])
        )
    if levels["loose"] is not None:
        found["inst_level_loose_acc"] = levels["loose"]
    return found


def by_instruction(samples: Sequence[tuple[Sample, OfItem]], pass_if: PassIf) -> Breakdown:
    """The numbers of each instruction, in the order of their names: of how many times it is asked it is followed.

    Args:
        samples: The items, and what their answers follow.
        pass_if: When an instruction of an item with several answers is followed.
    """
    groups: dict[str, list[Sample]] = {}
    for sample, item in samples:
        for name, one in _taken_apart(sample, item, pass_if):
            groups.setdefault(name, []).append(one)
    return {name: score(groups[name]) for name in sorted(groups)}


def _taken_apart(sample: Sample, item: OfItem, pass_if: PassIf) -> Iterator[tuple[str, Sample]]:
    """An item as one for each of its instructions, judged by that instruction alone."""
    for place, name in enumerate(item.names):
        if not sample.answers:
            followed = bool(item.answers) and item.answers[0].strict[place]
            yield name, replace(sample, verdict=_judged(sample.verdict, followed=followed))
            continue
        answers = tuple(
            Answer(answer.response, _judged(answer.verdict, followed=told.strict[place]), answer.rank)
            for answer, told in zip(sample.answers, item.answers, strict=True)
        )
        chosen = choose_answer(answers, pass_if)
        yield name, replace(sample, response=chosen.response, verdict=chosen.verdict, answers=answers)


def _judged(verdict: Verdict, *, followed: bool) -> Verdict:
    outcome: Outcome = verdict.outcome
    if outcome in ("correct", "wrong"):
        outcome = "correct" if followed else "wrong"
    return Verdict(outcome)
