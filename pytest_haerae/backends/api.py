"""What the backends over HTTP share: parameters, request bodies, reading answers, retries, and when to give up."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any, ClassVar, Literal

from pydantic import Field

from pytest_haerae.backends import BackendParameters, stop_texts
from pytest_haerae.backends.concurrency import LoopThread
from pytest_haerae.backends.retrying import MalformedAnswer, is_permanent, retrying
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line, secrets_in
from pytest_haerae.types import Capability, Request, Response

Answered = tuple[str, str | None, tuple[int | None, int | None], float | None]
"""Text, finish reason, tokens of prompt and completion, price in US dollars."""

_CHARACTERS_PER_TOKEN = 2
"""Of Korean text, for the estimate that a limit of tokens a minute needs."""
_DROPPABLE = ("temperature", "top_p", "seed", "stop")
_REFUSED = re.compile(
    r"unsupported|not supported|not support|unknown|unrecognized|unexpected|not permitted|not allowed|invalid", re.I
)


class ApiParameters(BackendParameters):
    """Parameters of the backends over HTTP; times in seconds."""

    uninfluential: ClassVar[frozenset[str]] = frozenset(
        {
            "api_key",
            "timeout",
            "max_concurrency",
            "requests_per_minute",
            "tokens_per_minute",
            "max_retries",
            "extra_headers",
        }
    )

    model_name: str
    api_key: str | None = Field(default=None, repr=False)
    api_base: str | None = None
    endpoint: Literal["chat", "completions"] = "chat"
    max_tokens: int = Field(default=512, ge=1)
    temperature: float = Field(default=0.0, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    stop: tuple[str, ...] = ()
    timeout: float = Field(default=120.0, gt=0)
    max_concurrency: int = Field(default=32, ge=1)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    max_retries: int = Field(default=5, ge=0)
    extra_headers: dict[str, str] = Field(default_factory=dict, repr=False)
    extra_body: dict[str, Any] = Field(default_factory=dict)

    @property
    def is_chat(self) -> bool:
        """Whether requests go to a chat endpoint, and so are chats from the beginning."""
        return self.endpoint == "chat"

    def model_label(self) -> str:
        """The name the server knows the model by."""
        return self.model_name


class Adaptation:
    """What a server does not take, learnt from its own words: reasoning models refuse max_tokens and temperature."""

    def __init__(self) -> None:
        self._renamed = False
        self._dropped: set[str] = set()

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what was refused."""
        adapted = {name: value for name, value in body.items() if name not in self._dropped}
        if self._renamed and "max_tokens" in adapted:
            adapted["max_completion_tokens"] = adapted.pop("max_tokens")
        return adapted

    def learn(self, body: Mapping[str, Any], error: BaseException) -> bool:
        """Read a refusal; True where the same request is worth asking again without what was refused.

        Args:
            body: What was sent, as `apply` made it.
            error: What came of it.
        """
        message = str(error)
        if not is_permanent(error) or not _REFUSED.search(message):
            return False
        if "max_tokens" in body and "max_completion_tokens" in message:
            self._renamed = True
            return True
        for name in _DROPPABLE:
            if name in body and re.search(rf"\b{name}\b", message):
                self._dropped.add(name)
                return True
        return False

    def describe(self) -> str | None:
        """One line for the report; None where nothing was changed."""
        changes = ["max_tokens was sent as max_completion_tokens"] if self._renamed else []
        changes += [f"{name} was left out" for name in _DROPPABLE if name in self._dropped]
        return f"the server refused parameters: {', '.join(changes)}" if changes else None


