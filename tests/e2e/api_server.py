"""An OpenAI-compatible server on loopback that misbehaves as told, and keeps a ledger of what it was asked."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

NUMBER = re.compile(r"(\d+)번 문제")
Reply = Callable[[int, dict[str, Any]], str]

TRANSIENT = (
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
"""Faults of a request's first attempt; the second one is answered."""


class ApiServer:
    """Answers chat completions about numbered questions.

    Args:
        reply: The text of the answer to a question, by its number and the request's body.
        fault: The fault of an attempt at a question (its number, the attempt from 1); None to answer.
        latency: Seconds before each answer.
        numbered: Whether each question has to show its number; otherwise one without is number 0.
    """

    def __init__(
        self,
        reply: Reply,
        fault: Callable[[int, int], str | None] = lambda number, attempt: None,
        latency: float = 0.0,
        *,
        numbered: bool = True,
    ) -> None:
        self._reply, self._fault, self._latency, self._numbered = reply, fault, latency, numbered
        self.attempts: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.most_at_once = 0
        self._now = 0
        self.address = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            return await self._serve(request)
        finally:
            self._now -= 1

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        self.keys.add(request.headers.get("Authorization"))
        found = NUMBER.search(body["messages"][-1]["content"] if "messages" in body else body["prompt"])
        assert found or not self._numbered
        number = int(found[1]) if found else 0
        self.attempts[number] += 1
        fault = self._fault(number, self.attempts[number])
        if fault is not None and fault != "slow":
            return await self._misbehave(request, fault)
        # Answers overtake each other.
        await asyncio.sleep(self._latency * (1 + number % 3) + (0.3 if fault == "slow" else 0))
        self.answered[number] += 1
        return web.json_response(completion(self._reply(number, body)))

    async def _misbehave(self, request: web.Request, fault: str) -> web.StreamResponse:
        if fault[:3].isdigit():
            headers = {
                "429 with retry-after-ms": {"retry-after-ms": "120"},
                "429 with retry-after": {"Retry-After": "1"},
            }
            status, _, words = fault.partition(": ")
            text = json.dumps({"error": {"message": words or f"fault {fault}", "type": "x"}})
            return web.Response(
                status=int(status[:3]), text=text, content_type="application/json", headers=headers.get(fault)
            )
        if fault == "reset":
            assert request.transport is not None
            request.transport.abort()
        if fault == "hang":
            await asyncio.sleep(30)
        if fault == "half a body":
            response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "500"})
            await response.prepare(request)
            await response.write(b'{"id": "x", "choices": [{"mess')
            assert request.transport is not None
            request.transport.close()
            return response
        text = {
            "malformed": '{"choices": [',
            "error object": '{"error": {"message": "overloaded"}}',
            "no choices": '{"id": "x", "object": "chat.completion", "choices": []}',
        }.get(fault, "")
        return web.Response(text=text, content_type="application/json")


def completion(text: str) -> dict[str, Any]:
    """A chat completion that is a text completion, too."""
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
    """Serve in a thread until the block ends."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    runner: web.AppRunner

    async def start() -> None:
        nonlocal runner
        application = web.Application()
        application.router.add_post("/v1/chat/completions", server.handle)
        application.router.add_post("/v1/completions", server.handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.address = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        started.set()

    async def finish() -> None:
        await runner.cleanup()
        hung = asyncio.all_tasks() - {asyncio.current_task()}
        for task in hung:
            task.cancel()
        await asyncio.gather(*hung, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
