"""Ctrl-C at a moment of our choosing: what has been paid for is kept first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def first_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C inside the block call `act` in place of raising; a second one does what it did before.

    Signals reach the main thread only; in any other one, and where Ctrl-C is ignored, the block runs as it is.

    Args:
        act: Called between two instructions of the main thread, so it may only set things that the block reads.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        act()

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is handle:
            signal.signal(signal.SIGINT, before)


class Hold:
    """A block, entered over and over, that the first Ctrl-C inside it does not interrupt; it is raised at its end.

    Args:
        interrupt: What Ctrl-C does elsewhere.
    """

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._holding = False
        self._held = False

    def take(self) -> bool:
        """Take a Ctrl-C; False where it is not held back."""
        if not self._holding or self._held:
            return False
        self._held = True
        return True

    def __enter__(self) -> None:
        self._holding = True

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        self._holding = False
        if self._held:
            self._held = False
            if kind is None:
                self._interrupt()


@contextmanager
def holdable_interrupts() -> Iterator[Hold]:
    """Give a block to hold Ctrl-C back in; its handler is set once, which costs more than what is done an item."""
    before = signal.getsignal(signal.SIGINT)
    hold = Hold(lambda: signal.raise_signal(signal.SIGINT))
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield hold
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if not hold.take():
            before(number, frame)

    signal.signal(signal.SIGINT, handle)
    try:
        yield hold
    finally:
        if signal.getsignal(signal.SIGINT) is handle:
            signal.signal(signal.SIGINT, before)
