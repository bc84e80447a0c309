"""The passes in which a selection is asked: what is alike together, and conversations turn after turn."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pytest_haerae.run.conversations import go_on
from pytest_haerae.run.engine import Progress
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.wanted import Wanted
from pytest_haerae.types import Capability, Request, Response, Selected

AskAll = Callable[[Sequence[str], Sequence[Request], Progress], Mapping[str, Response]]
"""Has requests of one kind answered, with their keys; one response a key."""


class _Kind(NamedTuple):
    """The items that are asked in one way, with the keys of their requests."""

    entries: list[Selected]
    keys: list[str]


def ask_in_passes(
    plan: Plan,
    questions: Questions,
    selection: Sequence[Selected],
    wanted: Wanted,
    *,
    ask_all: AskAll,
    progress: Progress,
) -> tuple[Mapping[str, Response], list[Response | None]]:
    """Ask what a selection wants: the items of each kind together, then the later turns of conversations.

    Args:
        plan: What is measured.
        questions: Makes the requests.
        selection: The items.
        wanted: What they want.
        ask_all: Asks one pass.
        progress: Told after each answer, with the number of all.

    Returns:
        All answers by their keys, and those to the items in their order, as many for each as are wanted; None where the
        method does not apply.
    """
    answered: list[Mapping[str, Response]] = []
    kinds, later = _by_kind(plan, wanted.asked, wanted.asked_keys, plan.config.repeats), wanted.later_turns
    total = sum(len(set(kind.keys)) for kind in kinds) + later
    for kind in kinds:
        goes_on = _further(progress, sum(map(len, answered)), total)
        answered.append(ask_all(kind.keys, questions.requests(kind.entries), goes_on))
    # Each kind's answers as they are: one mapping of all would be a second copy while the first is still there.
    responses: Mapping[str, Response] = ChainMap(*answered)  # type: ignore[arg-type] # they are only read
    own = [None if key is None else responses[key] for key in wanted.keys]
    if not later:
        return responses, own
    first = total - later

    def ask_turn(keys: Sequence[str], requests: Sequence[Request], before: int) -> Mapping[str, Response]:
        return ask_all(keys, requests, _further(progress, first + before, total))

    own, said = go_on(questions, plan.identity, selection, own, ask_turn)
    return ChainMap(said, *answered), own  # type: ignore[arg-type] # as above


def _by_kind(plan: Plan, asked: Sequence[Selected], keys: Sequence[str], k: int) -> list[_Kind]:
    """The items by what the model is asked for, with `k` keys each: data sets may differ in their methods."""
    kinds: dict[Capability, _Kind] = {}
    for place, entry in enumerate(asked):
        kind = kinds.setdefault(plan.part_of(entry.data).kind, _Kind([], []))
        kind.entries.append(entry)
        kind.keys.extend(keys[k * place : k * (place + 1)])
    return list(kinds.values())


def _further(progress: Progress, before: int, total: int) -> Progress:
    """Progress that goes on where an earlier pass ended."""
    return lambda done, _: progress(before + done, total)
