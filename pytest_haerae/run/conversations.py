"""Conversations: items of several questions, each of which is asked after the answer to the one before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_haerae.errors import UsageError
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.types import Request, Response, Selected

Ask = Callable[[Sequence[str], Sequence[Request], int], Mapping[str, Response]]
"""Has requests answered, with their keys, after so many of other turns; one response a key."""


def refuse_unanswerable(plan: Plan, questions: Questions, entries: Sequence[Selected]) -> None:
    """Refuse items that cannot be asked, or judged, in this run; before anything is loaded or paid for.

    Args:
        plan: What is measured.
        questions: What data sets are called.
        entries: The items.

    Raises:
        UsageError: With the first such item, the number of them, and the way out.
    """
    applying: dict[int, list[Selected]] = {}
    for entry in entries:
        if plan.applies(entry):
            applying.setdefault(id(plan.part_of(entry.data)), []).append(entry)
    for of_part in applying.values():
        _refuse_unjudged(plan.part_of(of_part[0].data).scorer, questions, of_part)
        for entry in of_part:
            _refuse_unasked(plan, entry)


def _refuse_unjudged(scorer: ChosenScorer, questions: Questions, entries: Sequence[Selected]) -> None:
    found = [(entry, problem) for entry in entries if (problem := scorer.refusal(entry.item))]
    if found:
        first, problem = found[0]
        data = ", ".join(dict.fromkeys(questions.name_of(entry) for entry, _ in found))
        share = f"{len(found):,} of {len(entries):,}" if len(found) < len(entries) else f"all {len(entries):,}"
        raise UsageError(f"{first.item.id}: {problem} ({f'{share} items, ' if len(entries) > 1 else ''}{data})")
    if problem := scorer.refusal_of_all([entry.item for entry in entries]):
        raise UsageError(problem)


def _refuse_unasked(plan: Plan, selected: Selected) -> None:
    part, item = plan.part_of(selected.data), selected.item
    config = part.config
    if config.num_few_shot and (item.turns or not item.reference):
        kind = "a conversation" if item.turns else "a question without an answer"
        raise UsageError(
            f"--num-few-shot={config.num_few_shot}: {item.id} is {kind}, which shows no example: leave it out"
        )
    if not item.turns:
        return
    if not plan.is_chat(config, part.kind):
        raise UsageError(
            f"{item.id} is a conversation, and the model is asked in plain text, in which no turns stand: add"
            " --apply-chat-template"
        )
    if config.batch_api:
        raise UsageError(
            f"--batch-api: {item.id} is a conversation: its later questions follow answers, and a batch answers hours"
            " later; leave --batch-api out"
        )


@dataclass(slots=True)
class _Conversation:
    """One conversation as far as it is held."""

    entry: Selected
    request: Request
    key: str
    said: list[Response]

    @property
    def goes_on(self) -> bool:
        return self.said[-1].error is None and len(self.said) < len(self.entry.item.turns)


def _advance(held: _Conversation, questions: Questions, identity: str) -> None:
    """Go on to the next question."""
    held.request = questions.next_request(held.entry, held.request, held.said[-1], len(held.said))
    held.key = response_key(identity, held.request)


def _joined(said: Sequence[Response]) -> Response:
    """The last answer with those before it; an error says at which question it was."""
    *earlier, last = said
    error = last.error if last.error is None or not earlier else f"question {len(said)}: {last.error}"
    return replace(last, error=error, earlier=tuple(earlier))


def go_on(
    questions: Questions,
    identity: str,
    selection: Sequence[Selected],
    first: Sequence[Response | None],
    ask: Ask,
) -> tuple[list[Response | None], Mapping[str, Response]]:
    """Ask all later questions, one turn of all conversations after the other.

    An error ends its conversation. What is asked next is decided by what was answered alone, so that a run that is
    killed asks no question again.

    Args:
        questions: Makes the requests.
        identity: What determines answers beside their requests.
        selection: The items; those that are no conversations are left as they are.
        first: The answers to their first questions, as many for each; None where an item was not asked.
        ask: Has the requests of a turn answered.

    Returns:
        The answers in the same order, of a conversation the last one with the earlier ones; and by their keys those to
        later questions.
    """
    k = len(first) // len(selection)
    held: dict[int, _Conversation] = {}
    for place, response in enumerate(first):
        entry = selection[place // k]
        if response is not None and entry.item.turns:
            held[place] = _Conversation(entry, questions.first_request(entry, place % k), "", [response])
    later: dict[str, Response] = {}
    while going_on := [each for each in held.values() if each.goes_on]:
        for each in going_on:
            _advance(each, questions, identity)
        answers = ask([each.key for each in going_on], [each.request for each in going_on], len(later))
        for each in going_on:
            each.said.append(answers[each.key])
        later |= answers
    return [_joined(held[place].said) if place in held else response for place, response in enumerate(first)], later


def retold(
    questions: Questions, identity: str, entry: Selected, number: int, response_of: Callable[[str], Response]
) -> Response:
    """A conversation as it was held: its last answer with the earlier ones, by a store.

    Args:
        questions: Makes the requests again, for their keys.
        identity: What determined the answers beside their requests.
        entry: The item.
        number: Which of its answers, from 0.
        response_of: The answer to a request, by its key.
    """
    request = questions.first_request(entry, number)
    held = _Conversation(entry, request, response_key(identity, request), [])
    held.said.append(response_of(held.key))
    while held.goes_on:
        _advance(held, questions, identity)
        held.said.append(response_of(held.key))
    return _joined(held.said)
