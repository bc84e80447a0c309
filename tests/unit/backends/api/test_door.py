from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from pytest_haerae.backends.api.door import hooks, parsed, read_bounded
from pytest_haerae.backends.api.failures import MalformedAnswer, NotAnApi, Unusable, WrongShape


async def pieces(body: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def read(body: bytes, encoding: str = "", longest: int = 100_000) -> bytes:
    return asyncio.run(read_bounded(pieces(body), encoding, longest))


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(size >> 20)), packer.flush()])


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "x-gzip", " GZIP "])
def test_a_body_is_given_as_it_was_sent(encoding: str) -> None:
    body = json.dumps({"text": "가" * 5000}).encode()
    sent = gzip.compress(body) if "gzip" in encoding.lower() else body
    assert read(sent, encoding) == sent


def test_e4_a_body_without_end_is_left_at_the_limit() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1000
            yield bytes(1000)

    with pytest.raises(Unusable, match="longer than"):
        asyncio.run(read_bounded(endless(), "", 100_000))
    assert taken <= 101_000


def test_e4_a_small_body_that_unpacks_to_a_large_one_is_refused() -> None:
    packed = bomb(64 << 20)
    assert len(packed) < 100_000
    with pytest.raises(Unusable, match="longer than"):
        read(packed, "gzip")


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate"])
def test_a_packing_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(Unusable, match="not asked for"):
        read(b"x", encoding)


def test_what_is_no_gzip_is_no_api() -> None:
    with pytest.raises(NotAnApi):
        read(b"no gzip at all", "gzip")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!DOCTYPE html><html>", "a page of HTML"),
        (b"\n <html>", "a page of HTML"),
        (b'data: {"choices": []}', "a stream of events"),
        (b"event: message", "a stream of events"),
        (b": ping\n", "a stream of events"),
        (b"OK", "a text"),
        (b"", "an empty body"),
        (b"\xff\xfe", "a text"),
    ],
)
def test_e2_what_no_api_sends_is_named(body: bytes, kind: str) -> None:
    with pytest.raises(NotAnApi, match=f"no JSON but {kind}"):
        parsed(body)


def test_json_that_breaks_off_is_no_page() -> None:
    with pytest.raises(MalformedAnswer) as caught:
        parsed(b'{"choices": [')
    assert not isinstance(caught.value, NotAnApi)


@pytest.mark.parametrize("body", ["[" * 200_000, '{"a": ' + "9" * 5000 + "}"])
def test_json_that_no_program_reads_is_an_error_and_no_crash(body: str) -> None:
    with pytest.raises(WrongShape):
        parsed(body)


def ask(answers: dict[str, httpx.Response], headers: dict[str, str] | None = None) -> tuple[Any, list[httpx.Request]]:
    """Ask the first of some addresses, through the hooks; what came of it, and what was asked of whom."""
    asked: list[httpx.Request] = []
    seen: list[bytes] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers[str(request.url)]

    async def run() -> Any:  # noqa: ANN401 - any JSON
        transport = httpx.MockTransport(handle)
        async with httpx.AsyncClient(
            transport=transport, event_hooks=hooks(seen.append), follow_redirects=True
        ) as client:
            answer = await client.post(next(iter(answers)), json={}, headers=headers)
            return answer.json()

    try:
        found: Any = asyncio.run(run())
    except Unusable as error:
        found = error
    else:
        assert list(map(json.loads, seen)) == [found]
    return found, asked


def test_the_answer_is_seen_and_still_there_for_the_client() -> None:
    found, asked = ask({"http://a/v1": httpx.Response(200, json={"x": 1})})
    assert found == {"x": 1}
    assert len(asked) == 1


@pytest.mark.parametrize("there", ["http://b/v1", "https://evil.example/v1", "http://a:81/v1", "//b/v1"])
def test_f1_keys_are_not_sent_on_to_another_host(there: str) -> None:
    answers = {"http://a/v1": httpx.Response(307, headers={"location": there})}
    found, asked = ask(answers, {"X-API-Key": "planted", "Authorization": "Bearer planted"})
    assert isinstance(found, Unusable)
    assert "redirects to another host" in str(found)
    assert [request.url.host for request in asked] == ["a"]


@pytest.mark.parametrize(
    ("there", "address"),
    [("/v1/", "http://a/v1/"), ("http://a:80/v2", "http://a/v2"), ("https://a/v1", "https://a/v1")],
)
def test_a_redirect_on_the_same_host_is_followed(there: str, address: str) -> None:
    answers = {
        "http://a/v1": httpx.Response(307, headers={"location": there}, json={}),
        address: httpx.Response(200, json={"x": 1}),
    }
    found, asked = ask(answers, {"X-API-Key": "planted"})
    assert found == {"x": 1}
    assert len(asked) == 2
