"""One copy of a model in a process that Ray starts: what runs there."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pytest_haerae.backends.arrivals import arriving
from pytest_haerae.backends.protocol import Backend
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response

_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Words:
    """What a backend says of itself at some moment, as it says it: whoever reports it looks at it first."""

    detail: Any
    notes: Any
    generation: Any


@dataclass(frozen=True, slots=True)
class Bundle:
    """The answers that were ready together, each with its request's place in the piece; the last one may have none."""

    answers: list[tuple[int, Response]]
    words: Words


@dataclass(frozen=True, slots=True)
class Setting:
    """What a replica is made from.

    Attributes:
        model: The backend's class and its validated parameters, pickled: what they import is read when they are loaded.
        folder: The driver's current folder, in which relative paths begin where this machine has it, too.
        search_path: Where the driver looks for modules.
        version: The driver's version of this package.
        hides_gpus: Whether the user wants processors alone.
    """

    model: bytes
    folder: str
    search_path: tuple[str, ...]
    version: str
    hides_gpus: bool


class Replica:
    """One copy of the model, in a process of its own that Ray starts, places and restarts.

    Args:
        setting: What it is made from.
    """

    def __init__(self, setting: Setting) -> None:
        with contextlib.suppress(OSError):
            os.chdir(setting.folder)
        sys.path += [path for path in setting.search_path if path not in sys.path]
        if setting.hides_gpus:
            # Ray leaves the variable alone where no GPU is asked for.
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        self._setting = setting
        self._backend: Backend | None = None

    def wake(self) -> None:
        """Answer as soon as the process runs, also after a restart."""

    def load(self) -> None:
        """Load the model, if it is not loaded.

        Raises:
            UsageError: It cannot be loaded, or this machine has another version of this package, or lacks one.
        """
        if (here := version("pytest-haerae")) != (there := self._setting.version):
            raise UsageError(f"--replicas: a node of the cluster has pytest-haerae {here}, here is {there}")
        if self._backend is None:
            try:
                backend, parameters = pickle.loads(self._setting.model)  # noqa: S301 - the driver's own
            except ImportError as error:
                raise UsageError(f"--replicas: a node of the cluster cannot import the backend: {error}") from None
            self._backend = backend(parameters)

    def answer(self, requests: Sequence[Request]) -> Iterator[Bundle]:
        """Answer a piece; what is ready while a bundle is on its way makes the next one."""
        assert self._backend is not None  # noqa: S101 - the driver loads first
        backend = self._backend
        ready: queue.SimpleQueue[tuple[int, Response] | BaseException | None] = queue.SimpleQueue()

        def work() -> None:
            try:
                for answer in arriving(lambda: backend.run(requests), len(requests), type(backend).__name__):
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
            # Also at the end: a backend may say what happened only when it is done.
            if answers or entry is None:
                yield Bundle(answers, Words(backend.method_detail, backend.notes, backend.generation()))
            if isinstance(entry, BaseException):
                raise entry
            if entry is None:
                return

    def close(self) -> None:
        """Release the model."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None