class ApiBackend:
    """Generates over HTTP; a subclass sends one request. One event loop for the whole run.

    The first request goes alone: what is wrong with key, model or parameters is learnt from one answer, not from as
    many as may be under way. Until some request succeeded, a permanent refusal ends the run in the server's words;
    after that it is its own item's error.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    parameters: ClassVar[type[BackendParameters]] = ApiParameters
    libraries: ClassVar[tuple[str, ...]] = ()
    name: ClassVar[str]

    def __init__(self, parameters: ApiParameters) -> None:
        from aiolimiter import AsyncLimiter

        self._parameters = parameters
        self._adaptation = Adaptation()
        self._retrying = retrying(parameters.max_retries)
        self._loop = LoopThread()
        self._succeeded = False
        each, tokens = parameters.requests_per_minute, parameters.tokens_per_minute
        # Evenly spaced: a full bucket at the start would send a minute's worth at once.
        self._requests = AsyncLimiter(1, 60 / each) if each else None
        self._tokens = AsyncLimiter(tokens, 60) if tokens else None

    @property
    def method_detail(self) -> str | None:
        """What had to be changed for this server."""
        return self._adaptation.describe()

    @abstractmethod
    async def _send(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        """Send one body to the endpoint, without retries."""

    async def _finish(self) -> None:
        """Close the client."""

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests as they finish, the first one alone."""

        async def answer(index: int) -> Response:
            return await self._answer(requests[index])

        indices = range(len(requests))
        yield from self._loop.stream(indices[:1], answer, 1)
        yield from self._loop.stream(indices[1:], answer, self._parameters.max_concurrency)

    def close(self) -> None:
        """Close the client and stop the loop."""
        self._loop.call(self._finish())
        self._loop.close()

    async def _answer(self, request: Request) -> Response:
        body = self._body(request)
        started = perf_counter()
        try:
            answered: Answered = await self._retrying(self._ask, body)
        except Exception as error:
            described = f"{self.name}: {error_line(error, secrets_in(self._parameters.model_dump()))}"
            if is_permanent(error) and not self._succeeded:
                raise UsageError(f"--model={described}") from None
            return Response(error=described)
        self._succeeded = True
        text, reason, usage, cost = answered
        return Response(
            text=text,
            finish_reason=reason,
            prompt_tokens=usage[0],
            completion_tokens=usage[1],
            cost_usd=cost,
            latency_seconds=perf_counter() - started,
        )

    async def _ask(self, body: Mapping[str, Any]) -> Answered:
        if self._requests:
            await self._requests.acquire()
        if self._tokens:
            await self._tokens.acquire(min(self._estimate(body), self._tokens.max_rate))
        while True:
            sent = self._adaptation.apply(body)
            try:
                answer = await self._send(sent)
                break
            except Exception as error:
                if not self._adaptation.learn(sent, error):
                    raise
        return (*read_answer(answer, chat=self._parameters.is_chat), self._cost(answer))

    def _estimate(self, body: Mapping[str, Any]) -> float:
        texts = [message["content"] for message in body.get("messages", ())] + [body.get("prompt", "")]
        return sum(map(len, texts)) / _CHARACTERS_PER_TOKEN + self._parameters.max_tokens

    def _cost(self, answer: Any) -> float | None:  # noqa: ANN401 - the client's answer
        """The price of an answer, where a subclass knows it."""
        return None

    def _body(self, request: Request) -> dict[str, Any]:
        parameters = self._parameters
        body: dict[str, Any] = {"model": parameters.model_name}
        if parameters.is_chat:
            messages = request.messages or ()
            body["messages"] = [{"role": each.role, "content": each.content} for each in messages] or [
                {"role": "user", "content": request.context}
            ]
        else:
            body["prompt"] = request.context
        body |= {"max_tokens": parameters.max_tokens, "temperature": parameters.temperature}
        optional = {
            "top_p": parameters.top_p,
            "seed": parameters.seed,
            "stop": stop_texts(parameters.stop, request) or None,
        }
        return body | {name: value for name, value in optional.items() if value is not None}


def read_answer(answer: Any, *, chat: bool) -> tuple[str, str | None, tuple[int | None, int | None]]:  # noqa: ANN401
    """Text, finish reason and token counts (prompt, completion) of an answer.

    Raises:
        MalformedAnswer: It is none, although the server said 200.
    """
    problem = getattr(answer, "error", None)
    if problem:
        raise MalformedAnswer(f"the server answered 200 with an error: {problem}")
    choices = getattr(answer, "choices", None)
    if not choices:
        raise MalformedAnswer(f"the server's answer has no choices: {str(answer)[:200]}")
    choice, usage = choices[0], getattr(answer, "usage", None)
    message = getattr(choice, "message", None)
    text = (getattr(message, "content", None) or getattr(message, "refusal", None)) if chat else choice.text
    if text is None and (chat and message is None):
        raise MalformedAnswer(f"the server's answer has no message: {str(answer)[:200]}")
    counts = (getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None))
    return str(text or ""), getattr(choice, "finish_reason", None), counts
