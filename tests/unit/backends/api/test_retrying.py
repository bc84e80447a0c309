from __future__ import annotations

import email.utils
import itertools
import time
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.api.failures import Unusable
from pytest_haerae.backends.api.retrying import Waits, asked_wait, refuse_long_wait, retrying, wait_of


class Status(Exception):  # noqa: N818 - what a client raises
    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(f"status {status}")
        self.status_code = status
        self.response = SimpleNamespace(headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "120", "retry-after": "9"}, 0.12),
        ({"retry-after": "86400"}, 86400.0),
        ({"retry-after": "1000000000"}, 1e9),
        ({"retry-after": "9" * 400}, float("inf")),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Fri, 31 Dec 99999 23:59:59 GMT"}, None),
        ({"retry-after-ms": "nan"}, None),
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
        asyncio.run(retrying(2, Waits())(fail, asked, Status(429, retry_after_ms="60")))
    assert len(asked) == 3
    assert all(later - earlier >= 0.06 for earlier, later in itertools.pairwise(asked))
    asked.clear()
    with pytest.raises(Status, match="status 401"):
        asyncio.run(retrying(5, Waits())(fail, asked, Status(401)))
    assert len(asked) == 1


@pytest.mark.parametrize("asked", ["601", "1000000000", "9" * 400])
def test_e5_a_wait_beyond_all_patience_is_an_error_that_says_so(asked: str) -> None:
    with pytest.raises(Unusable, match=r"asks to wait (601|1000000000|inf) s \(Retry-After\), and no wait is longer"):
        refuse_long_wait(Status(429, retry_after=asked))


def test_a_wait_within_patience_is_waited() -> None:
    refuse_long_wait(Status(429, retry_after="600"))
    refuse_long_wait(Status(429))
    refuse_long_wait(Status(400, retry_after="1000000000"))


def test_the_wait_is_found_where_a_client_keeps_it() -> None:
    inner = Status(429, Retry_After="7")
    outer = RuntimeError("wrapped")
    outer.__cause__ = inner
    assert wait_of(outer) == 7
    kept = RuntimeError("wrapped")
    kept.litellm_response_headers = {"retry-after": "8"}  # type: ignore[attr-defined]
    assert wait_of(kept) == 8
    assert wait_of(RuntimeError()) is None


def test_e5_a_wait_is_shown_once_for_all_that_wait(capsys: pytest.CaptureFixture[str]) -> None:
    waits = Waits()
    assert waits.describe() is None
    for seconds in ("0.2", "40", "30", "40"):
        error = Status(429, retry_after=seconds)
        state: Any = SimpleNamespace(outcome=SimpleNamespace(exception=lambda error=error: error), attempt_number=1)
        assert float(seconds) <= waits.wait(state) <= float(seconds) + 0.1
    assert capsys.readouterr().err == "haerae: the server asks to wait 40 s (Retry-After); waiting\n"
    assert waits.describe() == "the server asked to wait 3 times (Retry-After), 40 s at most"


def test_what_is_not_worth_another_attempt_gets_none() -> None:
    import asyncio

    asked: list[float] = []
    policy = retrying(5, Waits(), lambda error, attempt: attempt < 2)
    with pytest.raises(Status):
        asyncio.run(policy(fail, asked, Status(500, retry_after_ms="1")))
    assert len(asked) == 2
