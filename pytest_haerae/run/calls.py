"""What tests ask the model themselves, beside the items: through the same store, each question once."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from pytest_haerae.errors import UsageError
from pytest_haerae.run.engine import Engine
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.rounds import Rounds
from pytest_haerae.run.usage import Usage
from pytest_haerae.types import Request, Response

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Callers:
    """The tests of a session that ask the model themselves.

    Attributes:
        names: Their node ids: sessions of the same ones are the same run, which is gone on with where it was killed.
        declared: What they said beforehand that they will ask: it is asked with the items, before the first test.
    """

    names: tuple[str, ...] = ()
    declared: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class CallTotals:
    """What the calls of a session came to; tokens and price are of those whose backend says them.

    Attributes:
        computed: Answers that the model was asked for.
        reused: Answers that the store had.
        errors: Questions that got no answer.
        prompt_tokens: Tokens of the prompts, but of those that the items paid for; None where none is known.
        completion_tokens: Generated tokens; None where none is known.
        cost_usd: In US dollars; None where no price is known.
        reasoning_tokens: Generated tokens that the model thought in; None where none is known.
        cached_tokens: Tokens of prompts that were in the server's cache; None where none is known.
    """

    computed: int
    reused: int
    errors: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None

    @classmethod
    def of(cls, usage: Usage, errors: int, answers: Sequence[Response]) -> CallTotals:
        """What questions to a model came to.

        Args:
            usage: What was asked of it.
            errors: How many got no answer.
            answers: Those whose tokens and price count.
        """
        return cls(
            computed=usage.computed,
            reused=usage.reused,
            errors=errors,
            prompt_tokens=known_sum(answer.prompt_tokens for answer in answers),
            completion_tokens=known_sum(answer.completion_tokens for answer in answers),
            cost_usd=known_sum(answer.cost_usd for answer in answers),
            reasoning_tokens=known_sum(answer.reasoning_tokens for answer in answers),
            cached_tokens=known_sum(answer.cached_tokens for answer in answers),
        )


_ENDED = "the session has ended: nothing is asked any more"
NO_CALLS = CallTotals(0, 0, 0, None, None, None)
"""Where no test asks the model itself."""


class Calls:
    """Answers single questions, whichever thread asks; an equal question shares the answer.

    One pass is made at a time, and takes along all that came meanwhile: workers that ask one question each are batched.

    Args:
        engine: Asks through the store, and is nobody else's.
        identity: What determines an answer beside its request.
        items: The items' answers, by their requests' keys: a question that equals one of theirs is paid for there.
    """

    def __init__(self, engine: Engine, identity: str, items: Mapping[str, Response] | None = None) -> None:
        self._engine = engine
        self._identity = identity
        self._items = items or {}
        self._rounds = Rounds()
        self._door = threading.Lock()
        self._waiting: dict[str, Request] = {}
        self._answers: dict[str, Response] = {}
        self._sent: set[str] = set()
        self._refusals: dict[str, str] = {}
        self._ended = False

    @property
    def usage(self) -> Usage:
        """What was asked of the model."""
        return self._engine.usage

    @property
    def used(self) -> bool:
        """Whether anything was asked."""
        return bool(self._sent or self._refusals)

    @property
    def failed(self) -> bool:
        """Whether some question got no answer: the next run of the same tests asks it again, and no other."""
        return self._errors > 0

    def ask(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests, in their order; each answer is a text, log-likelihoods, or an error.

        Args:
            requests: Of any kind and sampling.

        Raises:
            UsageError: The model cannot be loaded, or refuses questions of this sort; it is not tried
                again.
            StoreError: Answers cannot be kept.
        """
        keys = [response_key(self._identity, request) for request in requests]
        asked = dict(zip(keys, requests, strict=True))
        with self._door:
            self._waiting |= {key: request for key, request in asked.items() if key not in self._answers}
        with self._rounds.turn(lambda: asked.keys() <= self._answers.keys()) as makes_the_pass:
            if makes_the_pass:
                self._ask_all(asked)
        for entry in asked.items():
            if entry[0] not in self._answers:
                raise UsageError(self._refusals.get(_sort(entry), _ENDED))
        return [self._answers[key] for key in keys]

    def _ask_all(self, asked: Mapping[str, Request]) -> None:
        """Ask all that waits, in a pass for each sort, and what this thread asks that another one's pass lost."""
        with self._door:
            waiting = {key: request for key, request in {**self._waiting, **asked}.items() if key not in self._answers}
            self._waiting = {}
        # A backend is asked what is alike in one pass.
        for sort, alike in groupby(sorted(waiting.items(), key=_sort), key=_sort):
            self._compute(sort, dict(alike))

    def _compute(self, sort: str, waiting: dict[str, Request]) -> None:
        if self._ended or sort in self._refusals:
            return
        self._sent |= waiting.keys()
        try:
            self._answers |= self._engine.ask(list(waiting), list(waiting.values()), _silent)
        except UsageError as error:
            # Of others' questions, too: each is told in its own thread.
            self._refusals[sort] = str(error)
            self._sent -= waiting.keys()

    def end(self) -> None:
        """Ask nothing any more: what threads still want, as of workers after Ctrl-C, would load the model again."""
        self._ended = True

    def _is_of_an_item(self, key: str) -> bool:
        answer = self._items.get(key)
        return answer is not None and answer.error is None

    @property
    def _errors(self) -> int:
        """How many got no answer: an error, a refusal of all that are alike, or a test's own time limit."""
        answers = list(self._answers.values())
        lost = len(self._sent) - len(answers)
        return sum(answer.error is not None for answer in answers) + len(self._refusals) + lost

    def totals(self) -> CallTotals:
        """What they came to so far."""
        answers = [answer for key, answer in list(self._answers.items()) if not self._is_of_an_item(key)]
        return CallTotals.of(self.usage, self._errors, answers)


def _sort(entry: tuple[str, Request]) -> str:
    """What questions of a pass have in common: a server may score texts and not chats, and take one sampling alone."""
    request = entry[1]
    return repr((request.kind, request.messages is None, request.sampling, request.repeat, bool(request.choices)))


def known_sum(counts: Iterable[Number | None]) -> Number | None:
    """The sum of what is known; None where nothing is."""
    known = [count for count in counts if count is not None]
    return sum(known[1:], known[0]) if known else None


def _silent(done: int, total: int) -> None:
    """Nobody waits for a single question's progress."""
