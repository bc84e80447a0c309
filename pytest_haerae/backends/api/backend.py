"""What the backends over HTTP share: request bodies, reading answers, retries, and when to give up."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, ClassVar

from pytest_haerae.backends.api.adaptation import Adaptations
from pytest_haerae.backends.api.answers import checked, read_answer
from pytest_haerae.backends.api.batch_lines import BatchLines
from pytest_haerae.backends.api.batches import ApiBatches, BatchCalls
from pytest_haerae.backends.api.bodies import body_of, estimated_tokens
from pytest_haerae.backends.api.choosing import Choosing
from pytest_haerae.backends.api.concurrency import LoopThread
from pytest_haerae.backends.api.failures import MalformedAnswer, hopeless, is_permanent, own_error, status_of, worded
from pytest_haerae.backends.api.harmless import harmless
from pytest_haerae.backends.api.log_probability import LogProbabilities
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.reasoning import fields, refuse_unheeded
from pytest_haerae.backends.api.retrying import Waits, refuse_long_wait, retrying
from pytest_haerae.backends.api.scoring import Echo, Endpoint, FirstToken, Unsupported, Way
from pytest_haerae.backends.api.tries import LlamaCppServer, TokenIds
from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line, secrets_in
from pytest_haerae.types import Capability, Request, Response

_WAYS: tuple[Way, ...] = (TokenIds(), LlamaCppServer(), Echo(), FirstToken())
"""How a server may give log-likelihoods: the exact ways first, the cheaper one before the other."""
_NOT_OFFERED = frozenset({400, 404, 405, 413, 415, 422, 500, 501})
"""Statuses that say a server does not know an endpoint or a field, or fails over it; 401 and 403 are of who asks."""
_FAILS = 500
_NO_CHAT = "endpoint=completions takes a text, not the messages of a chat"
_LONGEST_REASONS = 1200
"""Characters of the line that says why a server cannot score: one reason for each way."""
_TRIES_OF_A_WAY = 2
"""How often a way to score is tried that the server fails over: a slip may pass, a way that it lacks fails again."""


class ApiBackend(Backend):
    """Generates and scores over HTTP; a subclass sends one body. One event loop for the whole run.

    The first request of a sort goes alone: what is wrong with address, key, model or parameters, and whether and how
    the server can score, is learnt from one answer, not from as many as may be in flight. Until some request succeeded,
    what no other request would fare better with ends the run, in words. A refusal may be of this one question: a
    harmless one is asked then, and if that succeeds, or the model answered in an earlier part of the run, the refusal
    is the error of its own item, as it is from the first success on.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    constrains: ClassVar[bool] = True
    log_probabilities = takes_images = True
    parameters: ClassVar[type[BackendParameters]] = ApiParameters
    remote: ClassVar[bool] = True
    name: ClassVar[str]

    def __init__(self, parameters: ApiParameters) -> None:
        from aiolimiter import AsyncLimiter

        self._parameters = parameters
        self._adaptations = Adaptations()
        self._waits = Waits()
        self._retrying = retrying(parameters.max_retries, self._waits, self._worth_another)
        self._thinking = self._reasoning_fields()
        self._choosing = Choosing(self.name, chat=parameters.endpoint != "completions", own=parameters.is_own())
        self._log_probabilities = LogProbabilities(self.name)
        self._loop = LoopThread()
        self._succeeded = False
        self._answered: set[tuple[object, ...]] = set()
        self._through: str | None = None
        self._asking_harmlessly = asyncio.Lock()
        # How texts are scored, and how chats are: a server may have one way for these and another for those.
        self._ways: dict[bool, Way] = {}
        self._sought: set[bool] = set()
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

    def _reasoning_fields(self) -> dict[str, Any]:
        """What a chat's body says of how much the model is to think; refused where it cannot be told that."""
        return fields(self._parameters.reasoning, self._parameters.api_base)

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests as they finish, the first of a sort alone: to find a way to score, the shortest one."""

        async def answer(index: int) -> Response:
            return await self._answer(requests[index])

        if not requests:
            return
        sort = (requests[0].kind, _is_chat(requests[0]), bool(requests[0].choices), requests[0].sampling)
        if sort in self._answered:
            yield from self._loop.stream(range(len(requests)), answer, self._parameters.max_concurrency)
            return
        pilot = 0
        if requests[0].kind == "loglikelihood":
            pilot = min(range(len(requests)), key=lambda index: len(requests[index].context))
            self._sought.add(_is_chat(requests[pilot]))
        for index, response in self._loop.stream([pilot], answer, 1):
            if response.error is None:
                self._answered.add(sort)
            yield index, response
        others = [index for index in range(len(requests)) if index != pilot]
        yield from self._loop.stream(others, answer, self._parameters.max_concurrency)

    @property
    def notes(self) -> Sequence[str]:  # type: ignore[override] # read when it is known, never assigned
        """The waits that the server asked for."""
        waited = self._waits.describe()
        return [] if waited is None else [f"{self.name}: {waited}"]

    def close(self) -> None:
        """Close the client and stop the loop."""
        self._loop.call(self._finish())
        self._loop.close()

    async def _answer(self, request: Request) -> Response:
        started = perf_counter()
        if request.kind == "generate" and request.messages and self._parameters.endpoint == "completions":
            return Response(error=f"{self.name}: {_NO_CHAT}")
        try:
            response = await (self._generate(request) if request.kind == "generate" else self._score(request))
        except UsageError:
            raise
        except Exception as error:
            described = f"{self.name}: {error_line(worded(error), secrets_in(self._parameters.model_dump()))}"
            if not await self._is_of_its_item(request, error):
                address = self._parameters.api_base
                raise UsageError(f"--model={described}{f' ({address})' if address else ''}") from None
            return Response(error=described)
        self._succeeded = True
        return replace(response, latency_seconds=perf_counter() - started)

    async def _is_of_its_item(self, request: Request, error: Exception) -> bool:
        """Whether a failure is one request's own, so that the others are worth asking."""
        if self._succeeded:
            return True
        unfound = request.kind == "loglikelihood" and _is_chat(request) not in self._ways
        if unfound or hopeless(error, proven=self.proven):
            return False
        if self.proven or not is_permanent(error):
            return True
        async with self._asking_harmlessly:
            if not self._succeeded:
                try:
                    await (self._generate if request.kind == "generate" else self._score)(harmless(request))
                except Exception:
                    return False
                self._succeeded = True
        return True

    async def _generate(self, request: Request) -> Response:
        if not request.choices:
            return await self._generated(request)
        await self._choosing.seek(request, self._generated)
        return self._choosing.settled(request, await self._generated(request))

    async def _generated(self, request: Request) -> Response:
        endpoint = self._endpoint()
        answer = await self.ask(endpoint, self._body(request))
        response, cost = read_answer(answer, chat=endpoint == "chat"), self._cost(answer)
        if not self._succeeded:
            refuse_unheeded(self._parameters.reasoning, response)
        response = self._log_probabilities.read(request, answer, response)
        return response if cost is None else replace(response, cost_usd=cost)

    async def _score(self, request: Request) -> Response:
        if (known := self._ways.get(_is_chat(request))) is not None:
            return await known.score(self, request)
        reasons: dict[str, list[str]] = {}
        refusal: Exception | None = None
        for way in _WAYS:
            try:
                response = await way.score(self, request)
            except Unsupported as reason:
                reasons.setdefault(str(reason), []).append(way.title)
            except Exception as error:
                if status_of(error) not in _NOT_OFFERED and not isinstance(own_error(error), MalformedAnswer):
                    raise
                reasons.setdefault(worded(error), []).append(way.title)
                refusal = error if status_of(error) in (400, 413, 422) else refusal
            else:
                self._ways[_is_chat(request)] = way
                self._describe()
                return response
        if refusal is not None and harmless(request) != request:
            # The question may be what is refused: the way is found with another one, and this one is asked once more.
            await self._score(harmless(request))
            self._succeeded = True
            return await self._score(request)
        self._sought.discard(_is_chat(request))
        words = "; ".join(f"{', '.join(titles)}: {reason}" for reason, titles in reasons.items())
        line = error_line(words, secrets_in(self._parameters.model_dump()), longest=_LONGEST_REASONS)
        raise UsageError(f"--method=log_likelihood: the server of --model={self.name} cannot score: {line}")

    async def ask(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        """Send one body, within the limits of the rate, again where that may help, without what the server refused."""
        whole = {"model": self._parameters.model_name, **body}
        failed: list[Exception] = []

        async def ask_again() -> Any:  # noqa: ANN401 - the client's answer
            if failed:
                raise failed.pop()
            return await self._ask(endpoint, whole)

        # Most requests are answered at once, and to enter the policy takes longer than to read an answer: it is told of
        # the first failure alone, outside of its handler, so that a later error does not have it for its context.
        try:
            return await self._ask(endpoint, whole)
        except Exception as error:
            failed.append(error)
        return await self._retrying(ask_again)

    def _worth_another(self, error: BaseException, attempt: int) -> bool:
        """Whether what may pass is asked again, after so many attempts: not where nothing is there before a success."""
        fails = status_of(error) == _FAILS or isinstance(own_error(error), MalformedAnswer)
        if fails and attempt >= _TRIES_OF_A_WAY and self._sought - self._ways.keys():
            return False
        return self._succeeded or not hopeless(error, proven=self.proven)

    async def _ask(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        if self._requests:
            await self._requests.acquire()
        if self._tokens:
            await self._tokens.acquire(min(estimated_tokens(body), self._tokens.max_rate))
        adaptation = self._adaptations.of(body)
        while True:
            sent = adaptation.apply(body)
            try:
                answer = await self._send_in_time(endpoint, sent)
                return answer if endpoint == "tokenize" else checked(answer)
            except Exception as error:
                if not adaptation.learn(sent, error):
                    refuse_long_wait(error)
                    raise
                self._describe()

    async def _send_in_time(self, endpoint: Endpoint, body: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        """Send one body; the time is that of the whole answer: a client's own limit begins anew with each byte.

        Raises:
            TimeoutError: The answer was not whole in time.
        """
        try:
            async with asyncio.timeout(self._parameters.timeout) as limit:
                return await self._send(endpoint, body)
        except TimeoutError:
            if not limit.expired():
                raise
            raise TimeoutError(f"no whole answer within {self._parameters.timeout:g} s (timeout)") from None

    def _cost(self, answer: Any) -> float | None:  # noqa: ANN401 - the client's answer
        """The price of an answer, where a subclass knows it."""
        return None

    def _describe(self) -> None:
        """Say how log-likelihoods were had, and what had to be changed for this server."""
        details = [self._through, *(way.detail for way in self._ways.values()), self._adaptations.describe()]
        self.method_detail = "; ".join(dict.fromkeys(detail for detail in details if detail)) or None

    def _batches(
        self,
        calls: BatchCalls,
        finish: Callable[[dict[str, Any]], dict[str, Any]],
        price: Callable[[Any], float | None] = lambda answer: None,
        root: str = "/v1",
    ) -> ApiBatches:
        """The batch endpoint that a client's calls reach, with the bodies that are sent otherwise one by one."""
        endpoint = self._endpoint()

        def compose(request: Request) -> dict[str, Any]:
            if request.messages and endpoint == "completions":
                raise UsageError(f"--model={self.name}: {_NO_CHAT}")
            return {"model": self._parameters.model_name, **self._body(request)}

        self._through = "through the provider's batch endpoint"
        self._describe()
        path = f"{root}/{'completions' if endpoint == 'completions' else 'chat/completions'}"
        secrets = frozenset(secrets_in(self._parameters.model_dump()))
        lines = BatchLines(self.name, path, compose, finish, self._adaptations, self._describe, price, secrets)
        return ApiBatches(calls, self._loop, self._parameters, lines)

    def _endpoint(self) -> Endpoint:
        return "completions" if self._parameters.endpoint == "completions" else "chat"

    def _body(self, request: Request) -> dict[str, Any]:
        told = self._choosing.fields(request.choices, self._parameters.extra_body)
        return body_of(self._endpoint(), request, self._parameters, self._thinking, told)


def _is_chat(request: Request) -> bool:
    return request.messages is not None
