from __future__ import annotations

import asyncio
import base64
import contextlib
import math
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.protocol import Model
from pytest_haerae.errors import AnswerRefused, StoreError, UsageError
from pytest_haerae.run.engine import Engine
from pytest_haerae.run.loaded import KeptModel
from pytest_haerae.run.store import Store
from pytest_haerae.testing import ScriptedBackend, ScriptedParameters
from pytest_haerae.types import Request, Response
from tests.helpers import time_limit

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
    model = KeptModel(lambda: backend, "the backend")
    engine = Engine(model, store, run)
    try:
        responses = engine.ask(KEYS, REQUESTS, lambda done, total: None)
    finally:
        model.close()
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


HARMONY = "<|channel|>analysis<|message|>서울이지<|end|><|start|>assistant<|channel|>final<|message|>"


@pytest.mark.parametrize(
    ("said", "reasoning"),
    [
        (Response("<think>서울이지</think>(A)"), "서울이지"),
        (Response(f"{HARMONY}A"), "서울이지"),
        (Response("<thought>서울이지"), "서울이지"),
        (Response("<think></think>(A)"), None),
        (Response("(A)"), None),
        (Response("<think>가</think>(A)", reasoning="apart"), "apart"),
    ],
)
def test_reasoning_between_marks_is_told_apart_and_stored_once(
    store: Store, said: Response, reasoning: str | None
) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)

    class Thinking(ScriptedBackend):
        def answer(self, number: int, request: Request) -> Response:
            return said

    request = Request("generate", "수도는?")
    for _ in range(2):
        model = KeptModel(Thinking, "the backend")
        noted: dict[str, Response] = {}
        answers = Engine(model, store, run).ask(["k"], [request], lambda done, total: None, noted.__setitem__)
        model.close()
        assert (answers["k"].text, answers["k"].reasoning) == (said.text, reasoning)
        assert noted in ({}, dict(answers))
    assert store.get(run, "k") == said


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


