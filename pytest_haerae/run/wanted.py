"""The answers that a run wants of its model: their keys, and what makes two runs the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from pytest_haerae.run.calls import Callers
from pytest_haerae.run.conversations import refuse_unanswerable
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.variants import NO_VARIANTS, Variants, variants_of
from pytest_haerae.types import Selected


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answers that a selection wants, each known by its key.

    Attributes:
        keys: Of each item as many keys as it has answers, of a conversation those of its first question; None where the
            method does not apply to it.
        asked: The items that the method applies to.
        asked_keys: Their keys, item by item.
        last: Keys in groups: of each item's last answer, where it has several, and of each way in which a probe asks. A
            run that has neither an answer nor an error of a group asked for less.
        fingerprint: What makes two runs the same: the items' first answers, and the tests that ask further ones.
        variants: What probes ask beside them.
    """

    keys: Sequence[str | None]
    asked: Sequence[Selected]
    asked_keys: Sequence[str]
    last: Sequence[Sequence[str]]
    fingerprint: str
    variants: Variants = NO_VARIANTS

    @property
    def later_turns(self) -> int:
        """How many later questions of conversations there are to ask, if no answer is an error."""
        each = len(self.asked_keys) // len(self.asked) if self.asked else 0
        return each * sum(max(0, len(entry.item.turns) - 1) for entry in self.asked)


def wanted_of(plan: Plan, questions: Questions, selection: Iterable[Selected], callers: Callers | None) -> Wanted:
    """The answers that items want.

    Args:
        plan: What is measured.
        questions: Makes the requests.
        selection: The items, in the order in which they are asked.
        callers: The tests that ask the model themselves; None where there are none.

    Raises:
        UsageError: An item cannot be asked or judged.
    """
    k, entries = plan.config.repeats, list(selection)
    refuse_unanswerable(plan, questions, entries)
    keys = [key for entry in entries for key in questions.keys_of(entry)]
    asked_keys = [key for key in keys if key is not None]
    # By the first answers alone, so that a run with more of them goes on from one with less.
    asked = list(compress(entries, keys[::k]))
    later = [turn.question for entry in asked for turn in entry.item.turns[1:]]
    fingerprint = _fingerprint(plan, [*asked_keys[::k], *later], callers)
    variants = variants_of(plan, questions, asked)
    last = [*([asked_keys[k - 1 :: k]] if k > 1 else []), *variants.last(asked_keys)]
    return Wanted(keys, asked, asked_keys, last, fingerprint, variants)


def _fingerprint(plan: Plan, keys: Sequence[str], callers: Callers | None) -> str:
    # Without callers it is what earlier versions began their runs by.
    further = [] if callers is None else [plan.identity, *(f"\n{name}" for name in callers.names)]
    return hashlib.sha256("".join([*keys, *further]).encode()).hexdigest()
