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


@contextmanager
def held_interrupts() -> Iterator[None]:
    """Hold the first Ctrl-C back until the block has ended."""
    held: list[bool] = []
    with first_interrupt(lambda: held.append(True)):
        yield
    if held:
        signal.raise_signal(signal.SIGINT)
