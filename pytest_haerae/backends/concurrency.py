"""Many requests at once on one event loop, which runs in a thread of its own for as long as the backend lives.

A loop of its own works inside a notebook's loop, and one loop for the whole run is what litellm's client needs: driven
by a new loop a batch it hangs.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from pytest_haerae.types import Response

Answer = Callable[[int], Awaitable[Response]]
Result = TypeVar("Result")

_STOP_SECONDS = 3.0
"""How long requests under way may take to be cancelled."""


class LoopThread:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="haerae-requests", daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine to its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stream(self, indices: Sequence[int], answer: Answer, concurrency: int) -> Iterator[tuple[int, Response]]:
        """Answer requests, at most `concurrency` at a time, yielding each as it is done; identity is the index.

        An interrupt cancels what is under way; what has arrived is still yielded before it is raised again.

        Raises:
            Exception: Whatever `answer` raised first; the other requests are cancelled.
        """
        done: queue.SimpleQueue[tuple[int, Response] | BaseException] = queue.SimpleQueue()
        running = asyncio.run_coroutine_threadsafe(_work(iter(indices), answer, concurrency, done), self._loop)
        left = len(indices)
        try:
            while left:
                arrived = done.get()
                if isinstance(arrived, BaseException):
                    raise arrived
                left -= 1
                yield arrived
        except KeyboardInterrupt:
            self._cancel(running)
            while not done.empty():
                arrived = done.get()
                if not isinstance(arrived, BaseException):
                    yield arrived
            raise
        finally:
            self._cancel(running)

    def _cancel(self, running: Any) -> None:  # noqa: ANN401 - concurrent.futures.Future
        if running.done():
            return
        running.cancel()
        finished = threading.Event()
        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(_settle(finished)))
        finished.wait(_STOP_SECONDS)

    def close(self) -> None:
        """Stop the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()


async def _settle(finished: threading.Event) -> None:
    """Wait until the tasks that were cancelled have ended."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    await asyncio.wait(others, timeout=_STOP_SECONDS) if others else None
    finished.set()


async def _work(
    indices: Iterator[int],
    answer: Answer,
    concurrency: int,
    done: queue.SimpleQueue[tuple[int, Response] | BaseException],
) -> None:
    """A few workers that take the next index when they are free: no task an item, so memory does not grow with them."""

    async def worker() -> None:
        for index in indices:
            try:
                done.put((index, await answer(index)))
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                done.put(error)
                return

    await asyncio.gather(*(worker() for _ in range(concurrency)))
