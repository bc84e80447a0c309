"""Servers that stall, lie about what they send, or are none."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

import asyncio
import base64
import json
import zlib
from typing import Any
from urllib.parse import quote

from tests.e2e.hostile.attack import ESCAPES, NASTY, SECRET, Attack, Result
from tests.e2e.hostile.server import Behaviour, Exchange

KEY = {"OPENAI_API_KEY": SECRET}


def asked(name: str, server: Behaviour, says: str, *more: str, backend: str = "openai", **fields: Any) -> Attack:
    """An attack on a run that asks a server; it is refused in one line after one request unless said otherwise."""
    parameters = {"model_name": "openai/m" if backend == "litellm" else "m", "api_base": "{api}", "timeout": 2}
    parameters |= {"max_retries": 2, "max_concurrency": 2, **fields.pop("parameters", {})}
    command = ("pytest", f"--model={backend}", f"--model-params={json.dumps(parameters)}", *more)
    values: dict[str, Any] = {"code": 4, "requests": 1, "environment": KEY, **fields}
    return Attack(name=name, command=command, says=says, server=server, **values)


async def drip(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
    while True:
        await asyncio.sleep(0.2)
        await exchange.raw(b" ")


async def drip_of_headers(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\n")
    while True:
        await asyncio.sleep(0.2)
        await exchange.raw(b"X-More: 1\r\n")


async def endless(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await exchange.raw(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


async def endless_headers(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.raw(b"X-More: " + b"m" * 1000 + b"\r\n")


async def bomb(exchange: Exchange) -> None:
    """A megabyte that becomes a gigabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b'{"id": "') + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush what follows depends on nothing before it, so that it can be repeated.
    piece = packer.compress(b" " * (1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    await exchange.send(head + piece * 64, Content_Encoding="gzip")


async def another_encoding(exchange: Exchange) -> None:
    await exchange.send(json.dumps(exchange.sound()).encode(), Content_Encoding="gzip")


async def silence(exchange: Exchange) -> None:
    await asyncio.sleep(3600)


async def hang_up(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def shorter(exchange: Exchange) -> None:
    await exchange.send(b'{"id": "x", "choices": [', length=500)


async def longer(exchange: Exchange) -> None:
    body = json.dumps(exchange.sound()).encode()
    await exchange.send(body, length=len(body) // 2)


async def no_http(exchange: Exchange) -> None:
    await exchange.raw(b"SSH-2.0-OpenSSH_9.6 " + ESCAPES.encode() + b"\r\n")


async def redirect(exchange: Exchange) -> None:
    """To the same server by another name: another host, as far as a client can tell."""
    if "elsewhere" in exchange.path:
        await exchange.json(exchange.sound())
        return
    elsewhere = exchange.address.replace("127.0.0.1", "localhost") + "/elsewhere"
    await exchange.send(b"", "307 Temporary Redirect", Location=elsewhere)


async def circle(exchange: Exchange) -> None:
    await exchange.send(
        b"", "307 Temporary Redirect", Location=f"{exchange.address}/chat/completions?{exchange.earlier}"
    )


def refusing(status: str, message: str, **more: str) -> Behaviour:
    return lambda exchange: exchange.error(status, message, **more)


def sending(body: str, kind: str, status: str = "200 OK", **more: Any) -> Behaviour:
    return lambda exchange: exchange.send(body.encode(), status, kind, **more)


def echo() -> str:
    """The key in every form that a server may repeat it in."""
    encoded = base64.b64encode(f"key:{SECRET}".encode()).decode()
    return f"you sent {SECRET}, that is {quote(SECRET, safe='')} or {encoded}{NASTY}"


def without_keys_elsewhere(result: Result) -> None:
    assert result.server
    for exchange in result.server.exchanges:
        if "localhost" in exchange.headers["host"]:
            assert SECRET not in json.dumps(dict(exchange.headers)), exchange.headers


def first_error(result: Result) -> None:
    assert set(result.outcomes()) == {"e"}


BEYOND: dict[str, Any] = {"parameters": {"timeout": 20, "max_retries": 0}}
"""Time enough for the limit on bytes to be what ends it."""
WAITS: dict[str, Any] = {"code": 1, "requests": 18, "parameters": {"timeout": 1, "max_retries": 0}}
SERVERS = (
    asked("a byte every 0.2 s", drip, "(?i)time|s passed|longer", **WAITS),
    asked("a header every 0.2 s", drip_of_headers, "(?i)time|s passed|longer", **WAITS),
    asked("no answer at all", silence, "(?i)time", **WAITS),
    asked(
        "a body without end",
        endless,
        "(?i)byte|MB|MiB|long|large",
        **BEYOND,
    ),
    asked("headers without end", endless_headers, "(?i)header|HTTP|large|long|line", **{**WAITS, "code": 4}),
    asked("a gzip bomb", bomb, "(?i)byte|MB|MiB|long|large", **BEYOND),
    asked(
        "a gzip bomb, through litellm",
        bomb,
        "(?i)byte|MB|MiB|long|large",
        backend="litellm",
        **BEYOND,
    ),
    asked("text that is called gzip", another_encoding, "(?i)encod|compress|decod|gzip|JSON|HTTP", code=4, requests=20),
    asked(
        "a connection that is closed",
        hang_up,
        "(?i)connection|closed|lost|reset",
        code=1,
        requests=18,
        parameters={"max_retries": 0},
    ),
    asked(
        "fewer bytes than announced",
        shorter,
        "(?i)connection|closed|lost|payload|JSON",
        code=1,
        requests=18,
        parameters={"max_retries": 0},
    ),
    asked("more bytes than announced", longer, "no HTTP", parameters={"max_retries": 0}),
    asked("another protocol", no_http, "no HTTP"),
    asked(
        "a redirect to another host", redirect, "redirect|307|another host", requests=1, expect=without_keys_elsewhere
    ),
    asked(
        "a redirect to another host, with a header of one's own",
        redirect,
        "redirect|307|another host",
        parameters={"extra_headers": {"X-API-Key": SECRET}},
        expect=without_keys_elsewhere,
    ),
    asked(
        "a redirect to another host, through litellm",
        redirect,
        "redirect|307|another host",
        backend="litellm",
        expect=without_keys_elsewhere,
    ),
    asked("redirects in a circle", circle, "(?i)redirect|307", requests=25),
    asked("a page", sending(f"<html><title>{NASTY}</title>Sign in</html>", "text/html"), "HTML"),
    asked("a page, through litellm", sending("<html>Sign in</html>", "text/html"), "HTML", backend="litellm"),
    asked("a stream of events", sending('data: {"choices": []}\n\n', "text/event-stream"), "events?"),
    asked("200 with an error", refusing("200 OK", f"no such deployment{NASTY}"), "no such deployment"),
    asked(
        "nothing, with 204", sending("", "application/json", "204 No Content"), "JSON|empty|no answer|204", requests=20
    ),
    asked(
        "a quota that is used up",
        refusing(
            "429 Too Many Requests",
            "You exceeded your current quota",
            type="insufficient_quota",
            code="insufficient_quota",
        ),
        "quota",
    ),
    asked(
        "a wait of thirty years",
        lambda exchange: exchange.json({}, "429 Too Many Requests", Retry_After="1000000000"),
        "1000000000",
    ),
    asked(
        "a wait that is no number",
        lambda exchange: exchange.json({}, "429 Too Many Requests", Retry_After=f"-5, inf, {ESCAPES!r}"),
        "429",
        code=1,
        requests=40,
        parameters={"max_retries": 1},
    ),
    asked("the key, echoed by a refusal", refusing("401 Unauthorized", echo()), r"you sent \*\*\*"),
    asked(
        "the key, echoed by a refusal of each item",
        lambda exchange: (
            exchange.error("400 Bad Request", echo()) if exchange.number == 3 else exchange.json(exchange.sound())
        ),
        r"you sent \*\*\*",
        code=1,
        requests=8,
    ),
    asked(
        "the key, echoed by the model",
        lambda exchange: exchange.json(
            {
                **exchange.sound(),
                "choices": [{"index": 0, "message": {"role": "assistant", "content": f"{echo()} (B)"}}],
            }
        ),
        "6 |wrong|invalid|right|passed",
        "-rA",
        "-vv",
        "--report-html=r.html",
        "--report-md=r.md",
        code=0,
        requests=6,
    ),
)
