"""One copy of a model in a process that Ray starts: what runs there."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pytest_haerae.backends import Backend, BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response

_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Bundle:
    """The answers that were ready together, each with its request's place in the piece."""

    answers: list[tuple[int, Response]]
    detail: str | None


class Replica:
    """One copy of the model, in a process of its own that Ray starts, places and restarts.

    Args:
        backend: The backend's class.
        parameters: Its validated parameters.
        folder: The driver's current folder, in which relative paths begin where this machine has it, too.
    """

    def __init__(self, backend: type[Backend], parameters: BackendParameters, folder: str) -> None:
        with contextlib.suppress(OSError):
            os.chdir(folder)
        self._make = backend
        self._parameters = parameters
        self._backend: Backend | None = None

    def wake(self) -> None:
        """Answer as soon as the process runs, also after a restart."""

    def load(self, driver_version: str) -> None:
        """Load the model, if it is not loaded.

        Raises:
            UsageError: It can not be loaded, or this machine has another version of this package.
        """
        if (here := version("pytest-haerae")) != driver_version:
            raise UsageError(f"--replicas: a node of the cluster has pytest-haerae {here}, here is {driver_version}")
        if self._backend is None:
            self._backend = self._make(self._parameters)  # type: ignore[call-arg]

    def answer(self, requests: Sequence[Request]) -> Iterator[Bundle]:
        """Answer a piece; what is ready while a bundle is on its way makes the next one."""
        assert self._backend is not None  # noqa: S101 - the driver loads first
        backend = self._backend
        ready: queue.SimpleQueue[tuple[int, Response] | BaseException | None] = queue.SimpleQueue()

        def work() -> None:
            try:
                for answer in backend.run(requests):
                    ready.put(answer)
                ready.put(None)
            except BaseException as error:  # also a SystemExit: without a word of it the other thread waits for ever
                ready.put(error)

        threading.Thread(target=work, name="haerae-replica", daemon=True).start()
        while True:
            answers = []
            entry = ready.get()
            while isinstance(entry, tuple):
                answers.append(entry)
                entry = ready.get() if ready.qsize() else _NOTHING
            if answers:
                yield Bundle(answers, getattr(backend, "method_detail", None))
            if isinstance(entry, BaseException):
                raise entry
            if entry is None:
                return

    def close(self) -> None:
        """Release the model."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None
