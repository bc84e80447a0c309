"""Warnings where a number looks wrong: the model may be fine and its prompt, its limits or the scorer not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.statistics.binomial import binomial_tail
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.statistics.scores import right_share
from pytest_haerae.statistics.tests import holm, mcnemar_one_sided
from pytest_haerae.types import Response, Sample, Verdict

LEVEL = 0.01
"""Level of the tests, after Holm's correction over the subsets."""
MOST_INVALID, MOST_ONE_LETTER, MOST_TRUNCATED = 0.1, 0.5, 0.05


def find_warnings(samples: Sequence[Sample], *, by_hand: bool = False) -> list[str]:
    """One line for each kind of number that looks wrong, with the subsets it concerns.

    Args:
        samples: The judged items; errors and skipped ones are left out.
        by_hand: Whether they were selected by hand: of those that were wrong before (``--lf``) few are right.
    """
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.verdict.outcome in ANSWERED:
            groups.setdefault(sample.group, []).append(sample)
    answers = {name: [pair for sample in group for pair in _answers(sample)] for name, group in groups.items()}
    found = [None if by_hand else _below_chance(groups)]
    found += [_above(answers, *kind) for kind in _SHARES]
    found.append(_one_letter(groups))
    return [line for line in found if line]


def _below_chance(groups: dict[str, list[Sample]]) -> str | None:
    """Fewer right than guessing gives, by a one-sided exact binomial test at the mean chance of the items.

    Source: W. Hoeffding, Annals of Mathematical Statistics 27 (1956): the tail of unequal chances is at most the
    binomial one of their mean, so questions with more options make no false warning.
    """
    lettered = {name: [sample for sample in group if sample.item.options] for name, group in groups.items()}
    lettered = {name: group for name, group in lettered.items() if group}
    chances = {
        name: sum(1 / len(sample.item.options or ()) for sample in group) / len(group)
        for name, group in lettered.items()
    }
    right = {name: math.fsum(right_share(sample.verdicts) for sample in group) for name, group in lettered.items()}
    # Shares of several answers vary less than single ones: counted as these, they are seldom called too low.
    values = [
        binomial_tail(len(group) - math.ceil(right[name]), len(group), 1 - chances[name])
        for name, group in lettered.items()
    ]
    low = [
        f"{name} ({right[name] / len(lettered[name]):.3f}, chance {chances[name]:.3f})"
        for name, value in zip(lettered, holm(values), strict=True)
        if value < LEVEL
    ]
    return f"accuracy below chance: {', '.join(low)}" if low else None


Answered = tuple[Response | None, Verdict]


def _answers(sample: Sample) -> list[Answered]:
    """Each answer to an item, with its verdict."""
    given: list[Answered] = [(answer.response, answer.verdict) for answer in sample.answers]
    return given or [(sample.response, sample.verdict)]


def _invalid(response: Response | None, verdict: Verdict) -> bool:
    return verdict.outcome == "invalid"


def _cut(response: Response | None, verdict: Verdict) -> bool:
    return verdict.outcome == "cut" or (response is not None and limit_reached(response.finish_reason))


Holds = Callable[[Response | None, Verdict], bool]
_SHARES: tuple[tuple[str, Holds, float], ...] = (
    ("no answer could be read", _invalid, MOST_INVALID),
    ("output cut at the token limit", _cut, MOST_TRUNCATED),
)


def _above(answers: dict[str, list[Answered]], what: str, holds: Holds, most: float) -> str | None:
    shares = {name: sum(holds(*pair) for pair in pairs) / len(pairs) for name, pairs in answers.items()}
    high = [f"{name} ({share:.1%})" for name, share in shares.items() if share > most]
    return f"{what} in more than {most:.0%} of the items: {', '.join(high)}" if high else None


def _one_letter(groups: dict[str, list[Sample]]) -> str | None:
    """One letter predicted for most items, by more than the references explain; of several answers by the first.

    Source: the exact form of McNemar's test (`tests.mcnemar_one_sided`) on items where only the prediction, or only the
    reference, is that letter.
    """
    found: list[str] = []
    for name, group in groups.items():
        lettered = [sample for sample in group if sample.item.options]
        predictions = [sample.verdicts[0].prediction for sample in lettered]
        letters = Counter(filter(None, predictions))
        if not letters:
            continue
        letter, count = letters.most_common(1)[0]
        references = [sample.item.reference for sample in lettered]
        predicted = [(a == letter, b == letter) for a, b in zip(predictions, references, strict=True)]
        unexplained = mcnemar_one_sided(predicted.count((True, False)), predicted.count((False, True)))
        if count > MOST_ONE_LETTER * len(lettered) and unexplained < LEVEL:
            asked = sum(reference for _, reference in predicted)
            found.append(f"{name} ({letter}: {count} of {len(lettered)} answers, {asked} references)")
    return f"one letter predicted for more than half of the items: {', '.join(found)}" if found else None
