"""The loopback server of `api.py`: answers chat completions after a fixed latency, with as little work as may be."""

from __future__ import annotations

import argparse
import asyncio
import json

from aiohttp import web

ANSWER = json.dumps(
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


async def serve(latency: float) -> None:
    """Serve until the process is ended; the port is the first line of output."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        if latency:
            await asyncio.sleep(latency)
        return web.Response(body=ANSWER, content_type="application/json")

    application = web.Application()
    application.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    asyncio.run(serve(parser.parse_args().latency))
