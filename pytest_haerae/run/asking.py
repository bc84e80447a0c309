"""Asks a selection in one pass, and joins the answers to their items by key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pytest_haerae.run.engine import Engine, Progress
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.progress import tell
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.store import Store
from pytest_haerae.run.turns import turn
from pytest_haerae.types import Response, Sample, Selected, Usage, Verdict


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in a store that is open.

    Attributes:
        store: Where its responses are.
        number: Its number there.
        resumed: Whether it was begun earlier.
    """

    store: Store
    number: int
    resumed: bool

    def finish(self) -> None:
        """Mark it as finished: the next run of the same configuration measures anew."""
        self.store.finish(self.number)


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of asking.

    Attributes:
        samples: One judged item for each that was selected, by subset, and there as in the data set.
        usage: What was asked of the model.
        run: Where the responses are stored.
    """

    samples: Sequence[Sample]
    usage: Usage
    run: StoredRun

    def close(self) -> None:
        """Close the store."""
        self.run.store.close()


def in_order(selection: Iterable[Selected]) -> list[Selected]:
    """Selected items by subset, and there as in the data set: one order, whichever door asks."""
    return sorted(selection, key=place_of)


def place_of(entry: Selected) -> tuple[str, int, str]:
    """Where an item stands among all: by subset, there as in the data set, and then by its test."""
    return entry.item.subset, entry.item.index, entry.nodeid


def ask(plan: Plan, questions: Questions, selection: Sequence[Selected], progress: Progress) -> Answers:
    """Ask all selected items in one pass and judge the answers.

    Args:
        plan: What is measured.
        questions: Makes the requests.
        selection: The items, in the order in which they are asked: the same run is resumed by the same order.
        progress: Told after each answer.

    Raises:
        UsageError: The model cannot be loaded, or the store cannot be opened.
        StoreError: Answers cannot be kept.
    """
    config = plan.config
    keys = [questions.key_of(entry) for entry in selection]
    asked = [(entry, key) for entry, key in zip(selection, keys, strict=True) if key is not None]
    store = Store(config.store)
    try:
        fingerprint = hashlib.sha256("".join(key for _, key in asked).encode()).hexdigest()
        with turn(config.store, fingerprint, partial(tell, progress)) as waited:
            # What the other process asked meanwhile is taken, also where it is finished by now.
            goes_on = config.rerun == "errors" or (waited and config.resume)
            number, resumed = store.begin(fingerprint, resume=config.resume, rerun_errors=goes_on)
            store.note_identity(number, plan.identity)
            engine = Engine(
                plan.load,
                store,
                number,
                reuse=config.reuse,
                secrets=plan.secrets,
                name=config.model,
                limit=config.answer_timeout,
            )
            requests = questions.requests([entry for entry, _ in asked])
            responses = engine.ask([key for _, key in asked], requests, progress)
    except BaseException:
        store.close()
        raise

    samples = [
        judged(plan, entry, None if key is None else responses[key]) for entry, key in zip(selection, keys, strict=True)
    ]
    return Answers(samples, engine.usage, StoredRun(store, number, resumed))


def judged(plan: Plan, selected: Selected, response: Response | None) -> Sample:
    """An item with its verdict; without a response it was not asked, because the method does not apply."""
    return Sample(selected, response, plan.judge(selected.item, response))


class StoredSamples:
    """What a store has for a run: how a process that did not ask learns answers and verdicts.

    Args:
        plan: What is measured.
        questions: Makes the requests again, for their keys.
        store: The file.
        number: The run's number in it.
        verdicts: What the process that asked has judged, by node id: its scorer is not asked again.
    """

    def __init__(
        self,
        plan: Plan,
        questions: Questions,
        store: Path,
        number: int,
        verdicts: Mapping[str, Verdict] | None = None,
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
        request = self._questions.request(selected)
        response = None if request is None else self._response(response_key(self._identity, request))
        if selected.nodeid in self._verdicts:
            return Sample(selected, response, self._verdicts[selected.nodeid])
        return judged(self._plan, selected, response)

    def _response(self, key: str) -> Response:
        if (response := self._store.get(self._number, key)) is not None:
            return response
        error = self._store.failure(self._number, key) or "no response was stored for this item"
        return Response(error=error)

    def close(self) -> None:
        """Close the store."""
        self._store.close()
