"""What a failure of an API means: nothing usable is there, this one request was refused, or it may pass."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator

PASSING = frozenset({408, 409, 429})
"""Statuses below 500 that the same request may not get again."""
_OF_WHO_ASKS = frozenset({401, 402, 407})
"""Statuses that say something of key or account, never of one request."""
_OF_THE_ADDRESS = frozenset({404, 405, 410})
"""Statuses that say, before any answer, that there is no such model or no API at this address."""
_QUOTA_GONE = re.compile(
    r"insufficient[_ ](?:user[_ ])?(?:quota|balance|credits?|funds)|billing_(?:hard_limit|not_active)|credit balance"
    r"|out of credits|quota_exhausted|(?:잔액|크레딧)[이가은는]? ?(?:부족|없)",
    re.IGNORECASE,
)
_QUOTA_OR_RATE = re.compile(r"exceeded your current quota", re.IGNORECASE)
"""OpenAI's words for a quota that is gone; Google's, too, for a minute's rate, and then they say when to come back."""
_COMES_BACK = re.compile(r"retry[_ -]?(?:delay|in|after)", re.IGNORECASE)

_ERRNOS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ENETUNREACH: "host unreachable",
    errno.EHOSTUNREACH: "host unreachable",
}
_NO_HTTP = frozenset({"BadStatusLine", "BadHttpMessage", "InvalidHeader", "LineTooLong"})
"""What aiohttp calls an answer that is no HTTP."""


class MalformedAnswer(Exception):  # noqa: N818 - names what came
    """The server answered 200 with something that is no answer: half a body, no choices."""


class NotAnApi(MalformedAnswer):
    """The server answered 200 with something that no API of this kind sends: a page, a stream of events."""


class ErrorAnswer(MalformedAnswer):
    """An error that came with status 200.

    Args:
        message: What the server says.
        status_code: The HTTP status that the error names, None where it names none.
        within: Whether it stands inside a choice: an API that breaks off, as opposed to none.
    """

    def __init__(self, message: str, status_code: int | None = None, *, within: bool = False) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.within = within


class WrongShape(Exception):  # noqa: N818 - names what came
    """An answer with a value of a kind that it cannot be: the same request would get it again."""


class Unusable(Exception):  # noqa: N818 - names what came
    """What a client refuses to take or to follow: a body without end, a redirect to another host, a wait of years."""


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, what it was made of, and so on, each once; the members of a group, too."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting += [current.__context__, current.__cause__]


