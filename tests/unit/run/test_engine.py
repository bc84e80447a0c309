from __future__ import annotations

import math
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends import BackendParameters
from pytest_haerae.run.engine import Engine
from pytest_haerae.run.store import Store
from pytest_haerae.types import Capability, Request, Response

REQUESTS = [Request("loglikelihood", f"q{number}", (" (A)", " (B)")) for number in range(6)]
KEYS = [request.context for request in REQUESTS]


class Scripted:
    """Answers in reverse order; breaks or misbehaves as told."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"loglikelihood"})
    parameters: ClassVar[type[BackendParameters]] = BackendParameters
    libraries: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, break_after: int = 99, values: tuple[float, ...] | None = None) -> None:
        self.break_after, self.values, self.asked, self.closed = break_after, values, 0, False

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        for index in reversed(range(len(requests))):
            if self.asked == self.break_after:
                raise RuntimeError("engine died, key=sk-aaaaaaaaaaaaaaaaaaaaaaaa")
            self.asked += 1
            yield index, Response(loglikelihoods=self.values or (-float(requests[index].context[1:]), -9.0))

    def close(self) -> None:
        self.closed = True


def ask(backend: Scripted, store: Store, run: int) -> tuple[list[Response], Engine]:
    engine = Engine(lambda: backend, store, run)
    responses = engine.ask(KEYS, REQUESTS, lambda done, total: None)
    return [responses[key] for key in KEYS], engine


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "s.sqlite")
    yield opened
    opened.close()


def test_identity_travels_with_the_request(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses, _ = ask(Scripted(), store, run)
    assert [(response.loglikelihoods or (1,))[0] for response in responses] == [0, -1, -2, -3, -4, -5]


def test_what_was_answered_is_not_asked_again(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    broken = Scripted(break_after=4)
    first, _ = ask(broken, store, run)
    assert broken.closed
    assert [response.error is not None for response in first] == [True, True, False, False, False, False]
    assert "sk-aaa" not in str(first[0].error)
    healthy = Scripted()
    second, engine = ask(healthy, store, run)
    assert healthy.asked == 2
    assert (engine.usage.computed, engine.usage.reused) == (2, 4)
    assert all(response.error is None for response in second)


def test_an_interrupt_while_an_answer_is_stored_keeps_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    put = store.put

    def interrupted(*arguments: Any) -> None:  # noqa: ANN401 - as `put`
        signal.raise_signal(signal.SIGINT)
        put(*arguments)

    monkeypatch.setattr(store, "put", interrupted)
    backend = Scripted()
    with pytest.raises(KeyboardInterrupt):
        ask(backend, store, run)
    assert (backend.asked, backend.closed) == (1, True)
    assert store.get(run, KEYS[-1]) is not None


@pytest.mark.parametrize("values", [(math.nan, -1.0), (-1.0,), (0.5, -1.0), (-math.inf, -1.0)])
def test_impossible_loglikelihoods_are_errors(store: Store, values: tuple[float, ...]) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses, _ = ask(Scripted(values=values), store, run)
    assert all(response.error for response in responses)
