"""A backend whose answers, failures and pace are scripted."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar
from zlib import crc32

from pydantic import BeforeValidator, Field

from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing.ledger import Event, Ledger
from pytest_haerae.types import Capability, Request, Response

Answer = str | Sequence[float] | Response
"""A text, one log-likelihood for each continuation, or a whole response."""
Script = Callable[[int, Request], Answer] | Mapping[int, Answer]


def _one_or_many(value: Any) -> Any:  # noqa: ANN401 - what a user typed
    return (value,) if isinstance(value, int) else value


Numbers = Annotated[tuple[int, ...], BeforeValidator(_one_or_many)]


class ScriptedParameters(BackendParameters):
    """What a scripted backend does; the numbers are those of `ScriptedBackend.number`.

    Attributes:
        answers: The text of the answer to a request, by its number; the others are answered by the rule.
        errors: Requests that get an error response.
        error: The words of that error, and of the next one.
        breaking: Requests at which `run` raises a `RuntimeError`: whatever is not answered yet has no answer.
        deadly: Requests at which the process dies at once, as by ``kill -9``.
        die_loading: Whether the process dies while it loads the model.
        refuse: The words of a `UsageError` that refuses to load.
        seconds: How long each answer takes.
        reverse: Whether the last request is answered first.
        detail: The `method_detail`, in place of the class's.
        notes: The notes, in place of the class's.
        ledger: The file of a `Ledger` that is kept, in place of the class's; relative to the current folder.
    """

    uninfluential: ClassVar[frozenset[str]] = frozenset({"seconds", "reverse", "detail", "notes", "ledger"})

    answers: dict[int, str] = Field(default_factory=dict)
    errors: Numbers = ()
    error: str = "out of luck"
    breaking: Numbers = ()
    deadly: Numbers = ()
    die_loading: bool = False
    refuse: str | None = None
    seconds: float = Field(default=0.0, ge=0)
    reverse: bool = False
    detail: str | None = None
    notes: tuple[str, ...] | None = None
    ledger: str | None = None


class ScriptedBackend(Backend):
    """A stand-in for a model in tests of suites, of gates and of what happens when things go wrong.

    It is used as it is, with `--model-params`, or subclassed for other answers. By its rule it answers a request
    always the same way, whatever it is asked beside it: one of the letters A to D, or log-likelihoods. In a
    ``conftest.py``::

        from pytest_haerae.testing import ScriptedBackend

        def pytest_haerae_backends():
            return {"scripted": ScriptedBackend}

    Args:
        parameters: What it does; None for the defaults.
        script: In Python, the answers: a function of a request's number and the request, or a mapping by number, whose
            other requests are answered by the rule.

    Attributes:
        closed: Whether `close` was called.
        requested: The numbers of the requests that were asked of this object, in order.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters: ClassVar[type[BackendParameters]] = ScriptedParameters
    numbered: ClassVar[re.Pattern[str]] = re.compile(r"(\d+)번")
    """Finds a request's number; the last place counts, so that few-shot examples before the question do not."""
    ledger: ClassVar[str | None] = None
    """The file of the `Ledger` that is kept where the parameters name none; None for none."""

    def __init__(self, parameters: ScriptedParameters | None = None, script: Script | None = None) -> None:
        self.settings = ScriptedParameters() if parameters is None else parameters
        self.closed = False
        self.requested: list[int] = []
        self._script = script
        path = self.settings.ledger or self.ledger
        self._ledger = Ledger(path) if path else None
        if self.settings.detail is not None:
            self.method_detail = self.settings.detail
        if self.settings.notes is not None:
            self.notes = self.settings.notes
        self._note("load")
        if self.settings.refuse is not None:
            raise UsageError(self.settings.refuse)
        if self.settings.die_loading:
            _die()

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer in order, or in reverse; fail where the parameters say so."""
        order = range(len(requests))
        for index in reversed(order) if self.settings.reverse else order:
            request = requests[index]
            number = self.number(index, request)
            time.sleep(self.settings.seconds)
            self.requested.append(number)
            self._note("ask", number)
            if number in self.settings.deadly:
                _die()
            if number in self.settings.breaking:
                raise RuntimeError(self.settings.error)
            yield index, self._response(number, request)

    def close(self) -> None:
        """Note the closing."""
        self.closed = True
        self._note("close")

    def number(self, index: int, request: Request) -> int:
        """The number by which parameters, script and ledger call a request.

        Args:
            index: Its place among the requests of this call of `run`.
            request: The request.

        Returns:
            What `numbered` finds in its text, and its place where that finds nothing. A place depends on what else is
            asked: with replicas, or where a run goes on, only a number in the text stays the same.
        """
        found = self.numbered.findall(text_of(request))
        return int(found[-1]) if found else index

    def answer(self, number: int, request: Request) -> Answer:
        """The rule: what is answered where no script and no parameter says otherwise; for subclasses to override.

        Args:
            number: The request's number.
            request: The request.

        Returns:
            A text, one log-likelihood for each continuation, or a whole response.
        """
        if request.kind == "generate":
            return f"정답: ({'ABCD'[crc32(text_of(request).encode()) % 4]})"
        lots = [crc32(f"{text_of(request)}\0{each}".encode()) for each in request.continuations]
        return tuple(-10 * lot / (1 << 32) for lot in lots)

    def _response(self, number: int, request: Request) -> Response:
        if number in self.settings.errors:
            return Response(error=self.settings.error)
        answer: Answer
        if request.kind == "generate" and number in self.settings.answers:
            answer = self.settings.answers[number]
        elif callable(self._script):
            answer = self._script(number, request)
        elif self._script is not None and number in self._script:
            answer = self._script[number]
        else:
            answer = self.answer(number, request)
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, str):
            return Response(text=answer, finish_reason="stop")
        return Response(loglikelihoods=tuple(answer))

    def _note(self, event: Event, number: int | None = None) -> None:
        if self._ledger is not None:
            self._ledger.write(event, number)


def text_of(request: Request) -> str:
    """All that a request says, be it a text or a chat."""
    return request.context or "\n".join(message.content for message in request.messages or ())


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
