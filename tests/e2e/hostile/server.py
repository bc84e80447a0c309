"""A server on loopback that is told what to do with each byte."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_haerae.testing import completion

_NUMBER = re.compile(r"(\d+)번 문제")


@dataclass(slots=True)
class Exchange:
    """One request, and the connection that it is answered on.

    Attributes:
        path: What is asked for.
        headers: The request's headers, their names in small letters.
        body: The request's JSON; empty where it has none.
        number: The question's number, None for a request about none.
        earlier: How many requests came before it.
        address: The server's own address.
    """

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    number: int | None
    earlier: int
    address: str
    writer: asyncio.StreamWriter

    async def raw(self, data: bytes) -> None:
        """Send these bytes and nothing else."""
        self.writer.write(data)
        await self.writer.drain()

    async def send(
        self,
        body: bytes,
        status: str = "200 OK",
        kind: str = "application/json",
        length: int | None = None,
        **more: str,
    ) -> None:
        """Send a response; further headers are given with underscores in their names."""
        headers = {"Content-Type": kind, "Content-Length": str(len(body) if length is None else length), **more}
        lines = [f"HTTP/1.1 {status}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.raw("\r\n".join([*lines, "", ""]).encode() + body)

    async def json(self, value: object, status: str = "200 OK", **more: Any) -> None:
        """Send JSON."""
        await self.send(json.dumps(value).encode(), status, **more)

    async def error(self, status: str, message: str, **more: str) -> None:
        """Send an error in the words of the API."""
        await self.json({"error": {"message": message, **more}}, status)

    def sound(self) -> dict[str, Any]:
        """A right answer to the question."""
        return completion(f"정답: ({'ABCD'[(self.number or 0) % 4]})")


Behaviour = Callable[[Exchange], Awaitable[object]]


class HostileServer:
    """Answers what comes with ``POST`` as it is told, one request a connection; anything else is not found.

    Args:
        behave: What it does with a request.

    Attributes:
        address: For a client's ``api_base``.
        exchanges: What came, in order.
    """

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener: asyncio.Server | None = None
        self.address = ""
        self.exchanges: list[Exchange] = []

    def start(self) -> HostileServer:
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.address = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}/v1"
        return self

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, "127.0.0.1", 0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that gives up is what many attacks are about.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._exchange(reader, writer)
        with contextlib.suppress(OSError):
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        data = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = first.split()
        body = json.loads(data) if data else {}
        asked = str(body.get("messages", body.get("prompt", "")))
        found = _NUMBER.search(asked)
        number = int(found[1]) if found else None
        exchange = Exchange(path, headers, body, number, len(self.exchanges), self.address, writer)
        if method != "POST":
            await exchange.error("404 Not Found", "no such place")
            return
        self.exchanges.append(exchange)
        await self._behave(exchange)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _finish(self) -> None:
        if self._listener:
            self._listener.close()
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
