"""An OpenAI-compatible server on loopback that misbehaves as told, and keeps a ledger of what it was asked."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_haerae.backends.api.harmless import HARMLESS
from pytest_haerae.backends.chats import text_in
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from aiohttp import web

Reply = Callable[[int, dict[str, Any]], str]
Fault = Callable[[int, int], str | None]

_NUMBER = re.compile(r"(\d+)번 문제")
_RETRY_HEADERS = {"429 with retry-after-ms": {"retry-after-ms": "120"}, "429 with retry-after": {"Retry-After": "1"}}
_BODIES = {
    "malformed": '{"choices": [',
    "error object": '{"error": {"message": "overloaded"}}',
    "no choices": '{"id": "x", "object": "chat.completion", "choices": []}',
}
"""What comes with status 200 and is no answer."""
_CONSTRAINING = ("response_format", "structured_outputs")
"""Fields of a body that keep its answer to choices."""
_SLOW_SECONDS, _HANG_SECONDS = 0.3, 30.0

UNNUMBERED = -1
"""The number of what is no question, for a server's `fault`."""
TRANSIENT_FAULTS = (
    "429 with retry-after-ms",
    "429 with retry-after",
    "429",
    "500",
    "503",
    "reset",
    "hang",
    "half a body",
    "malformed",
    "error object",
    "no choices",
    "slow",
)
"""Faults that a client is expected to get over: it asks the same again, or waits."""


class ApiServer:
    """Answers chat completions and text completions about numbered questions (``7번 문제``).

    Args:
        reply: The text of the answer to a question, by its number and the request's body; of the sum that has none
            (`UNNUMBERED`) only where the body keeps the answer to choices.
        fault: The fault of an attempt at a question (its number, the attempt from 1); None to answer. One of
            `TRANSIENT_FAULTS`, or a status with the server's words: ``"401: invalid key"``. It is asked about
            `UNNUMBERED`, too: the sum with which a backend finds out whether a server refuses one question or all.
        latency: Seconds before an answer, times one to three: answers overtake each other.
        numbered: Whether each question has to show its number; otherwise one without is number 0.
        log_probability: The log-probability of each character of an answer, which is a token, where the body asks for
            `logprobs`; None for a server that tells none.

    Attributes:
        address: The address of the API, for a client's ``api_base``; empty until it is served.
        attempts: How often each question was asked.
        answered: How often it was answered.
        bodies: The bodies of all requests, in order.
        keys: The values of the header `Authorization` that were seen; None where it was missing.
        in_flight: Requests that are being answered now.
        most_at_once: The most of them at any time.
    """

    def __init__(
        self,
        reply: Reply,
        fault: Fault = lambda number, attempt: None,
        latency: float = 0.0,
        *,
        numbered: bool = True,
        log_probability: Callable[[str], float] | None = None,
    ) -> None:
        self._log_probability = log_probability
        self._reply, self._fault, self._latency, self._numbered = reply, fault, latency, numbered
        self.address = ""
        self.attempts: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.in_flight = 0
        self.most_at_once = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request, or misbehave."""
        self.in_flight += 1
        self.most_at_once = max(self.most_at_once, self.in_flight)
        try:
            return await self._serve(request)
        finally:
            self.in_flight -= 1

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        from aiohttp import web

        body = await request.json()
        self.bodies.append(body)
        self.keys.add(request.headers.get("Authorization"))
        asked = text_in(body["messages"][-1]["content"]) if "messages" in body else body["prompt"]
        if asked == HARMLESS:
            return await self._answer_harmless(request, body)
        found = _NUMBER.search(asked)
        if found is None and self._numbered:
            return web.Response(status=500, text="the question shows no number, and the server was told it would")
        number = int(found[1]) if found else 0
        self.attempts[number] += 1
        fault = self._fault(number, self.attempts[number])
        if fault is not None and fault != "slow":
            return await _misbehave(request, fault)
        await asyncio.sleep(self._latency * (1 + number % 3) + (_SLOW_SECONDS if fault == "slow" else 0))
        self.answered[number] += 1
        return web.json_response(self._completion(self._reply(number, body), body))

    async def _answer_harmless(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        """What a backend asks to tell a refused question from a server that refuses everybody: it counts as none."""
        from aiohttp import web

        if (fault := self._fault(UNNUMBERED, 1)) is not None:
            return await _misbehave(request, fault)
        kept = any(name in body for name in _CONSTRAINING)
        return web.json_response(self._completion(self._reply(UNNUMBERED, body) if kept else "2", body))

    def _completion(self, text: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = completion(text)
        if self._log_probability is not None and body.get("logprobs"):
            values = [self._log_probability(character) for character in text]
            entries = [{"token": each, "logprob": value} for each, value in zip(text, values, strict=True)]
            told = {"content": entries} if "messages" in body else {"tokens": list(text), "token_logprobs": values}
            answer["choices"][0]["logprobs"] = told
            answer["usage"]["completion_tokens"] = len(text)
        return answer


async def _misbehave(request: web.Request, fault: str) -> web.StreamResponse:
    from aiohttp import web

    if fault[:3].isdigit():
        status, _, words = fault.partition(": ")
        text = json.dumps({"error": {"message": words or f"fault {fault}", "type": "x"}})
        headers = _RETRY_HEADERS.get(fault)
        return web.Response(status=int(status[:3]), text=text, content_type="application/json", headers=headers)
    if fault == "reset" and request.transport is not None:
        request.transport.abort()
    if fault == "hang":
        await asyncio.sleep(_HANG_SECONDS)
    if fault == "half a body":
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"id": "x", "choices": [{"mess')
        if request.transport is not None:
            request.transport.close()
        return response
    return web.Response(text=_BODIES.get(fault, ""), content_type="application/json")


def completion(text: str) -> dict[str, Any]:
    """A chat completion that is a text completion, too: the JSON that a server answers with."""
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [
            {"index": 0, "finish_reason": "stop", "text": text, "message": {"role": "assistant", "content": text}}
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
    }


@contextmanager
def serve(server: ApiServer) -> Iterator[ApiServer]:
    """Serve on a free port of the loopback network, in a thread, until the block ends.

    Raises:
        UsageError: aiohttp is not installed.
    """
    try:
        from aiohttp import web
    except ImportError:
        raise UsageError("pytest_haerae.testing.serve needs aiohttp: pip install 'pytest-haerae[openai]'") from None
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        application = web.Application()
        application.router.add_post("/v1/chat/completions", server.handle)
        application.router.add_post("/v1/completions", server.handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.address = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        return runner

    async def finish(runner: web.AppRunner) -> None:
        await runner.cleanup()
        hung = asyncio.all_tasks() - {asyncio.current_task()}
        for task in hung:
            task.cancel()
        await asyncio.gather(*hung, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, name="haerae-server", daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(finish(runner), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
