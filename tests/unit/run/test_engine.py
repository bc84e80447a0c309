from __future__ import annotations

import math
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.run.engine import Engine
from pytest_haerae.run.store import Store
from pytest_haerae.testing import ScriptedBackend, ScriptedParameters
from pytest_haerae.types import Request, Response

REQUESTS = [Request("loglikelihood", f"q{number}", (" (A)", " (B)")) for number in range(6)]
KEYS = [request.context for request in REQUESTS]


class Scripted(ScriptedBackend):
    """Answers in reverse order; breaks or misbehaves as told."""

    numbered = re.compile(r"q(\d)")

    def __init__(self, *, breaking: tuple[int, ...] = (), values: tuple[float, ...] | None = None) -> None:
        words = "engine died, key=sk-aaaaaaaaaaaaaaaaaaaaaaaa"
        super().__init__(ScriptedParameters(reverse=True, breaking=breaking, error=words))
        self._values = values

    def answer(self, number: int, request: Request) -> tuple[float, ...]:
        return self._values or (-float(number), -9.0)


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
    broken = Scripted(breaking=(1,))
    first, _ = ask(broken, store, run)
    assert broken.closed
    assert "engine died" in str(first[0].error)
    assert "sk-aaa" not in str(first[0].error)
    assert [response.error is not None for response in first] == [True, True, False, False, False, False]
    healthy = Scripted()
    second, engine = ask(healthy, store, run)
    assert len(healthy.requested) == 2
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
    assert (len(backend.requested), backend.closed) == (1, True)
    assert store.get(run, KEYS[-1]) is not None


@pytest.mark.parametrize("values", [(math.nan, -1.0), (-1.0,), (0.5, -1.0), (-math.inf, -1.0)])
def test_impossible_loglikelihoods_are_errors(store: Store, values: tuple[float, ...]) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses, _ = ask(Scripted(values=values), store, run)
    assert all(response.error for response in responses)
