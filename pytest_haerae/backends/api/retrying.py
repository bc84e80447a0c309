"""How often a request is sent again, and how long it waits before; a wait that a server asks for is shown."""

from __future__ import annotations

import email.utils
import math
import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_haerae.backends.api.failures import Unusable, chain, may_pass

if TYPE_CHECKING:
    # Imported where it is used: without the extra, whoever asks for the backend is told what installs it.
    from tenacity import AsyncRetrying, RetryCallState

LONGEST_WAIT = 600.0
"""Seconds that a server's Retry-After is obeyed for at most; a longer one is an error that says so."""
_SHOWN_FROM = 5.0
"""Seconds from which on a wait is shown: as long as a run may be silent without a question."""


@cache
def _backoff() -> Callable[[RetryCallState], float]:
    from tenacity import wait_random_exponential

    return wait_random_exponential(multiplier=0.5, max=30)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or as a date (RFC 9110).

    Returns:
        What it asks for, however long; None where it asks for nothing that can be understood.
    """
    try:
        if "retry-after-ms" in headers:
            seconds = float(headers["retry-after-ms"]) / 1000
            return None if math.isnan(seconds) else max(0.0, seconds)
        value = headers.get("retry-after")
        if value is None:
            return None
        if re.fullmatch(r"\s*\d+(\.\d+)?\s*", value, re.ASCII):
            return float(value)
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def wait_of(error: BaseException) -> float | None:
    """The wait that an error's answer asks for, as `asked_wait`; clients keep the headers in different places."""
    for each in chain(error):
        answer = getattr(each, "response", None)
        for headers in (getattr(answer, "headers", None), getattr(each, "litellm_response_headers", None)):
            if headers:
                asked = asked_wait({str(name).lower(): str(value) for name, value in headers.items()})
                if asked is not None:
                    return asked
    return None


def refuse_long_wait(error: BaseException) -> None:
    """Turn an error whose server asks for a wait beyond all patience into one that says so.

    Raises:
        Unusable: It does.
    """
    asked = wait_of(error) if may_pass(error) else None
    if asked is not None and asked > LONGEST_WAIT:
        words = f"the server asks to wait {asked:.15g} s (Retry-After), and no wait is longer than {LONGEST_WAIT:g} s"
        raise Unusable(f"{words}: {error}") from error


class Waits:
    """The waits that a server asked for: shown as they begin, one line for all that wait at once, and counted."""

    def __init__(self) -> None:
        self._until = 0.0
        self._count = 0
        self._longest = 0.0

    def wait(self, state: RetryCallState) -> float:
        """Seconds before the next attempt: jittered exponential backoff, or what the server asks for."""
        error = state.outcome.exception() if state.outcome else None
        asked = wait_of(error) if error else None
        backoff = float(_backoff()(state))
        if asked is None:
            return backoff
        self._note(asked)
        # A little more than asked for, so that all who were told the same do not come back at once.
        return asked + min(backoff, 1.0) * 0.1

    def _note(self, seconds: float) -> None:
        if seconds < _SHOWN_FROM:
            return
        self._count += 1
        self._longest = max(self._longest, seconds)
        now = time.monotonic()
        if now >= self._until:
            # Written past the progress line, which a terminal shows anew with the next answer.
            line = f"haerae: the server asks to wait {seconds:.0f} s (Retry-After); waiting"
            print(f"\r\x1b[2K{line}" if sys.stderr.isatty() else line, file=sys.stderr, flush=True)
        self._until = max(self._until, now + seconds)

    def describe(self) -> str | None:
        """One line for the end of a run; None where nobody waited long."""
        if not self._count:
            return None
        times = "once" if self._count == 1 else f"{self._count} times"
        return f"the server asked to wait {times} (Retry-After), {self._longest:.0f} s at most"


def retrying(
    max_retries: int, waits: Waits, worth_it: Callable[[BaseException, int], bool] | None = None
) -> AsyncRetrying:
    """The policy: again where it may help, after backoff or what the server asks for; the last error is raised as is.

    Args:
        max_retries: How often a request is sent again.
        waits: Shows the waits.
        worth_it: Whether what may pass is worth another attempt, by the error and the number of the last attempt.
    """

    def again(state: RetryCallState) -> bool:
        error: Any = state.outcome.exception() if state.outcome else None
        return error is not None and may_pass(error) and (worth_it is None or worth_it(error, state.attempt_number))

    from tenacity import AsyncRetrying, stop_after_attempt

    return AsyncRetrying(retry=again, wait=waits.wait, stop=stop_after_attempt(max_retries + 1), reraise=True)
