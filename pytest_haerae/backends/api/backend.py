"""What the backends over HTTP share: request bodies, reading answers, retries, and when to give up."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, ClassVar

from pytest_haerae.backends.api.adaptation import Adaptation
from pytest_haerae.backends.api.answers import checked, read_answer
from pytest_haerae.backends.api.concurrency import LoopThread
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.retrying import is_permanent, retrying, status_of
from pytest_haerae.backends.api.scoring import Echo, Endpoint, FirstToken, Unsupported, Way
from pytest_haerae.backends.api.tries import LlamaCppServer, TokenIds
from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line, secrets_in
from pytest_haerae.types import Capability, Request, Response

_CHARACTERS_PER_TOKEN = 2
"""Of Korean text, for the estimate that a limit of tokens a minute needs."""
_WAYS: tuple[Way, ...] = (TokenIds(), LlamaCppServer(), Echo(), FirstToken())
"""How a server may give log-likelihoods: the exact ways first, the cheaper one before the other."""
_NOT_OFFERED = frozenset({400, 404, 405, 415, 422, 501})
"""Statuses that say a server does not know an endpoint or a field; 401 and 403 say that of whoever asks."""


class ApiBackend(Backend):
    """Generates and scores over HTTP; a subclass sends one body. One event loop for the whole run.

    The first request goes alone: what is wrong with key, model or parameters, and whether and how the server can score,
    is learnt from one answer, not from as many as may be in flight. Until some request succeeded, a permanent refusal
    ends the run in the server's words; after that it is its own item's error.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters: ClassVar[type[BackendParameters]] = ApiParameters
    remote: ClassVar[bool] = True
    name: ClassVar[str]

    def __init__(self, parameters: ApiParameters) -> None:
        from aiolimiter import AsyncLimiter

        self._parameters = parameters
        self._adaptation = Adaptation()
        self._retrying = retrying(parameters.max_retries)
        self._loop = LoopThread()
        self._succeeded = False
        self._way: Way | None = None
        each, tokens = parameters.requests_per_minute, parameters.tokens_per_minute
        # Evenly spaced: a full bucket at the start would send a minute's worth at once.
        self._requests = AsyncLimiter(1, 60 / each) if each else None
        self._tokens = AsyncLimiter(tokens, 60) if tokens else None

    @abstractmethod
    async def _send(self, endpoint: Endpoint, body: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        """Send one body to an endpoint, without retries.

        Raises:
            Unsupported: This backend cannot reach the endpoint.
        """

    async def _finish(self) -> None:
        """Close the client."""

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests as they finish, the first one alone; to find a way to score, that is the shortest one."""

        async def answer(index: int) -> Response:
            return await self._answer(requests[index])

        if not requests:
            return
        pilot = 0
        if requests[0].kind == "loglikelihood":
            pilot = min(range(len(requests)), key=lambda index: len(requests[index].context))
        yield from self._loop.stream([pilot], answer, 1)
        others = [index for index in range(len(requests)) if index != pilot]
        yield from self._loop.stream(others, answer, self._parameters.max_concurrency)

    def close(self) -> None:
        """Close the client and stop the loop."""
        self._loop.call(self._finish())
        self._loop.close()

    async def _answer(self, request: Request) -> Response:
        started = perf_counter()
        try:
            response = await (self._generate(request) if request.kind == "generate" else self._score(request))
        except UsageError:
            raise
        except Exception as error:
            described = f"{self.name}: {error_line(error, secrets_in(self._parameters.model_dump()))}"
            unprobed = request.kind == "loglikelihood" and self._way is None
            if unprobed or (is_permanent(error) and not self._succeeded):
                raise UsageError(f"--model={described}") from None
            return Response(error=described)
        self._succeeded = True
        return replace(response, latency_seconds=perf_counter() - started)

    async def _generate(self, request: Request) -> Response:
        endpoint: Endpoint = "completions" if self._parameters.endpoint == "completions" else "chat"
        answer = await self.ask(endpoint, self._body(endpoint, request))
        text, reason, usage = read_answer(answer, chat=endpoint == "chat")
        return Response(
            text=text,
            finish_reason=reason,
            prompt_tokens=usage[0],
            completion_tokens=usage[1],
            cost_usd=self._cost(answer),
        )

    async def _score(self, request: Request) -> Response:
        if self._way is not None:
            return await self._way.score(self, request)
        reasons: dict[str, None] = {}
        for way in _WAYS:
            try:
                response = await way.score(self, request)
            except Unsupported as reason:
                reasons[str(reason)] = None
            except Exception as error:
                if status_of(error) not in _NOT_OFFERED:
                    raise
                reasons[" ".join(str(error).split())] = None
            else:
                self._way = way
                self._describe()
                return response
        raise UsageError(
            f"--method=log_likelihood: the server of --model={self.name} cannot score: {'; '.join(reasons)}"
        )

    async def ask(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        """Send one body, within the limits of the rate, again where that may help, without what the server refused."""
        return await self._retrying(self._ask, endpoint, {"model": self._parameters.model_name, **body})

    async def _ask(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        if self._requests:
            await self._requests.acquire()
        if self._tokens:
            await self._tokens.acquire(min(self._estimate(body), self._tokens.max_rate))
        while True:
            sent = self._adaptation.apply(body)
            try:
                answer = await self._send(endpoint, sent)
                return answer if endpoint == "tokenize" else checked(answer)
            except Exception as error:
                if not self._adaptation.learn(sent, error):
                    raise
                self._describe()

    def _estimate(self, body: Mapping[str, Any]) -> float:
        texts = [message["content"] for message in body.get("messages", ())] + [body.get("prompt", "")]
        return sum(map(len, texts)) / _CHARACTERS_PER_TOKEN + float(body.get("max_tokens", 0))

    def _cost(self, answer: Any) -> float | None:  # noqa: ANN401 - the client's answer
        """The price of an answer, where a subclass knows it."""
        return None

    def _describe(self) -> None:
        """Say how log-likelihoods were had, and what had to be changed for this server."""
        details = [self._way.detail if self._way else None, self._adaptation.describe()]
        self.method_detail = "; ".join(detail for detail in details if detail) or None

    def _body(self, endpoint: Endpoint, request: Request) -> dict[str, Any]:
        parameters = self._parameters
        body: dict[str, Any] = {}
        if endpoint == "chat":
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
