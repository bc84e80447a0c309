"""A function of one's own as the model: a pipeline, an application with retrieval, anything that takes a question."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from time import perf_counter
from typing import Any, ClassVar

from pydantic import Field, field_validator

from pytest_haerae.backends.api.concurrency import LoopThread
from pytest_haerae.backends.callables import Found, at_hand, check_path, find, label_of
from pytest_haerae.backends.chats import chat_of
from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.errors import AnswerRefused, raised
from pytest_haerae.escaping import shown
from pytest_haerae.types import Capability, Request, Response

FUNCTION = "function"
"""The name of this backend."""
_AT_ONCE = 8
"""Calls of an async function in flight, where nobody says how many."""
_FIELDS = tuple(each.name for each in fields(Response))
_LONGEST_QUESTION = 60


class FunctionParameters(BackendParameters):
    """Which function it is; times in seconds."""

    uninfluential: ClassVar[frozenset[str]] = frozenset({"max_concurrency", "timeout"})
    at_hand: ClassVar[Found | None] = None

    path: str
    version: str | None = None
    max_concurrency: int | None = Field(default=None, ge=1)
    timeout: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @field_validator("version", mode="before")
    @classmethod
    def _in_words(cls, version: object) -> object:
        # Typed as version=2 it comes as a number.
        return str(version) if isinstance(version, int | float) and not isinstance(version, bool) else version

    def found(self) -> Found:
        """The function; its module is imported where that was not done yet.

        Raises:
            UsageError: It cannot be found.
        """
        return self.at_hand or find(self.path)

    def identity(self) -> dict[str, Any]:
        """The function as far as it can be known, by whichever name the backend goes."""
        return {"backend": FUNCTION, **self.found().identity(self.version)}

    def model_label(self) -> str:
        """Module and name."""
        return self.at_hand.label if self.at_hand else label_of(self.path)

    def notice(self) -> str | None:
        """That nothing can be resumed, where no later run finds the function by its name."""
        found = self.at_hand
        if found is None or found.is_named or self.version is not None:
            return None
        return (
            f"{found.label} has no name by which a later run finds it, so no later run takes up its answers;"
            " give it a version= that changes when it does"
        )


class FunctionBackend(Backend):
    """Puts each question to a Python function of yours; the text that it returns is the output."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    takes_images: ClassVar[bool] = True
    parameters: ClassVar[type[BackendParameters]] = FunctionParameters
    remote: ClassVar[bool] = True

    def __init__(self, parameters: FunctionParameters) -> None:
        found = parameters.found()
        self._label = found.label
        self._function = found.function
        self._timeout = parameters.timeout
        # A function need not be made for several threads, nor for another one than that in which it was made.
        self._is_async = _is_async(found.function)
        self._concurrency = parameters.max_concurrency or (_AT_ONCE if self._is_async else 1)
        self._loop: LoopThread | None = None
        self._succeeded = False

    @classmethod
    def check(cls, parameters: FunctionParameters) -> None:
        """Refuse a path that leads nowhere; the module, which may load a model, is not imported yet."""
        if parameters.at_hand is None:
            check_path(parameters.path)

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Call the function for each request: here and one by one, or several times at once."""
        if self._concurrency == 1 and self._timeout is None and not self._is_async:
            for index, request in enumerate(requests):
                yield index, self._checked(index, request, self._call(request))
            return

        async def answer(index: int) -> Response:
            request = requests[index]
            return self._checked(index, request, await self._in_time(request))

        yield from self._on_loop().stream(range(len(requests)), answer, self._concurrency)

    def close(self) -> None:
        """Stop the loop, where there is one."""
        if self._loop is not None:
            self._loop.close()

    def _on_loop(self) -> LoopThread:
        self._loop = self._loop or LoopThread()
        return self._loop

    def _call(self, request: Request) -> Any:  # noqa: ANN401 - whatever it returns
        """What the function returns, or the error that it raised as a response."""
        started = perf_counter()
        try:
            given = self._function(_question(request))
            if inspect.isawaitable(given):
                given = self._on_loop().call(_awaited(given))
        except (Exception, SystemExit) as error:
            return self._failed(raised(error))
        return _timed(given, started)

    async def _in_time(self, request: Request) -> Any:  # noqa: ANN401 - as above
        """As `_call`, with others at the same time; a call that takes too long is given up."""
        started = perf_counter()
        try:
            async with asyncio.timeout(self._timeout) as limit:
                if not self._is_async:
                    return await _in_thread(lambda: self._call(request))
                given = await self._function(_question(request))
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self._failed(raised(error))
        except (Exception, SystemExit) as error:
            if isinstance(error, TimeoutError) and limit.expired():
                return self._failed(f"gave no answer within {self._timeout:g} s (timeout)")
            return self._failed(raised(error))
        return _timed(given, started)

    def _failed(self, words: str) -> Response:
        return Response(error=f"{self._label} {words}")

    def _checked(self, index: int, request: Request, given: Any) -> Response:  # noqa: ANN401 - as above
        """What was returned, as a response.

        Raises:
            AnswerRefused: It is none, and none was before: no other question would fare better.
        """
        try:
            response = _response(given)
        except TypeError as error:
            if not (self._succeeded or self.proven):
                question = shown(_beginning(request), _LONGEST_QUESTION)
                refused = AnswerRefused(
                    f"--model={FUNCTION}: {self._label}, asked {question}, {error}; it has to return a str, a"
                    " pytest_haerae.Response, or a mapping with the names of its fields"
                )
                refused.index = index
                raise refused from None
            return self._failed(str(error))
        self._succeeded |= response.error is None
        return response


def bind(function: Callable[..., Any]) -> type[FunctionBackend]:
    """The backend of one function that is at hand.

    Raises:
        UsageError: It is a class.
    """
    found = at_hand(function)

    class Bound(FunctionParameters):
        at_hand: ClassVar[Found | None] = found
        path: str = found.label

        @field_validator("path")
        @classmethod
        def _of_this_one(cls, path: str) -> str:
            if path != found.label:
                raise ValueError(f"the function is given already: {found.label}; leave it out")
            return path

    return type("FunctionBackend", (FunctionBackend,), {"parameters": Bound, "__doc__": FunctionBackend.__doc__})


def _is_async(function: Any) -> bool:  # noqa: ANN401 - a function or an object that can be called
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def _question(request: Request) -> str | list[dict[str, Any]]:
    """What the function is called with: a text, or the messages of a chat as chat APIs take them."""
    if request.messages is None:
        return request.context
    return chat_of(request.messages)


def _beginning(request: Request) -> str:
    text = request.context or "\n".join(message.content for message in request.messages or ())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else ""


def _response(given: object) -> Response:
    """What a function returned, as a response.

    Raises:
        TypeError: It is none.
    """
    if isinstance(given, Response):
        return given
    if isinstance(given, str):
        return Response(text=given)
    if isinstance(given, Mapping):
        if unknown := [name for name in given if name not in _FIELDS]:
            raise TypeError(f"returned a mapping with {shown(unknown[0])}, which is no field of a Response")
        return Response(**given)
    words = "returned None" if given is None else f"returned {shown(given)} of type {type(given).__name__}"
    raise TypeError(f"{words}, which is no text")


def _timed(given: object, started: float) -> object:
    """A response with how long it took, where it does not say so itself; all else as it is."""
    try:
        response = _response(given)
    except TypeError:
        return given
    seconds = response.latency_seconds
    return replace(response, latency_seconds=perf_counter() - started) if seconds is None else response


async def _awaited(given: Any) -> Any:  # noqa: ANN401 - whatever can be awaited
    return await given


async def _in_thread(work: Callable[[], object]) -> object:
    """Do something in a thread of its own, which nobody waits for at the end of the process: it may never end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[object] = loop.create_future()

    def settle(result: object) -> None:
        if not done.done():
            done.set_result(result)

    def run() -> None:
        result = work()
        with suppress(RuntimeError):  # the loop is closed by now: the answer comes too late for everybody
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=run, name="haerae-function", daemon=True).start()
    return await done
