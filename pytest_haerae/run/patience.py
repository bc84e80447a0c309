"""How long one answer is waited for, and what a backend cannot swallow: Ctrl-C, and the end of a test's own time."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

_AGAIN_SECONDS = 1.0
"""After which an end that a backend swallowed is told again."""
_MOST_TELLS = 5
_MOST_PRESSES = 3
_UNMEASURABLE, _INTERRUPTED = 1, 2
"""Exit codes, as of a pytest run that ends so."""


class NoAnswer(BaseException):
    """A backend gave no answer within the time limit."""


@contextmanager
def patience(seconds: float | None) -> Iterator[None]:
    """Raise in the block once it has taken so long, also in the middle of a wait for a lock, a socket or a sleep.

    Signals reach the main thread alone: in another one, and where the system has no interval timer, there is no limit;
    where somebody's timer runs already (a test's own time limit), that one is the limit. A call into a library that
    does not return to Python is not interrupted, either.

    Args:
        seconds: The limit; None for none.

    Raises:
        NoAnswer: It took longer; raised again each second until the block ends. A block that swallows it each time ends
            with the process.
    """
    if not seconds or not _in_main_thread() or not hasattr(signal, "setitimer") or is_timed():
        yield
        return

    told = 0

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal told
        told += 1
        if told > _MOST_TELLS:
            _end_process("its time limit", _UNMEASURABLE)
        raise NoAnswer(f"no answer within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class TimeIsUp(BaseException):
    """Somebody's timer rang, as that of a test with a time limit.

    No handler of a backend's own errors takes it for one of them; `others_time_limit` makes of it what was raised.
    """


@contextmanager
def others_time_limit() -> Iterator[None]:
    """Let what somebody's timer raises in the block out of it as it is, whatever is made of exceptions inside.

    The timer has to run when the block begins: one that rings once no longer runs when its exception is looked at.
    """
    # pytest then shows where the time was spent, and not this.
    __tracebackhide__ = True
    before: Any = signal.getsignal(signal.SIGALRM) if is_timed() and _in_main_thread() else None
    if not callable(before):
        yield
        return
    rung: list[BaseException] = []
    over = False

    def ring(number: int, frame: FrameType | None) -> None:
        __tracebackhide__ = True
        try:
            before(number, frame)
        except BaseException as error:
            if over:
                raise
            rung.append(error)
            raise TimeIsUp from None

    signal.signal(signal.SIGALRM, ring)
    try:
        yield
        over = True
    except BaseException as error:
        over = True
        if not rung or isinstance(error, KeyboardInterrupt):
            raise
        raise rung[0].with_traceback(error.__traceback__) from None
    finally:
        if signal.getsignal(signal.SIGALRM) is ring:
            signal.signal(signal.SIGALRM, before)
    if rung:
        # Somebody swallowed it, and is out of its time all the same.
        raise rung[0]


class Presses:
    """Ctrl-C while a backend has the floor.

    Attributes:
        count: How often it was pressed.
    """

    def __init__(self) -> None:
        self.count = 0

    def heed(self) -> None:
        """Raise an interrupt that the backend swallowed.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        if self.count:
            raise KeyboardInterrupt


@contextmanager
def unswallowed_interrupts() -> Iterator[Presses]:
    """Count Ctrl-C in the block, beside what it does already; the third one ends the process.

    A backend with a bare ``except`` in its loop would go on for ever. What was answered is stored by then.
    """
    presses = Presses()
    before: Any = signal.getsignal(signal.SIGINT)
    if not _in_main_thread() or not callable(before):
        yield presses
        return
    handle = _counting(presses, before)
    signal.signal(signal.SIGINT, handle)
    try:
        yield presses
    finally:
        if signal.getsignal(signal.SIGINT) is handle:
            signal.signal(signal.SIGINT, before)


def _counting(presses: Presses, before: Callable[[int, FrameType | None], object]) -> Callable[..., None]:
    def handle(number: int, frame: FrameType | None) -> None:
        presses.count += 1
        if presses.count >= _MOST_PRESSES:
            _end_process("Ctrl-C", _INTERRUPTED)
        before(number, frame)

    return handle


def _end_process(what: str, code: int) -> NoReturn:
    words = f"the backend does not heed {what}, so the process is ended; answers so far are stored"
    print(f"\nhaerae: {words}", file=sys.__stderr__, flush=True)
    os._exit(code)


def is_timed() -> bool:
    """Whether a timer of this process runs that rings by a signal."""
    return hasattr(signal, "getitimer") and signal.getitimer(signal.ITIMER_REAL)[0] > 0


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
