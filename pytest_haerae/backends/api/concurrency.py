"""Many requests at once on one event loop, which runs in a thread of its own for as long as the backend lives.

A loop of its own works inside a notebook's loop, and one loop for the whole run is what litellm's client needs: driven
by a new loop a batch it hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pytest_haerae.interrupts import first_interrupt
from pytest_haerae.types import Response

Answer = Callable[[int], Awaitable[Response]]
Result = TypeVar("Result")

_STOP_SECONDS = 3.0
"""How long requests in flight may take to be cancelled."""
_PARTS = 16
"""The part of what may be in flight that is stored, at most, before the loop is told of it."""


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

        A request counts until its answer has been taken and the next one is asked for, that is, until it is stored: a
        process that is killed loses no more answers than it may have requests in flight.

        Ctrl-C takes its place in the queue behind what has arrived, so that it is never raised between an answer's
        arrival and its being stored; it cancels what is in flight, and what has arrived until then is yielded before it
        is raised. A second Ctrl-C is raised at once.

        Raises:
            Exception: Whatever `answer` raised first; the other requests are cancelled.
        """
        done: queue.SimpleQueue[tuple[int, Response] | BaseException] = queue.SimpleQueue()
        with first_interrupt(lambda: done.put(KeyboardInterrupt())):
            yield from self._drain(indices, answer, concurrency, done)

    def _drain(
        self,
        indices: Sequence[int],
        answer: Answer,
        concurrency: int,
        done: queue.SimpleQueue[tuple[int, Response] | BaseException],
    ) -> Iterator[tuple[int, Response]]:
        room = asyncio.Semaphore(concurrency)
        running = self.call(_spawn(_work(iter(indices), answer, concurrency, room, done)))
        left, stored, together = len(indices), 0, max(1, concurrency // _PARTS)
        try:
            while left:
                # To wake the loop costs as much as to store an answer: where more wait, it is told of some at once.
                if stored >= together or (stored and done.empty()):
                    self._loop.call_soon_threadsafe(_release, room, stored)
                    stored = 0
                arrived = done.get()
                if isinstance(arrived, BaseException):
                    raise arrived
                left -= 1
                yield arrived
                stored += 1
        except KeyboardInterrupt:
            self._cancel(running)
            while not done.empty():
                arrived = done.get()
                if not isinstance(arrived, BaseException):
                    yield arrived
            raise
        finally:
            self._cancel(running)

    def _cancel(self, running: _Running) -> None:
        """Cancel the workers and wait until they have ended; tasks of a client's own are not ours to wait for."""
        if not running.ended.is_set():
            self._loop.call_soon_threadsafe(running.task.cancel)
            running.ended.wait(_STOP_SECONDS)

    def close(self) -> None:
        """Stop the loop and its thread; tasks that a client left behind would be warned of at the interpreter's end."""
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result(_STOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Running:
    """The workers of one stream, and whether they have ended."""

    task: asyncio.Task[None]
    ended: threading.Event


def _release(room: asyncio.Semaphore, count: int) -> None:
    for _ in range(count):
        room.release()


async def _spawn(work: Coroutine[Any, Any, None]) -> _Running:
    running = _Running(asyncio.create_task(work), threading.Event())
    running.task.add_done_callback(lambda task: running.ended.set())
    return running


async def _work(
    indices: Iterator[int],
    answer: Answer,
    concurrency: int,
    room: asyncio.Semaphore,
    done: queue.SimpleQueue[tuple[int, Response] | BaseException],
) -> None:
    """A few workers that take the next index when they are free: no task an item, so memory does not grow with them."""

    async def worker() -> None:
        while True:
            await room.acquire()
            index = next(indices, None)
            if index is None:
                return
            try:
                done.put((index, await answer(index)))
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                done.put(error)
                return

    await asyncio.gather(*(worker() for _ in range(concurrency)))