def status_of(error: BaseException) -> int | None:
    """The HTTP status of an API error, None for one without an answer."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def stated_status(error: BaseException) -> int | None:
    """The status that an error is about: the one that an `ErrorAnswer` names, or else its HTTP status."""
    own = own_error(error)
    return status_of(own if isinstance(own, ErrorAnswer) else error)


def own_error(error: BaseException) -> BaseException:
    """The error of this package that a client wrapped into one of its own; the error itself where there is none."""
    own = (MalformedAnswer, WrongShape, Unusable)
    return next((each for each in chain(error) if isinstance(each, own)), error)


def unreachable(error: BaseException) -> str | None:
    """Why no connection could be had, in the words that are promised; None where one could, or may be had later."""
    # The innermost first: clients word the errors of their transports anew.
    found = (_no_connection(each) for each in reversed(list(chain(error))))
    return next((words for words in found if words is not None), None)


def _no_connection(error: BaseException) -> str | None:
    kind = type(error).__name__
    words = _ERRNOS.get(error.errno or 0) if isinstance(error, OSError) else None
    if isinstance(error, socket.gaierror) or kind == "ClientConnectorDNSError":
        words = "unknown host"
    elif isinstance(error, ssl.SSLCertVerificationError):
        words = f"certificate: {getattr(error, 'verify_message', '') or error}"
    # A client's own error of this kind has no reason, and the one that it was made of follows in the chain.
    elif isinstance(error, ssl.SSLError) and getattr(error, "reason", None):
        words = f"no TLS (https://) is spoken there ({error.reason})"
    elif kind in _NO_HTTP or (kind == "RemoteProtocolError" and "illegal" in str(error).lower()):
        words = "no HTTP is spoken there"
    elif kind == "TooManyRedirects":
        words = "the server redirects in a circle"
    return words


def lost(error: BaseException) -> bool:
    """Whether a connection broke off; some clients call that a timeout."""
    names = {"ServerDisconnectedError", "ClientPayloadError", "IncompleteRead", "RemoteProtocolError", "ReadError"}
    return any(isinstance(each, ConnectionError) or type(each).__name__ in names for each in chain(error))


def unsendable(error: BaseException) -> bool:
    """Whether the request could not even be written: a header or an address that is none."""
    names = {"LocalProtocolError", "InvalidURL", "UnsupportedProtocol", "InvalidUrlClientError", "UnicodeEncodeError"}
    return any(
        type(each).__name__ in names or (isinstance(each, ValueError) and "header" in str(each).lower())
        for each in chain(error)
    )


def quota_gone(error: BaseException) -> bool:
    """Whether an account's money or quota is used up: no wait brings it back."""
    said = " ".join([str(error), *(str(getattr(each, "body", "") or "") for each in chain(error))])
    status = status_of(error)
    if not isinstance(own_error(error), ErrorAnswer) and (status is None or status < 400):  # noqa: PLR2004 - errors
        return False
    if _QUOTA_GONE.search(said):
        return True
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    comes_back = "retry-after" in {name.lower() for name in headers} or _COMES_BACK.search(said)
    return bool(_QUOTA_OR_RATE.search(said)) and not comes_back


def may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed later: rate limits, conflicts, server errors, broken connections.

    Statuses as in the `openai` client (version 3, `_should_retry`): 408, 409, 429 and all from 500 on.
    """
    own = own_error(error)
    if isinstance(own, WrongShape | Unusable) or unsendable(error) or quota_gone(error):
        return False
    status = stated_status(error)
    if isinstance(own, MalformedAnswer):
        return status is None or _passing(status)
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, ConnectionError | TimeoutError) or names & {
        "APIConnectionError",
        "APITimeoutError",
        "Timeout",
    }:
        return True
    return status is not None and _passing(status)


def _passing(status: int) -> bool:
    return status in PASSING or status >= 500  # noqa: PLR2004 - HTTP's server errors


def is_permanent(error: BaseException) -> bool:
    """Whether the server refused the request itself."""
    status = stated_status(error)
    return status is not None and not may_pass(error) and status >= 400  # noqa: PLR2004 - HTTP's client errors


def hopeless(error: BaseException, *, proven: bool) -> bool:
    """Whether no other request will fare better, where nothing has succeeded yet.

    Args:
        error: What came of a request.
        proven: Whether this model answered in an earlier part of this run: its address is right then.
    """
    own = own_error(error)
    if isinstance(own, NotAnApi | Unusable) or (
        isinstance(own, ErrorAnswer) and own.status_code is None and not own.within
    ):
        return True
    if unreachable(error) or unsendable(error) or quota_gone(error):
        return True
    status = stated_status(error)
    return status in _OF_WHO_ASKS or (status in _OF_THE_ADDRESS and not proven)


def worded(error: BaseException) -> str:
    """An error in words: what is known of it, or else its kind and its own words."""
    if reason := unreachable(error):
        return reason
    own = own_error(error)
    if own is not error or isinstance(own, MalformedAnswer | WrongShape | Unusable):
        return str(own)
    if isinstance(error, TimeoutError):
        return str(error) or "no answer in time"
    if status_of(error) is None and lost(error):
        return "the connection broke off before the answer was whole"
    words = f"{type(error).__name__}: {error}"
    return f"the quota is used up: {words}" if quota_gone(error) else words
