from __future__ import annotations

import email.utils
import itertools
import time
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.api.retrying import MalformedAnswer, asked_wait, is_permanent, may_pass, retrying


class Status(Exception):  # noqa: N818 - what a client raises
    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(f"status {status}")
        self.status_code = status
        self.response = SimpleNamespace(headers={name.replace("_", "-"): value for name, value in headers.items()})


class APIConnectionError(Exception):
    """Named as the clients name theirs."""


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_what_may_pass_is_asked_again(status: int) -> None:
    assert may_pass(Status(status))
    assert not is_permanent(Status(status))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_is_permanent_is_not(status: int) -> None:
    assert is_permanent(Status(status))
    assert not may_pass(Status(status))


@pytest.mark.parametrize("error", [APIConnectionError(), TimeoutError(), ConnectionResetError(), MalformedAnswer()])
def test_broken_connections_may_pass(error: Exception) -> None:
    assert may_pass(error)
    assert not is_permanent(error)


def test_a_mistake_of_this_program_is_neither() -> None:
    assert not may_pass(KeyError("x"))
    assert not is_permanent(KeyError("x"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "120", "retry-after": "9"}, 0.12),
        ({"retry-after": "86400"}, 600.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "x"}, None),
    ],
)
def test_the_wait_is_the_servers(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds


def test_the_wait_may_be_a_date() -> None:
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    assert asked_wait({"retry-after": date}) == pytest.approx(30, abs=2)


async def fail(asked: list[float], error: Exception) -> Any:  # noqa: ANN401 - never returns
    asked.append(time.monotonic())
    raise error


def test_attempts_end_with_the_error_itself_and_keep_to_the_wait() -> None:
    import asyncio

    asked: list[float] = []
    with pytest.raises(Status, match="status 429"):
        asyncio.run(retrying(2)(fail, asked, Status(429, retry_after_ms="60")))
    assert len(asked) == 3
    assert all(later - earlier >= 0.06 for earlier, later in itertools.pairwise(asked))
    asked.clear()
    with pytest.raises(Status, match="status 401"):
        asyncio.run(retrying(5)(fail, asked, Status(401)))
    assert len(asked) == 1
