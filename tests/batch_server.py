"""A provider with a batch endpoint in OpenAI's protocol, on loopback, which keeps a ledger of what was paid."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aiohttp import web

from pytest_haerae.testing import completion

Reply = Callable[[str, dict[str, Any]], Any]
"""What comes of a request, by its key and its body: a text, a status with words, or None if it is left over."""
PROCESS = "X-Process"
"""The header that names the process that asks: it may be killed."""


def letter_a(key: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - as `Reply`
    return "정답: (A)"


class BatchServer:
    """Batches that end after so many looks at them, whoever looks, and whether or not anybody does.

    Args:
        reply: What comes of a request.
        ending: The status that a batch ends in, by its number from 0.
        looks: How often a batch is looked at before it has ended.
        listing: ``whole``; ``without metadata``; or a status with which the list is refused, such as ``404``.
        page: How many batches a page of the list has at most.
        fault: What happens to a request, by its method, its path and how many of these came before: None; ``lost``
            (done, and the connection breaks off before the answer); a status with words, ``503: busy``, undone.

    Attributes:
        address: The address of the API; empty until it is served.
        paid: How often each request was paid for.
        files: What was uploaded, by id.
        batches: The batches, in the order in which they were made.
        asked: The requests that came, as ``POST /v1/batches``.
        headers: What came in the header `Authorization`.
    """

    def __init__(
        self,
        reply: Reply = letter_a,
        *,
        ending: Callable[[int], str] = lambda number: "completed",
        looks: int = 2,
        listing: str = "whole",
        page: int = 2,
        fault: Callable[[str, str, int], str | None] = lambda method, path, before: None,
    ) -> None:
        self.reply, self.ending, self.looks, self.listing, self.page, self.fault = (
            reply,
            ending,
            looks,
            listing,
            page,
            fault,
        )
        self.address = ""
        self.reset()

    def reset(self) -> None:
        self.paid: Counter[str] = Counter()
        self.files: dict[str, bytes] = {}
        self.batches: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.headers: set[str | None] = set()
        self.kill_at: int | None = None
        self._points = 0
        self._looked: Counter[str] = Counter()

    @property
    def points(self) -> int:
        """How many moments there were at which the asking process could have been killed."""
        return self._points

    def bodies(self) -> list[dict[str, Any]]:
        """The bodies of all requests of all batches."""
        return [line["body"] for batch in self.batches for line in self._lines(batch)]

    def _lines(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self._point(request)
        self.headers.add(request.headers.get("Authorization"))
        name = f"{request.method} {request.path}"
        fault = self.fault(request.method, request.path, self.asked.count(name))
        self.asked.append(name)
        if fault is not None and fault != "lost":
            status, _, words = fault.partition(": ")
            return _json({"error": {"message": words}}, int(status))
        answer = await self._answer(request)
        self._point(request)
        if fault == "lost" and request.transport is not None:
            request.transport.abort()
        return answer

    def _point(self, request: web.Request) -> None:
        self._points += 1
        if self._points == self.kill_at and (process := request.headers.get(PROCESS)):
            with suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        parts = request.path.strip("/").split("/")[1:]
        if request.method == "POST" and parts == ["files"]:
            form = await request.post()
            return self._upload(form["file"].file.read())  # type: ignore[union-attr] # a file
        if request.method == "POST" and parts == ["batches"]:
            return self._create(await request.json())
        if parts == ["batches"]:
            return self._list(request.query)
        if len(parts) == 2 and parts[0] == "batches":
            return self._get(parts[1])
        if len(parts) == 3 and parts[0] == "files" and parts[2] == "content":
            return web.Response(body=self.files[parts[1]], content_type="application/octet-stream")
        return _json({"error": {"message": "no such path"}}, 404)

    def _upload(self, content: bytes) -> web.StreamResponse:
        file = f"file-{len(self.files)}"
        self.files[file] = content
        told = {"object": "file", "bytes": len(content), "purpose": "batch", "filename": "x", "created_at": 0}
        return _json({"id": file, "status": "processed", **told})

    def _create(self, body: dict[str, Any]) -> web.StreamResponse:
        number = len(self.batches)
        batch = {
            "id": f"batch_{number}",
            "object": "batch",
            "endpoint": body["endpoint"],
            "completion_window": body["completion_window"],
            "input_file_id": body["input_file_id"],
            "metadata": body.get("metadata"),
            "status": "validating",
            "created_at": number,
        }
        self.batches.append(batch)
        self._work(batch, self.ending(number))
        return _json(self._shown(batch))

    def _work(self, batch: dict[str, Any], ending: str) -> None:
        """Do all of a batch at once: it is seen to end later."""
        lines = self._lines(batch)
        batch["ending"] = ending
        batch["total"] = len(lines)
        if ending.startswith("failed:"):
            return
        done, failed = [], []
        for line in lines:
            came = self.reply(line["custom_id"], line["body"])
            said: dict[str, Any] = {"id": "x", "custom_id": line["custom_id"], "error": None, "response": None}
            if came is None and ending in ("completed", "failed"):
                continue
            if came is None:
                said["error"] = {"code": f"batch_{ending}", "message": "it was left over"}
                failed.append(said)
            elif isinstance(came, tuple):
                said["response"] = {"status_code": came[0], "body": {"error": {"message": came[1]}}}
                failed.append(said)
            else:
                self.paid[line["custom_id"]] += 1
                said["response"] = {"status_code": 200, "body": completion(came)}
                done.append(said)
        # Answers come in an order of their own.
        for name, results in (("output_file_id", done[::-1]), ("error_file_id", failed)):
            if results:
                batch[f"later_{name}"] = f"file-{len(self.files)}"
                text = "\n".join(json.dumps(each, ensure_ascii=False) for each in results)
                self.files[batch[f"later_{name}"]] = text.encode()

    def _get(self, name: str) -> web.StreamResponse:
        batch = next((each for each in self.batches if each["id"] == name), None)
        if batch is None:
            return _json({"error": {"message": f"no batch {name}"}}, 404)
        self._looked[name] += 1
        if self._looked[name] > self.looks:
            status, _, problem = batch["ending"].partition(": ")
            batch["status"] = status
            if problem:
                code, _, message = problem.partition(" ")
                batch["errors"] = {"object": "list", "data": [{"code": code, "message": message}]}
            for each in ("output_file_id", "error_file_id"):
                batch[each] = batch.get(f"later_{each}")
        elif batch["status"] == "validating":
            batch["status"] = "in_progress"
        return _json(self._shown(batch))

    def _list(self, query: Any) -> web.StreamResponse:  # noqa: ANN401 - aiohttp's mapping
        if self.listing[:3].isdigit():
            return _json({"error": {"message": "there is no list"}}, int(self.listing))
        newest_first = self.batches[::-1]
        names = [batch["id"] for batch in newest_first]
        begin = names.index(query["after"]) + 1 if "after" in query else 0
        end = begin + min(self.page, int(query.get("limit", 20)))
        shown = [self._shown(batch) for batch in newest_first[begin:end]]
        if self.listing == "without metadata":
            shown = [{**batch, "metadata": None} for batch in shown]
        return _json({"object": "list", "data": shown, "has_more": end < len(names)})

    def _shown(self, batch: dict[str, Any]) -> dict[str, Any]:
        hidden = ("ending", "total", "later_output_file_id", "later_error_file_id")
        done = min(batch["total"], self._looked[batch["id"]])
        counts = {"total": batch["total"], "completed": done, "failed": 0}
        return {name: value for name, value in batch.items() if name not in hidden} | {"request_counts": counts}

    def application(self) -> web.Application:
        application = web.Application(client_max_size=2**28)
        application.router.add_route("*", "/v1/{path:.*}", self.handle)
        return application


def _json(value: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(value, status=status)


async def _start(application: web.Application) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, runner.addresses[0][1]


@contextmanager
def serve_batches(server: BatchServer) -> Iterator[BatchServer]:
    """Serve on a free port of the loopback network, in a thread, until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(_start(server.application()), loop).result()
    server.address = f"http://127.0.0.1:{port}/v1"
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def batch_server_process() -> Iterator[str]:
    """A server in a process of its own; its address. ``/control`` resets it, and tells and sets what the tests need."""
    command = [sys.executable, "-m", "tests.batch_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.terminate()


async def _run() -> None:
    server = BatchServer()

    async def control(request: web.Request) -> web.StreamResponse:
        told = await request.json()
        if told.get("reset"):
            server.reset()
        server.kill_at = told.get("kill_at")
        server.listing = told.get("listing", server.listing)
        return _json({"paid": server.paid, "points": server.points, "batches": len(server.batches)})

    application = server.application()
    application.router.add_post("/control", control)
    _, port = await _start(application)
    print(port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run())
