from __future__ import annotations

import errno
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.api.failures import (
    ErrorAnswer,
    MalformedAnswer,
    NotAnApi,
    Unusable,
    WrongShape,
    chain,
    hopeless,
    is_permanent,
    lost,
    may_pass,
    own_error,
    quota_gone,
    status_of,
    unreachable,
    unsendable,
    worded,
)


class Status(Exception):  # noqa: N818 - what a client raises
    def __init__(self, status: int, message: str = "", body: Any = None, **headers: str) -> None:  # noqa: ANN401
        super().__init__(message or f"status {status}")
        self.status_code = status
        self.body = body
        self.response = SimpleNamespace(headers={name.replace("_", "-"): value for name, value in headers.items()})


class APIConnectionError(Exception):
    """Named as the clients name theirs."""


class ServerDisconnectedError(Exception):
    """Named as aiohttp names its own."""


class BadStatusLine(Exception):  # noqa: N818 - as above
    """As above."""


def wrapped(error: BaseException) -> Exception:
    """As clients wrap the errors of their transports."""
    outer = APIConnectionError("Connection error.")
    outer.__cause__ = RuntimeError("between")
    outer.__cause__.__context__ = error
    return outer


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_what_may_pass_is_asked_again(status: int) -> None:
    assert may_pass(Status(status))
    assert not is_permanent(Status(status))
    assert not hopeless(Status(status), proven=False)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_is_permanent_is_not(status: int) -> None:
    assert is_permanent(Status(status))
    assert not may_pass(Status(status))


@pytest.mark.parametrize(
    "error", [APIConnectionError(), TimeoutError(), ConnectionResetError(), MalformedAnswer(), NotAnApi()]
)
def test_broken_connections_may_pass(error: Exception) -> None:
    assert may_pass(error)
    assert not is_permanent(error)


@pytest.mark.parametrize("error", [WrongShape("x"), Unusable("x"), wrapped(Unusable("x"))])
def test_what_would_come_again_is_not_asked_again(error: Exception) -> None:
    assert not may_pass(error)
    assert not is_permanent(error)


def test_a_mistake_of_this_program_is_neither() -> None:
    assert not may_pass(KeyError("x"))
    assert not is_permanent(KeyError("x"))
    assert not hopeless(KeyError("x"), proven=False)


CERTIFICATE = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
NO_TLS = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
NO_TLS.reason = "WRONG_VERSION_NUMBER"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "connection refused"),
        (OSError(errno.ECONNREFUSED, "Multiple exceptions"), "connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "unknown host"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), "unknown host"),
        (CERTIFICATE, "certificate"),
        (NO_TLS, "no TLS (https://) is spoken there (WRONG_VERSION_NUMBER)"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "host unreachable"),
        (BadStatusLine("x"), "no HTTP is spoken there"),
    ],
)
def test_e1_why_there_is_no_connection_is_said_in_words(error: Exception, words: str) -> None:
    for found in (error, wrapped(error), ExceptionGroup("all attempts", [error])):
        assert (unreachable(found) or "").startswith(words)
        assert worded(found).startswith(words)
        assert hopeless(found, proven=False)
    # Once something has succeeded it is for the retries: a server may be away for a moment.
    assert may_pass(wrapped(error))


@pytest.mark.parametrize("error", [ConnectionResetError(errno.ECONNRESET, "reset"), ServerDisconnectedError("x")])
def test_a_connection_that_broke_off_is_no_address_that_is_wrong(error: Exception) -> None:
    assert unreachable(wrapped(error)) is None
    assert lost(wrapped(error))
    assert not hopeless(wrapped(error), proven=False)
    assert worded(wrapped(error)) == "the connection broke off before the answer was whole"


@pytest.mark.parametrize(
    "error",
    [
        Status(429, "You exceeded your current quota", {"code": "insufficient_quota"}),
        Status(429, "insufficient_quota"),
        Status(402, "Insufficient Balance"),
        Status(400, "Your credit balance is too low to access the API"),
        Status(429, "You exceeded your current quota, please check your plan and billing details."),
        Status(403, "billing_not_active"),
        Status(429, "크레딧이 부족합니다"),
        ErrorAnswer("no money (insufficient_quota)"),
    ],
)
def test_e2_a_quota_that_is_gone_is_not_asked_again(error: Exception) -> None:
    assert quota_gone(error)
    assert not may_pass(error)
    assert hopeless(error, proven=True)
    assert "the quota is used up" in worded(error) or isinstance(error, ErrorAnswer)


@pytest.mark.parametrize(
    "error",
    [
        Status(429, "Rate limit reached"),
        Status(429, "You exceeded your current quota", retry_after="20"),
        Status(429, "You exceeded your current quota. Please retry in 20s."),
        ValueError("insufficient_quota"),
    ],
)
def test_a_limit_that_comes_back_is_no_quota_that_is_gone(error: Exception) -> None:
    assert not quota_gone(error)


@pytest.mark.parametrize(
    ("error", "first", "proven"),
    [
        (Status(401), True, True),
        (Status(402), True, True),
        (Status(404), True, False),
        (Status(405), True, False),
        (Status(400), False, False),
        (Status(403), False, False),
        (Status(422), False, False),
        (Status(500), False, False),
        (NotAnApi("x"), True, True),
        (wrapped(NotAnApi("x")), True, True),
        (ErrorAnswer("x"), True, True),
        (ErrorAnswer("x", 502), False, False),
        (ErrorAnswer("x", 401), True, True),
        (ErrorAnswer("x", within=True), False, False),
        (MalformedAnswer("half a body"), False, False),
        (Unusable("x"), True, True),
        (ValueError("Newline in headers"), True, True),
    ],
)
def test_what_no_other_request_fares_better_with(error: Exception, first: bool, proven: bool) -> None:
    assert hopeless(error, proven=False) is first
    assert hopeless(error, proven=True) is proven


def test_an_error_of_this_package_is_found_inside_a_clients() -> None:
    own = NotAnApi("a page")
    assert own_error(wrapped(own)) is own
    assert worded(wrapped(own)) == "a page"
    other = KeyError("x")
    assert own_error(other) is other


def test_a_chain_that_goes_in_a_circle_ends() -> None:
    one, other = ValueError("1"), ValueError("2")
    one.__cause__, other.__context__ = other, one
    assert list(chain(one)) == [one, other]


def test_a_status_is_a_number() -> None:
    assert status_of(Status(404)) == 404
    assert status_of(Exception()) is None
    odd = Exception()
    odd.status_code = "404"  # type: ignore[attr-defined]
    assert status_of(odd) is None
    assert not unsendable(odd)
