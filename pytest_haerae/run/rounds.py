"""Threads that ask at the same time share a pass: one of them makes it for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SHARE, _MOST_SECONDS = 0.25, 0.25
"""How long those of the last pass are waited for, as a share of its time: a test that was answered soon asks again."""


class Rounds:
    """Whose turn it is to make a pass; whoever is answered meanwhile waits for nobody."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._passing = False
        self._inside = 0
        self._expected = 0
        self._patience = 0.0

    @contextmanager
    def turn(self, is_answered: Callable[[], bool]) -> Iterator[bool]:
        """Wait until another thread's pass has answered, or it is this thread's turn to make one for all that wait.

        Args:
            is_answered: Whether this thread has what it wants; called at any time, on its own thread.

        Yields:
            Whether the pass is this thread's.
        """
        leads, begun = False, time.monotonic()
        with self._changed:
            self._inside += 1
            self._changed.notify_all()
        try:
            with self._changed:
                self._changed.wait_for(lambda: not self._passing or is_answered())
                if not is_answered():
                    leads = self._passing = True
                    self._changed.wait_for(lambda: self._inside >= self._expected, self._patience)
            begun = time.monotonic()
            yield leads
        finally:
            with self._changed:
                if leads:
                    self._passing = False
                    self._expected = self._inside
                    self._patience = min(_MOST_SECONDS, _SHARE * (time.monotonic() - begun))
                self._inside -= 1
                self._changed.notify_all()
