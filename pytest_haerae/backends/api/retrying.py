"""Which failures of an API may pass, how long to wait for them, and what ends a run."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

PASSING = frozenset({408, 409, 429})
"""Statuses below 500 that the same request may not get again."""
_LONGEST_WAIT = 600.0
"""Seconds that a server's Retry-After is obeyed for at most."""
_BACKOFF = wait_random_exponential(multiplier=0.5, max=30)


class MalformedAnswer(Exception):  # noqa: N818 - names what came
    """The server answered 200 with something that is no answer: half a body, an error object, no choices."""


def status_of(error: BaseException) -> int | None:
    """The HTTP status of an API error, None for one without an answer."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed later: rate limits, conflicts, server errors, broken connections.

    Statuses as in the `openai` client (version 3, `_should_retry`): 408, 409, 429 and all from 500 on.
    """
    status = status_of(error)
    if isinstance(error, MalformedAnswer | ConnectionError | TimeoutError):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"APIConnectionError", "APITimeoutError", "Timeout"}:
        return True
    return status is not None and (status in PASSING or status >= 500)  # noqa: PLR2004 - HTTP's server errors


def is_permanent(error: BaseException) -> bool:
    """Whether the server refused the request itself."""
    status = status_of(error)
    return status is not None and not may_pass(error) and status >= 400  # noqa: PLR2004 - HTTP's client errors


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or as a date (RFC 9110)."""
    try:
        if "retry-after-ms" in headers:
            return min(_LONGEST_WAIT, max(0.0, float(headers["retry-after-ms"]) / 1000))
        value = headers.get("retry-after")
        if value is None:
            return None
        if re.fullmatch(r"\s*\d+(\.\d+)?\s*", value):
            return min(_LONGEST_WAIT, float(value))
        return min(_LONGEST_WAIT, max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time()))
    except (TypeError, ValueError):
        return None


def _wait(state: RetryCallState) -> float:
    error: Any = state.outcome.exception() if state.outcome else None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    asked = asked_wait({name.lower(): value for name, value in headers.items()})
    backoff = float(_BACKOFF(state))
    # A little more than asked for, so that all who were told the same do not come back at once.
    return backoff if asked is None else asked + min(backoff, 1.0) * 0.1


def retrying(max_retries: int) -> AsyncRetrying:
    """The policy: jittered exponential backoff, or what the server asks for; the last error is raised as it is."""
    return AsyncRetrying(
        retry=retry_if_exception(may_pass), wait=_wait, stop=stop_after_attempt(max_retries + 1), reraise=True
    )
