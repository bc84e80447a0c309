"""One model at a time: tests of several may ask theirs from threads of their own, and memory has room for one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Held = TypeVar("Held")


class OneLoaded(Generic[Held]):
    """Lets any number of threads use one thing, and another one only when nobody uses it any more.

    Args:
        release: Called with what was used before another one is.
    """

    def __init__(self, release: Callable[[Held], None]) -> None:
        self._release = release
        self._free = threading.Condition()
        self._current: Held | None = None
        self._users = 0

    @contextmanager
    def use(self, one: Held) -> Iterator[None]:
        """Use one; waits as long as another one is in use."""
        with self._free:
            self._free.wait_for(lambda: self._current is one or not self._users)
            self._users += 1
            before, self._current = self._current, one
            try:
                if before is not None and before is not one:
                    self._release(before)
            except BaseException:
                self._users -= 1
                raise
        try:
            yield
        finally:
            with self._free:
                self._users -= 1
                self._free.notify_all()
