from __future__ import annotations

import math
import re
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import StoreError, UsageError
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


SECRET = "plain-looking-key-1"  # noqa: S105 - looks like none, so that only the list of secrets can mask it


@pytest.mark.parametrize("kind", [UsageError, StoreError])
@pytest.mark.parametrize("place", ["load", "run"])
def test_a_refusal_is_redacted(store: Store, kind: type[Exception], place: str) -> None:
    class Refusing(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            raise kind(f"401: {SECRET} is not welcome")

    def load() -> Scripted:
        if place == "load":
            raise kind(f"401: {SECRET} is not welcome")
        return Refusing()

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    with pytest.raises(kind) as caught:
        Engine(load, store, run, secrets=[SECRET]).ask(KEYS, REQUESTS, lambda done, total: None)
    assert str(caught.value) == "401: *** is not welcome"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_answers_error_is_one_redacted_line_as_it_is_stored(store: Store) -> None:
    class Failing(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            for index in range(len(requests)):
                yield index, Response(error=f"401:\n{SECRET} was refused")

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses = Engine(Failing, store, run, secrets=[SECRET]).ask(KEYS, REQUESTS, lambda done, total: None)
    assert {response.error for response in responses.values()} == {"401: *** was refused"}
    assert store.failure(run, KEYS[0]) == "401: *** was refused"


def test_equal_requests_are_asked_once(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    backend = Scripted()
    order = [3, 1, 3, 3, 1, 5]
    keys, requests = [KEYS[number] for number in order], [REQUESTS[number] for number in order]
    told: list[tuple[int, int]] = []
    engine = Engine(lambda: backend, store, run)
    responses = engine.ask(keys, requests, lambda done, total: told.append((done, total)))
    assert {key: (response.loglikelihoods or (1,))[0] for key, response in responses.items()} == {
        "q3": -3,
        "q1": -1,
        "q5": -5,
    }
    assert (len(backend.requested), engine.usage.computed) == (3, 3)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_run_that_the_store_answers_loads_no_model(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    ask(Scripted(), store, run)

    def load() -> Scripted:
        raise AssertionError("loaded")

    engine = Engine(load, store, run)
    assert len(engine.ask(KEYS, REQUESTS, lambda done, total: None)) == len(KEYS)
    assert (engine.usage.computed, engine.usage.reused) == (0, 6)


def test_answers_of_other_runs_are_taken_only_where_they_are_asked_for(store: Store) -> None:
    first, _ = store.begin("f", resume=True, rerun_errors=False)
    ask(Scripted(), store, first)
    second, _ = store.begin("f", resume=False, rerun_errors=False)
    reusing = Engine(Scripted, store, second, reuse=True)
    reusing.ask(KEYS, REQUESTS, lambda done, total: None)
    assert (reusing.usage.computed, reusing.usage.reused) == (0, 6)
    assert store.get(second, KEYS[0]) == store.get(first, KEYS[0]), "the run that took it has it as its own"
    third, _ = store.begin("f", resume=False, rerun_errors=False)
    _, anew = ask(Scripted(), store, third)
    assert anew.usage.computed == 6


def test_a_backend_that_ends_early_leaves_errors(store: Store) -> None:
    class Short(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            yield 2, Response(loglikelihoods=(-1.0, -2.0))

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses, _ = ask(Short(), store, run)
    errors = [response.error for response in responses]
    ended = "the backend ended without an answer"
    assert errors == [ended, ended, None, ended, ended, ended]


def test_a_generation_without_a_text_is_an_error(store: Store) -> None:
    class Silent(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            yield 0, Response()
            yield 1, Response(text="")

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    requests = [Request("generate", "a"), Request("generate", "b")]
    responses = Engine(Silent, store, run).ask(["a", "b"], requests, lambda done, total: None)
    assert responses["a"].error == "the backend gave no text"
    assert (responses["b"].error, responses["b"].text) == (None, "")


def test_numbers_of_a_library_are_stored_as_pythons(store: Store) -> None:
    import numpy

    values = tuple(numpy.array([-0.5, -1.5]))
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses, _ = ask(Scripted(values=values), store, run)
    stored = responses[0].loglikelihoods or ()
    assert stored == (-0.5, -1.5)
    assert [type(value) for value in stored] == [float, float]


def test_what_the_backend_says_of_itself_is_noted(store: Store) -> None:
    class Talking(Scripted):
        method_detail = "echo"
        notes = ("a replica was started again",)

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    _, engine = ask(Talking(), store, run)
    assert (engine.usage.method_detail, engine.usage.notes) == ("echo", ["a replica was started again"])
    _, resumed = ask(Scripted(), store, run)
    assert resumed.usage.method_detail == "echo"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((-1.0,), "no log-likelihood for some option"),
        ((-1.0, 0.5), "impossible log-likelihoods: [-1.0, 0.5]"),
        ((-1.0, math.nan), "impossible log-likelihoods: [-1.0, nan]"),
    ],
)
def test_what_is_no_answer_is_told_with_its_values(store: Store, values: tuple[float, ...], words: str) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses, _ = ask(Scripted(values=values), store, run)
    assert all(f"the backend gave {words}" == response.error for response in responses)


def test_the_seconds_are_those_of_the_asking(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    began = time.perf_counter()
    _, engine = ask(Scripted(), store, run)
    assert 0 < engine.usage.seconds <= time.perf_counter() - began


def test_a12_a_backend_is_told_whether_this_run_has_answers_already(store: Store) -> None:
    told: list[bool] = []

    class Told(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            told.append(self.proven)
            yield from super().run(requests)

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    Engine(Told, store, run).ask(KEYS[:2], REQUESTS[:2], lambda done, total: None)
    Engine(Told, store, run).ask(KEYS, REQUESTS, lambda done, total: None)
    assert told == [False, True]
