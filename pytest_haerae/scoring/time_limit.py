"""A limit on the time of a call to somebody else's function."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")

_AGAIN = 1.0
"""Seconds after which a function that has swallowed the alarm is interrupted once more."""
_SOON = 1e-3
"""Seconds: the shortest time in which an alarm of somebody else that has come due meanwhile is rung."""


class OutOfTime(BaseException):
    """The time limit is reached. No `Exception`, so that a function which handles those does not go on."""


class ForeignAlarm(BaseException):
    """An alarm that somebody else had set rang during the call, and raised.

    Args:
        error: What it raised.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


class Patience:
    """How often in a row a time limit may be reached before nobody waits any more.

    Args:
        most: So often.
    """

    def __init__(self, most: int = 3) -> None:
        self.most = most
        self._lost = 0

    def lose(self) -> None:
        """The limit was reached."""
        self._lost += 1

    def restore(self) -> None:
        """It was not: what comes next is waited for again."""
        self._lost = 0

    def is_over(self) -> bool:
        """Whether it was reached too often."""
        return self._lost >= self.most


def call_within(seconds: float, function: Callable[[], Result]) -> Result:
    """Call a function and give it up when its time is over.

    In the main thread the alarm signal interrupts it, also a sleep or a regular expression without end. In other
    threads, and where there is no such signal, it runs in a thread of its own, which is left behind: what holds the
    interpreter's lock, such as a regular expression, cannot be given up there.

    Args:
        seconds: The limit.
        function: What to call.

    Raises:
        OutOfTime: It took longer.
        ForeignAlarm: The alarm was somebody else's.
        BaseException: What the function raised.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return _in_thread(seconds, function)
    return _Alarm(seconds).call(function)


class _Alarm:
    """The alarm clock of this process, borrowed for one call: if pytest-timeout, say, has set it, that goes on to ring.

    Args:
        seconds: When to ring.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._started = monotonic()
        self._before: Callable[[int, FrameType | None], object] | int | None = None
        self._theirs = 0.0
        """Seconds from the start until the alarm that was set before; 0 where there was none."""
        self._foreign: BaseException | None = None

    def call(self, function: Callable[[], Result]) -> Result:
        self._before = signal.signal(signal.SIGALRM, self._ring)
        try:
            self._theirs, interval = signal.setitimer(signal.ITIMER_REAL, self._seconds, _AGAIN)
            if 0 < self._theirs < self._seconds:
                signal.setitimer(signal.ITIMER_REAL, self._theirs, _AGAIN)
            try:
                return function()
            finally:
                self._restore(interval)
        except BaseException:
            if self._foreign is not None:
                raise ForeignAlarm(self._foreign) from None
            raise

    def _restore(self, interval: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before if self._before is not None else signal.SIG_DFL)
        if self._theirs:
            left = self._theirs - (monotonic() - self._started)
            signal.setitimer(signal.ITIMER_REAL, max(left, _SOON), interval)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        passed = monotonic() - self._started
        if self._theirs and passed >= self._theirs and callable(self._before):
            self._theirs = 0.0
            signal.setitimer(signal.ITIMER_REAL, max(self._seconds - passed, _SOON), _AGAIN)
            try:
                self._before(number, frame)
            except BaseException as error:
                self._foreign = error
                raise
        elif passed >= self._seconds:
            raise OutOfTime


def _in_thread(seconds: float, function: Callable[[], Result]) -> Result:
    returned: list[Result] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            returned.append(function())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, name="haerae-scorer", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not returned:
        raise OutOfTime
    return returned[0]
