"""The loopback server of `api.py`: answers chat completions after a fixed latency, with as little work as may be.

It speaks no more HTTP than the contenders do: requests on connections that are kept, each with its length.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re

BODY = json.dumps(
    {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "지문의 내용과 맞는 것을 고르면 정답은 (B)입니다."},
            }
        ],
        "usage": {"prompt_tokens": 120, "completion_tokens": 18, "total_tokens": 138},
    },
    ensure_ascii=False,
).encode()
HEAD = f"HTTP/1.1 200 OK\r\nserver: benchmark\r\ncontent-type: application/json\r\ncontent-length: {len(BODY)}\r\n\r\n"
ANSWER = HEAD.encode() + BODY
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


class Answering(asyncio.Protocol):
    """One connection: each request is answered once it is whole and the latency has passed."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._received = b""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are written to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP's own
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is whole, keep the rest."""
        self._received += data
        while (head := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, head + 2)
            end = head + 4 + (int(length[1]) if length else 0)
            if len(self._received) < end:
                return
            self._received = self._received[end:]
            if self._latency:
                self._loop.call_later(self._latency, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(ANSWER)


async def serve(latency: float) -> None:
    """Serve until the process is ended; the port is the first line of output."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(latency), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    asyncio.run(serve(parser.parse_args().latency))
