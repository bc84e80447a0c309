"""The short way against the client's own: the same bytes go out, and what comes of any answer is the same."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import openai
import pytest

from pytest_haerae.backends.api.direct import Direct
from pytest_haerae.backends.api.door import ACCEPTED, hooks
from pytest_haerae.backends.api.failures import hopeless, lost, may_pass, status_of, unreachable, worded
from pytest_haerae.backends.api.retrying import wait_of
from pytest_haerae.testing import completion

KEY = "sk-0123456789abcdefghij"
SOUND = json.dumps(completion("정답: (가)"), ensure_ascii=False).encode()
BODY = {"model": "m", "messages": [{"role": "user", "content": '가"\n\u2028'}], "temperature": 0.0}


def http(
    body: bytes, status: str = "200 OK", kind: str = "application/json", length: int | None = None, **more: str
) -> bytes:
    headers = {"Content-Type": kind, "Content-Length": str(len(body) if length is None else length)}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


class Seen(NamedTuple):
    head: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Answers the first request soundly and each later one as it is told, then closes where bytes are missing."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.seen: list[Seen] = []
        self.address = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            self.seen.append(Seen(first, headers, await reader.readexactly(int(headers["content-length"]))))
            given = self.answers[min(len(self.seen), len(self.answers)) - 1]
            writer.write(given.replace(b"ADDRESS", self.address.encode()))
            await writer.drain()
            if not given.startswith(b"HTTP/1.1") or b"\r\n\r\n" not in given or b": close" in given:
                break
        writer.close()


async def ask(server: Server, bodies: list[dict[str, Any]], short: bool) -> list[Any]:
    """What comes of bodies in turn: the JSON, or the error."""
    listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    transport = openai.DefaultAioHttpClient(event_hooks=hooks())
    client = openai.AsyncOpenAI(
        api_key=KEY, base_url=f"{server.address}/v1", max_retries=0, default_headers=ACCEPTED, http_client=transport
    )
    direct = Direct(client)
    if not short:
        direct._shortcuts["/chat/completions"] = None
    found: list[Any] = []
    for body in bodies:
        try:
            async with asyncio.timeout(20):
                found.append(await direct.post("/chat/completions", body))
        except Exception as error:
            found.append(error)
    await direct.close()
    await client.close()
    listener.close()
    assert short or not direct._sessions
    return [*found, [path for path, way in direct._shortcuts.items() if way]]


def both(answers: list[bytes], count: int = 2) -> tuple[tuple[Server, list[Any]], tuple[Server, list[Any]]]:
    """Two runs over the same answers: by the short way, and by the client's."""
    runs = []
    for short in (True, False):
        server = Server(*answers)
        *found, ways = asyncio.run(ask(server, [BODY] * count, short))
        runs.append((server, found))
        assert not (ways and not short)
    return runs[0], runs[1]


def described(found: Any) -> Any:  # noqa: ANN401 - JSON or an error
    """All that anybody asks of an error, or the JSON itself."""
    if not isinstance(found, Exception):
        return found
    judges: list[Callable[[Exception], Any]] = [status_of, worded, may_pass, wait_of, lost, unreachable]
    return [type(found), *(judge(found) for judge in judges), hopeless(found, proven=False), getattr(found, "body", 0)]


def test_the_short_way_sends_what_the_client_sends() -> None:
    (short, found), (long, _) = both([http(SOUND)], 3)
    assert found == [json.loads(SOUND)] * 3
    assert {seen.head for seen in short.seen} == {"POST /v1/chat/completions HTTP/1.1"}
    assert {seen.body for seen in short.seen} == {long.seen[-1].body}
    hosts = [seen.headers.pop("host") for seen in [*short.seen, *long.seen]]
    assert len(set(hosts)) == 2
    assert all(seen.headers == long.seen[0].headers for seen in [*short.seen, *long.seen])
    assert long.seen[0].headers["authorization"] == f"Bearer {KEY}"


