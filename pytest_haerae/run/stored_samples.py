"""Items with what their answers came to: those that were just given, or those that a store has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.run.conversations import retold
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.store import Store
from pytest_haerae.run.validation import thought_apart
from pytest_haerae.scoring.ranking import ranked
from pytest_haerae.scoring.repeats import choose_answer
from pytest_haerae.types import Answer, Response, Sample, Selected, Verdict


def make_sample(
    selected: Selected,
    responses: Sequence[Response | None],
    verdicts: Sequence[Verdict],
    config: RunConfig,
    rewards: Sequence[float | None] = (),
) -> Sample:
    """An item with what its answers came to; where there are none the method does not apply to it.

    Args:
        selected: The item.
        responses: The answers to it.
        verdicts: The verdict on each.
        config: The run's configuration.
        rewards: What a reward model gave each; empty where none was asked in this process.
    """
    if len(verdicts) == 1 or responses[0] is None:
        return Sample(selected, responses[0], verdicts[0])
    given = zip(responses, verdicts, rewards or [None] * len(verdicts), strict=True)
    answers = tuple(Answer(response, verdict, rank) for response, verdict, rank in given if response is not None)
    if config.ranking is not None:
        answers = ranked(answers, config.ranking)
    shown = choose_answer(answers, config.pass_if)
    return Sample(selected, shown.response, shown.verdict, answers)


def judged(plan: Plan, selected: Selected, responses: Sequence[Response | None]) -> Sample:
    """An item with its verdict; without a response it was not asked, because the method does not apply."""
    judge = partial(plan.part_of(selected.data).judge, selected.item)
    return make_sample(selected, responses, list(map(judge, responses)), plan.config)


class StoredSamples:
    """What a store has for a run: how a process that did not ask learns answers and verdicts.

    Args:
        plan: What is measured.
        questions: Makes the requests again, for their keys.
        store: The file.
        number: The run's number in it.
        verdicts: What the process that asked has judged, by node id and for each answer: its scorer is not asked again.
    """

    def __init__(
        self,
        plan: Plan,
        questions: Questions,
        store: Path,
        number: int,
        verdicts: Mapping[str, Sequence[Verdict]] | None = None,
    ) -> None:
        self._plan = plan
        self._questions = questions
        self._store = Store(store)
        self._number = number
        self._verdicts = verdicts or {}
        # Not looked at anew: the files of a model, or its copy on the hub, may be other ones by now.
        self._identity = self._store.identity(number) or plan.identity

    def sample(self, selected: Selected) -> Sample:
        """The judged item; an error where the run has no answer for it."""
        keys = self._questions.keys_of(selected, self._identity)
        responses = [None if key is None else self._response(key) for key in keys]
        if selected.item.turns:
            retell = partial(retold, self._questions, self._identity, selected, response_of=self._response)
            responses = [None if key is None else retell(number) for number, key in enumerate(keys)]
        if selected.nodeid in self._verdicts:
            verdicts = self._verdicts[selected.nodeid]
            return make_sample(selected, responses, verdicts, self._plan.config)
        return judged(self._plan, selected, responses)

    def _response(self, key: str) -> Response:
        if (response := self._store.get(self._number, key)) is not None:
            return thought_apart(response)
        error = self._store.failure(self._number, key) or "no response was stored for this item"
        return Response(error=error)

    def close(self) -> None:
        """Close the store."""
        self._store.close()
