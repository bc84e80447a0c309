"""Runs what the store does not have, in one pass, and turns what goes wrong into error responses."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from time import perf_counter

from pytest_haerae.backends.protocol import Backend, Model
from pytest_haerae.errors import HaeraeError
from pytest_haerae.interrupts import holdable_interrupts
from pytest_haerae.lazy import LazySequence
from pytest_haerae.redact import error_line, redact_text
from pytest_haerae.run.store import Store
from pytest_haerae.types import Request, Response, Usage

Progress = Callable[[int, int], None]
"""Called with the number of answered requests, and of all."""


class Engine:
    """One run: a store, and a model that is loaded only when it is needed.

    Args:
        load: Loads the model.
        store: Where responses are kept.
        run: The run's number in the store.
        reuse: Take answers of any run.
        secrets: Texts that must not appear in an error message.
    """

    def __init__(
        self,
        load: Callable[[], Model],
        store: Store,
        run: int,
        *,
        reuse: bool = False,
        secrets: Sequence[str] = (),
    ) -> None:
        self._load = load
        self._store = store
        self._run = run
        self._reuse = reuse
        self._secrets = secrets
        self.usage = Usage()

    def ask(self, keys: Sequence[str], requests: Sequence[Request], progress: Progress) -> Mapping[str, Response]:
        """Answer all requests.

        Args:
            keys: Each request's key; of equal ones one is asked.
            requests: What to ask.
            progress: Told after each answer.

        Returns:
            One response a key; each is an answer or an error.

        Raises:
            UsageError: The model cannot be loaded, or refuses this kind of run as a whole.
            StoreError: Answers cannot be kept.
        """
        started = perf_counter()
        first: dict[str, int] = {}
        for index, key in enumerate(keys):
            first.setdefault(key, index)
        answers = self._stored(first)
        missing = {key: index for key, index in first.items() if key not in answers}
        self.usage.reused = len(answers)
        self.usage.computed = len(missing)
        if missing:
            try:
                self._compute(missing, requests, answers, progress)
            except HaeraeError as error:
                # It may be in a server's words, and servers repeat the keys they refuse.
                raise type(error)(redact_text(str(error), self._secrets)) from None
        self.usage.seconds = perf_counter() - started
        self.usage.method_detail = self._store.detail(self._run)
        return answers

    def _stored(self, keys: Iterable[str]) -> dict[str, Response]:
        """The answers that the store has, of this run or, with `reuse`, of any."""
        found = dict(self._store.get_many(self._run, keys))
        if self._reuse:
            for key, response in self._store.get_many(
                self._run, [key for key in keys if key not in found], any_run=True
            ):
                found[key] = response
                self._store.put(self._run, key, response)
        return found

    def _compute(
        self, missing: Mapping[str, int], every: Sequence[Request], answers: dict[str, Response], progress: Progress
    ) -> None:
        """Ask for what is missing: keys, and where their requests stand among `every`."""
        keys, requests = list(missing), LazySequence(every.__getitem__, list(missing.values()))
        done, total = len(answers), len(answers) + len(missing)
        progress(done, total)
        problem: Exception | str = "the backend ended without an answer"
        with closing(self._load()) as backend:
            if isinstance(backend, Backend):
                backend.proven = bool(answers)
            try:
                with holdable_interrupts() as hold, closing(_each(backend.run(requests))) as arriving:
                    for index, response in arriving:
                        with hold:
                            checked = self._checked(requests[index], response)
                            self._store.put(self._run, keys[index], checked)
                            answers[keys[index]] = checked
                        done += 1
                        progress(done, total)
            except HaeraeError:
                raise
            except Exception as error:
                problem = error
            self._store.note_detail(self._run, backend.method_detail)
            self.usage.notes = list(backend.notes)
        for key in keys:
            if key not in answers:
                answers[key] = self._failed(problem)
                self._store.put(self._run, key, answers[key])

    def _failed(self, problem: Exception | str) -> Response:
        return Response(error=error_line(problem, self._secrets) or "unknown error")

    def _checked(self, request: Request, response: Response) -> Response:
        """Refuse an answer that is none: wrong count, not a number, above zero; an error is one redacted line."""
        if response.error is not None:
            return self._failed(response.error)
        if request.kind == "generate":
            return response if response.text is not None else self._failed("the backend gave no text")
        values = response.loglikelihoods
        if values is None or len(values) != len(request.continuations):
            return self._failed("the backend gave no log-likelihood for some option")
        if not all(math.isfinite(value) and value <= 0 for value in values):
            return self._failed(f"the backend gave impossible log-likelihoods: {list(values)}")
        if type(values) is tuple and all(type(value) is float for value in values):
            return response
        return replace(response, loglikelihoods=tuple(map(float, values)))


def _each(responses: Iterator[tuple[int, Response]]) -> Generator[tuple[int, Response]]:
    """The same, as a generator whose end ends the backend's."""
    yield from responses