REFUSED = json.dumps({"error": {"message": "no such model", "code": "x", "param": "model"}}).encode()
ANSWERS: dict[str, bytes] = {
    "refused": http(REFUSED, "400 Bad Request"),
    "a key that is none": http(REFUSED, "401 Unauthorized"),
    "not found, in words": http(b"nothing here", "404 Not Found", "text/plain"),
    "too many": http(REFUSED, "429 Too Many Requests", Retry_After="7"),
    "too many, in milliseconds": http(b"", "429 Too Many Requests", Retry_After_Ms="1500"),
    "out of quota": http(b'{"error": {"code": "insufficient_quota"}}', "429 Too Many Requests"),
    "fails": http(b"<html>", "500 Internal Server Error", "text/html"),
    "overloaded": http(b"", "503 Service Unavailable", Retry_After="3"),
    "a page": http(b"<html>Sign in</html>", kind="text/html"),
    "a page called JSON": http(b"<html>Sign in</html>"),
    "events": http(b"data: {}\n\n", kind="text/event-stream"),
    "JSON without its name": http(SOUND, kind="text/plain; charset=utf-8"),
    "JSON in EUC-KR": http('{"a": "가"}'.encode("euc-kr"), kind="text/plain; charset=euc-kr"),
    "JSON in UTF-16": http('{"a": "가"}'.encode("utf-16")),
    "another kind of JSON": http(SOUND, kind="application/problem+json; charset=utf-8"),
    "no kind": http(SOUND, kind=""),
    "nothing": http(b""),
    "null": http(b"null"),
    "a text": http(b'"text"'),
    "half of it": http(SOUND[:-5]),
    "no UTF-8": http(b'{"a": "\xff"}'),
    "too deep": http(b"[" * 100_000),
    "a long number": http(b"9" * 5000),
    "no content": http(b"", "204 No Content"),
    "created": http(SOUND, "201 Created"),
    "packed": http(gzip.compress(SOUND), Content_Encoding="gzip"),
    "packed badly": http(SOUND, Content_Encoding="gzip"),
    "packed as nobody asked": http(SOUND, Content_Encoding="br"),
    "packed and refused": http(gzip.compress(REFUSED), "400 Bad Request", Content_Encoding="gzip"),
    "a cookie": http(SOUND, Set_Cookie="a=b"),
    "breaks off at once": b"",
    "breaks off in the head": http(SOUND)[:30],
    "breaks off in the body": http(SOUND[:20], length=len(SOUND), Connection="close"),
    "no HTTP": b"220 mail.example ESMTP\r\n\r\n",
    "a status that is none": b"HTTP/1.1 OK\r\nConnection: close\r\n\r\n",
    "a header that is none": b"HTTP/1.1 200 OK\r\nConnection: close\r\nno header\r\n\r\n",
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_comes_of_an_answer_is_what_the_client_makes_of_it(kind: str) -> None:
    (short, found), (long, expected) = both([http(SOUND), ANSWERS[kind]])
    assert [described(each) for each in found] == [described(each) for each in expected]
    assert len(short.seen) == len(long.seen) == 2


@pytest.mark.parametrize("there", ["ADDRESS/v1/elsewhere", "http://other.invalid/v1"])
def test_redirects_are_the_clients_to_follow(there: str) -> None:
    moved = http(b"", "307 Temporary Redirect", Location=there)
    # The short way asks once, and the client once more: nothing was answered yet.
    (short, found), (long, expected) = (
        both([http(SOUND), *again, http(SOUND)])[which] for which, again in ((0, [moved] * 2), (1, [moved]))
    )
    assert [described(each) for each in found] == [described(each) for each in expected]
    assert len(short.seen) == len(long.seen) + 1
    assert all(seen.headers["authorization"] == f"Bearer {KEY}" for seen in short.seen)


def ways(*answers: bytes, count: int = 1) -> list[str]:
    """The endpoints that are asked by the short way after some answers."""
    found: list[str] = asyncio.run(ask(Server(*answers), [BODY] * count, short=True))[-1]
    return found


def test_an_endpoint_is_asked_by_the_short_way_after_a_plain_answer() -> None:
    assert ways(http(SOUND)) == ["/chat/completions"]


@pytest.mark.parametrize(
    "answers",
    [
        [http(REFUSED, "400 Bad Request")],
        [http(SOUND, Set_Cookie="a=b")],
        [http(gzip.compress(SOUND), Content_Encoding="gzip")],
        [http(b"", "307 Temporary Redirect", Location="ADDRESS/v1/elsewhere"), http(SOUND)],
    ],
)
def test_what_is_the_clients_own_affair_stays_with_it(answers: list[bytes]) -> None:
    assert ways(*answers) == []


@pytest.mark.parametrize("later", [http(SOUND, Set_Cookie="a=b"), http(b"", "308 Permanent Redirect", Location="/v2")])
def test_the_short_way_is_left_for_good_where_the_server_asks_for_more(later: bytes) -> None:
    assert ways(http(SOUND), later, http(SOUND), count=4) == []


def test_whoever_reads_the_clients_log_has_it_ask(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert ways(http(SOUND)) == []


@pytest.mark.parametrize(("none", "expected"), [("localhost,127.0.0.1", 1), ("localhost", 0)])
def test_a_proxy_is_the_clients_to_find(monkeypatch: pytest.MonkeyPatch, none: str, expected: int) -> None:
    """The server is its own proxy here: it answers whatever it is asked."""
    server = Server(http(SOUND))
    monkeypatch.setenv("no_proxy", none)

    async def run() -> list[Any]:
        listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
        found = await ask(server, [BODY] * 2, short=True)
        listener.close()
        return found

    *answers, found = asyncio.run(run())
    assert answers == [json.loads(SOUND)] * 2
    assert len(found) == expected
    assert all(seen.head.startswith("POST http://" if not expected else "POST /v1") for seen in server.seen)


def test_a_body_that_is_no_json_is_refused_in_the_clients_words() -> None:
    bad: list[dict[str, Any]] = [{"a": float("nan")}, {"a": "\ud800"}, {"a": {1, 2}}]
    found, expected = (asyncio.run(ask(Server(http(SOUND)), [BODY, *bad], short))[:-1] for short in (True, False))
    assert all(isinstance(each, Exception) for each in found[1:])
    assert [(type(each), str(each)) for each in found] == [(type(each), str(each)) for each in expected]
