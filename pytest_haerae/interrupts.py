"""Ctrl-C at a moment of our choosing: what has been paid for is kept first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object]


@contextmanager
def _handler(make: Callable[[Handler], Handler]) -> Iterator[None]:
    """Handle Ctrl-C inside the block by what `make` makes of the handler that there was before.

    Signals reach the main thread only; in any other one, and where Ctrl-C is ignored, the block runs as it is.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    handle = make(before)
    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is handle:
            signal.signal(signal.SIGINT, before)


@contextmanager
def first_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C inside the block call `act` in place of raising; a second one does what it did before.

    Args:
        act: Called between two instructions of the main thread, so it may only set things that the block reads.
    """

    def make(before: Handler) -> Handler:
        def handle(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, before)
            act()

        return handle

    with _handler(make):
        yield


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
    hold = Hold(lambda: signal.raise_signal(signal.SIGINT))

    def make(before: Handler) -> Handler:
        def handle(number: int, frame: FrameType | None) -> None:
            if not hold.take():
                before(number, frame)

        return handle

    with _handler(make):
        yield hold