def test_each_answer_that_arrives_is_told_of_once_it_is_stored(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, KEYS[2], Response(loglikelihoods=(-1.0, -2.0)))
    told: list[str] = []

    def note(key: str, response: Response) -> None:
        assert store.get(run, key) == response
        told.append(key)

    with contextlib.closing(KeptModel(Scripted, "the backend")) as model:
        Engine(model, store, run).ask(KEYS, REQUESTS, lambda done, total: None, note)
    assert told == [key for key in reversed(KEYS) if key != KEYS[2]], "of what the store had nothing arrives"


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
        Engine(KeptModel(load, "the backend"), store, run, secrets=[SECRET]).ask(
            KEYS, REQUESTS, lambda done, total: None
        )
    assert str(caught.value) == "401: *** is not welcome"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_answers_error_is_one_redacted_line_as_it_is_stored(store: Store) -> None:
    class Failing(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            for index in range(len(requests)):
                yield index, Response(error=f"401:\n{SECRET} was refused")

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    responses = Engine(KeptModel(Failing, "the backend"), store, run, secrets=[SECRET]).ask(
        KEYS, REQUESTS, lambda done, total: None
    )
    assert {response.error for response in responses.values()} == {"401: *** was refused"}
    assert store.failure(run, KEYS[0]) == "401: *** was refused"


def test_equal_requests_are_asked_once(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    backend = Scripted()
    order = [3, 1, 3, 3, 1, 5]
    keys, requests = [KEYS[number] for number in order], [REQUESTS[number] for number in order]
    told: list[tuple[int, int]] = []
    engine = Engine(KeptModel(lambda: backend, "the backend"), store, run)
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

    engine = Engine(KeptModel(load, "the backend"), store, run)
    assert len(engine.ask(KEYS, REQUESTS, lambda done, total: None)) == len(KEYS)
    assert (engine.usage.computed, engine.usage.reused) == (0, 6)


def test_answers_of_other_runs_are_taken_only_where_they_are_asked_for(store: Store) -> None:
    first, _ = store.begin("f", resume=True, rerun_errors=False)
    ask(Scripted(), store, first)
    second, _ = store.begin("f", resume=False, rerun_errors=False)
    reusing = Engine(KeptModel(Scripted, "the backend"), store, second, reuse=True)
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
    responses = Engine(KeptModel(Silent, "the backend"), store, run).ask(["a", "b"], requests, lambda done, total: None)
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
    assert (engine.usage.method_detail, engine.usage.said) == ("echo", ["a replica was started again"])
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


class Refusing(ScriptedBackend):
    """Refuses the whole run in a server's words."""

    def answer(self, number: int, request: Request) -> Response:
        raise UsageError(f"HTTP 401: you sent {SECRET}, as Basic {base64.b64encode(SECRET.encode()).decode()}")


SECRET = "unremarkable-words"  # noqa: S105 - of no well-known shape: only the engine is told of it


def test_a_refusal_of_the_run_has_no_secret_in_it(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    engine = Engine(KeptModel(lambda: Refusing(ScriptedParameters()), "the backend"), store, run, secrets=(SECRET,))
    with pytest.raises(UsageError, match=r"^HTTP 401: you sent \*\*\*, as Basic \*\*\*$"):
        engine.ask(KEYS, REQUESTS, lambda done, total: None)


def test_a_key_that_a_model_repeats_is_not_stored(store: Store) -> None:
    class Repeating(ScriptedBackend):
        def answer(self, number: int, request: Request) -> Response:
            return Response(f"(A) {SECRET}", reasoning=f"they sent {SECRET.encode().hex()}", finish_reason=SECRET)

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    engine = Engine(KeptModel(lambda: Repeating(ScriptedParameters()), "the backend"), store, run, secrets=(SECRET,))
    (response,) = engine.ask(["k"], [Request("generate", "q")], lambda done, total: None).values()
    assert (response.text, response.reasoning, response.finish_reason) == ("(A) ***", "they sent ***", "***")
    assert SECRET not in str(store.get(run, "k"))


class Own(ScriptedBackend):
    """A backend of one's own, whose `run` is a function."""

    def __init__(self, run: Callable[[Sequence[Request]], Any]) -> None:
        super().__init__()
        self._run = run

    def run(self, requests: Sequence[Request]) -> Any:  # noqa: ANN401 - whatever it yields
        return self._run(requests)


GOOD = Response(loglikelihoods=(-1.0, -2.0))


def own(
    store: Store, run: int, function: Callable[[Sequence[Request]], Any], *, limit: float | None = None
) -> tuple[list[Response], Engine]:
    engine = Engine(KeptModel(lambda: Own(function), "--model=mine"), store, run, limit=limit)
    responses = engine.ask(KEYS, REQUESTS, lambda done, total: None)
    return [responses[key] for key in KEYS], engine


@pytest.mark.parametrize("index", [-1, 6, 0, True, None], ids=repr)
def test_a7_a_wrong_index_ends_the_run_and_nothing_that_came_with_it_is_kept(store: Store, index: Any) -> None:  # noqa: ANN401
    """A7: answers that come one place too far would be those of other items in the next run, too."""
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, KEYS[5], GOOD)

    def off(requests: Sequence[Request]) -> Iterator[Any]:
        yield 0, GOOD
        yield 1, GOOD
        yield index, GOOD

    with pytest.raises(UsageError, match=r"^--model=mine: it answered .*; none of the answers that it gave"):
        own(store, run, off)
    assert [store.get(run, key) is not None for key in KEYS] == [False] * 5 + [True]


@pytest.mark.parametrize("failure", [RuntimeError("engine gone"), SystemExit(0), asyncio.CancelledError()], ids=repr)
def test_d5_what_iteration_raises_is_the_error_of_what_is_left(store: Store, failure: BaseException) -> None:
    """D5: what was answered before is kept and stored, also where a backend leaves with `sys.exit(0)`."""
    run, _ = store.begin("f", resume=True, rerun_errors=False)

    def breaking(requests: Sequence[Request]) -> Iterator[Any]:
        yield 2, GOOD
        raise failure

    responses, _ = own(store, run, breaking)
    assert [response.error is None for response in responses] == [False, False, True, False, False, False]
    assert type(failure).__name__ in str(responses[0].error)
    assert store.get(run, KEYS[2]) == GOOD


def test_d5_no_answer_in_time_is_the_error_of_what_is_left(store: Store) -> None:
    """D5: a backend that hangs: the run hung."""
    run, _ = store.begin("f", resume=True, rerun_errors=False)

    def hanging(requests: Sequence[Request]) -> Iterator[Any]:
        yield 0, GOOD
        time.sleep(60)

    responses, _ = own(store, run, hanging, limit=0.1)
    assert responses[0] == GOOD
    words = "--model=mine: no answer within 0.1 s (--answer-timeout)"
    assert {response.error for response in responses[1:]} == {words}
    assert store.failure(run, KEYS[1]) == words


@pytest.mark.parametrize("raised", [pytest.fail.Exception("time"), TimeoutError("time")], ids=repr)
def test_a_tests_own_time_limit_is_no_error_of_the_backends(store: Store, raised: BaseException) -> None:
    """A timer that rings once is gone when its exception is looked at: it was stored as the error of the question."""
    run, _ = store.begin("f", resume=True, rerun_errors=False)

    def hanging(requests: Sequence[Request]) -> Iterator[Any]:
        yield 0, GOOD
        time.sleep(60)

    with pytest.raises(type(raised)) as caught, time_limit(raised):
        own(store, run, hanging, limit=60)
    assert caught.value is raised
    assert [store.get(run, key) is not None for key in KEYS] == [True, False, False, False, False, False]
    assert store.failure(run, KEYS[1]) is None


def test_the_limit_is_of_one_answer_and_not_of_the_run(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)

    def slow(requests: Sequence[Request]) -> Iterator[Any]:
        for index in range(6):
            time.sleep(0.1)
            yield index, GOOD

    responses, _ = own(store, run, slow, limit=0.4)
    assert responses == [GOOD] * 6


def test_d5_an_interrupt_that_a_backend_swallows_ends_the_run_with_what_it_answered(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)

    def swallowing(requests: Sequence[Request]) -> Iterator[Any]:
        for index in range(6):
            if index == 1:
                with contextlib.suppress(BaseException):
                    signal.raise_signal(signal.SIGINT)
            yield index, GOOD

    with pytest.raises(KeyboardInterrupt):
        own(store, run, swallowing)
    assert [store.get(run, key) is not None for key in KEYS] == [True, True, False, False, False, False]


def test_d2_a_malformed_answer_is_an_error_that_names_backend_and_field(store: Store) -> None:
    """D2: `cost_usd=nan`, token counts as strings: no report, and the stored value crashed every rerun."""
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    bad: list[Any] = [
        replace(GOOD, cost_usd=math.nan),
        replace(GOOD, prompt_tokens="12"),  # type: ignore[arg-type] # as a careless backend gives it
        replace(GOOD, finish_reason={}),  # type: ignore[arg-type]
        Response(error=5),  # type: ignore[arg-type]
        Response(error="half \ud83d"),
    ]
    responses, _ = own(store, run, lambda requests: iter([*enumerate(bad), (5, GOOD)]))
    assert [response.error for response in responses] == [
        "--model=mine gave cost_usd nan, which is no amount",
        "--model=mine gave prompt_tokens '12', which is no number of tokens",
        "--model=mine gave finish_reason {}, which is no string",
        "5",
        r"half \ud83d",
        None,
    ]
    assert [store.get(run, key) is not None for key in KEYS] == [False] * 5 + [True]


def test_d3_what_a_model_brings_along_is_in_the_usage_also_where_the_run_goes_on(store: Store) -> None:
    class Bringing(Scripted):
        def generation(self) -> dict[str, Any]:
            return {"repetition_penalty": 1.3}

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    _, engine = ask(Bringing(), store, run)
    _, resumed = ask(Scripted(), store, run)
    assert engine.usage.generation == resumed.usage.generation == {"repetition_penalty": 1.3}


def test_a_note_is_one_redacted_line(store: Store) -> None:
    class Talking(Scripted):
        notes = (f"the key\n{SECRET} is old",)

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    engine = Engine(KeptModel(Talking, "the backend"), store, run, secrets=[SECRET])
    engine.ask(KEYS, REQUESTS, lambda done, total: None)
    assert engine.usage.said == ["the key *** is old"]


def test_a12_a_backend_is_told_whether_this_run_has_answers_already(store: Store) -> None:
    told: list[bool] = []

    class Told(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            told.append(self.proven)
            yield from super().run(requests)

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    Engine(KeptModel(Told, "the backend"), store, run).ask(KEYS[:2], REQUESTS[:2], lambda done, total: None)
    Engine(KeptModel(Told, "the backend"), store, run).ask(KEYS, REQUESTS, lambda done, total: None)
    assert told == [False, True]


def test_whoever_sends_has_the_model_and_each_requests_key(store: Store) -> None:
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, KEYS[0], Response(loglikelihoods=(-1.0, -2.0)))
    sent: list[tuple[object, list[str], list[str]]] = []

    def send(model: Model, keys: Sequence[str], requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        sent.append((model, list(keys), [request.context for request in requests]))
        return model.run(requests)

    backend = Scripted()
    answers = Engine(KeptModel(lambda: backend, "it"), store, run, send=send).ask(
        KEYS, REQUESTS, lambda done, total: None
    )
    assert sent == [(backend, KEYS[1:], KEYS[1:])]
    assert all(answer.error is None for answer in answers.values())


def test_an_answer_over_which_a_backend_ends_the_run_is_named_by_its_item(store: Store) -> None:
    class Strict(Scripted):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            yield 1, Response(loglikelihoods=(-1.0, -2.0))
            refused = AnswerRefused("no text")
            refused.index = 2
            raise refused

    run, _ = store.begin("f", resume=True, rerun_errors=False)
    for called, expected in ((lambda key: f"item {key}", "item q2: no text"), (lambda key: "", "no text")):
        backend = Strict()
        engine = Engine(KeptModel(lambda: backend, "the backend"), store, run, called=called)  # noqa: B023 - used here
        with pytest.raises(UsageError) as error:
            engine.ask(KEYS, REQUESTS, lambda done, total: None)
        assert str(error.value) == expected
        store.take_back(run, KEYS)
