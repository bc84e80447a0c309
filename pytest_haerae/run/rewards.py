"""What a reward model gives the answers: by it the best of several answers to an item is found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pytest_haerae.backends.registry import refusing
from pytest_haerae.errors import HaeraeError, UsageError
from pytest_haerae.lazy import LazySequence
from pytest_haerae.run.budget import Budget
from pytest_haerae.run.calls import CallTotals
from pytest_haerae.run.engine import Progress
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.progress import tell
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.second import SecondModel
from pytest_haerae.run.second_batch import asking, in_its_words
from pytest_haerae.run.stored_run import StoredRun
from pytest_haerae.run.usage import Usage
from pytest_haerae.scoring.reading.marks import answered_text
from pytest_haerae.types import Message, Request, Response, Selected, Verdict


@dataclass(frozen=True, slots=True)
class Rewarded:
    """What a reward model gave answers.

    Attributes:
        ranks: The reward of each answer, by their places among all; minus infinity of one without a text.
        lost: The errors of those that it gave none.
        totals: What it took; None where no reward model was asked.
        usage: What was asked of it.
    """

    ranks: Mapping[int, float] = field(default_factory=dict)
    lost: Mapping[int, Verdict] = field(default_factory=dict)
    totals: CallTotals | None = None
    usage: Usage = field(default_factory=Usage)

    @property
    def notes(self) -> list[str]:
        """Lines for people: what the model says of itself, and what happened around it."""
        return [*self.usage.said, *self.usage.notes]


NOTHING_REWARDED = Rewarded()
"""Where no reward model is asked."""


def check_reward(plan: Plan) -> None:
    """Refuse a model that gives no reward, before anything is asked.

    Raises:
        UsageError: Why it gives none, with the way out.
    """
    model = plan.reward
    if model is None:
        return
    try:
        with refusing(f"{model.option}: its reward_problem()"):
            problem = model.backend.reward_problem(model.parameters)
    except HaeraeError as error:
        raise type(error)(model.role.words(str(error))) from None
    if problem is not None:
        raise UsageError(f"{model.option}: {model.role.words(problem)}")


def reward(
    plan: Plan,
    model: SecondModel,
    questions: Questions,
    answers: Iterable[tuple[Selected, Response | None]],
    *,
    budget: Budget,
    stored: StoredRun,
    progress: Progress,
) -> Rewarded:
    """Load the reward model, ask it about each answer in one pass, and release it.

    Args:
        plan: What is measured.
        model: The reward model.
        questions: Makes the requests that were answered.
        answers: Items and the responses to them; None where an item was not asked.
        budget: What may be spent; of a model that somebody is paid for.
        stored: The run in the store; rewards are kept beside the answers.
        progress: Told after each reward.

    Raises:
        UsageError: The model cannot be loaded, or refuses the requests.
        StoreError: What it gives cannot be kept.
    """
    ranks: dict[int, float] = {}
    asked: list[tuple[int, Selected, Response]] = []
    for place, (entry, response) in enumerate(answers):
        if response is not None and response.error is None:
            if answered_text(response.text):
                asked.append((place, entry, response))
            else:
                ranks[place] = -math.inf
    requests = LazySequence(lambda each: about(questions.answered(*each[1:]), each[2]), asked)
    keys = [response_key(model.identity, request) for request in requests]
    if asked:
        tell(progress, f"haerae: {model.named} ranks {len(asked)} of the answers ({model.role.option})")
    with asking(plan, model, budget=budget if model.backend.remote else None, stored=stored) as engine:
        given = engine.ask(keys, requests, progress)
    lost: dict[int, Verdict] = {}
    for (place, entry, _), key in zip(asked, keys, strict=True):
        answer = in_its_words(model, given[key])
        if answer.reward is None:
            lost[place] = Verdict(
                "error", explanation=f"{entry.item.id}: the answer could not be ranked: {answer.error}"
            )
        else:
            ranks[place] = answer.reward
    errors = sum(answer.error is not None for answer in given.values())
    return Rewarded(ranks, lost, CallTotals.of(engine.usage, errors, list(given.values())), engine.usage)


def about(request: Request, response: Response) -> Request:
    """What a reward model is asked about an answer: the chat that it ends, in texts alone and without its reasoning.

    Args:
        request: What was answered.
        response: The answer.
    """
    asked = request.messages or (Message("user", request.context),)
    chat = (*(Message(each.role, each.content) for each in asked), Message("assistant", answered_text(response.text)))
    return Request("reward", "", messages=chat)
