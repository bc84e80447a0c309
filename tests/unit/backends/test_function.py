from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import pytest

from pytest_haerae.backends.function import FunctionBackend, bind
from pytest_haerae.backends.registry import find_backend, require_method, validate_parameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import check_backend
from pytest_haerae.types import Message, Request, Response

REQUESTS = [Request("generate", f"{number}번 문제는?") for number in range(30)]


def answers(function: Callable[..., Any], requests: Sequence[Request] = REQUESTS, **params: Any) -> list[Response]:  # noqa: ANN401
    """What a function answers, by the requests' places."""
    backend = bind(function)
    model = backend(validate_parameters("function", backend, params))  # type: ignore[arg-type] # its own
    try:
        found = dict(model.run(requests))
    finally:
        model.close()
    return [found[index] for index in range(len(requests))]


def echo(question: str) -> str:
    return f"답: {question}"


async def echo_slowly(question: str) -> str:
    await asyncio.sleep(0.001 * (int(question.partition("번")[0]) % 3))
    return f"답: {question}"


def later(question: str) -> Awaitable[str]:
    """What can be awaited, of a function that does not look so."""
    return echo_slowly(question)


class Echoing:
    def __call__(self, question: str) -> str:
        return echo(question)


class EchoingSlowly:
    async def __call__(self, question: str) -> str:
        return await echo_slowly(question)


@pytest.mark.parametrize("params", [{}, {"max_concurrency": 5}, {"timeout": 60.0}, {"max_concurrency": 1}])
@pytest.mark.parametrize("function", [echo, echo_slowly, Echoing(), EchoingSlowly(), later])
def test_each_answer_is_of_its_request(function: Callable[..., Any], params: dict[str, Any]) -> None:
    assert [each.text for each in answers(function, **params)] == [f"답: {each.context}" for each in REQUESTS]


@pytest.mark.parametrize("function", [echo, echo_slowly])
def test_it_keeps_the_contract(function: Callable[..., Any]) -> None:
    check_backend(bind(function))


def test_a_plain_function_is_called_here_and_one_by_one() -> None:
    """What it holds may be made for this thread alone."""
    threads = []

    def note(question: str) -> str:
        threads.append(threading.current_thread())
        return ""

    answers(note)
    assert threads == [threading.main_thread()] * len(REQUESTS)


@pytest.mark.parametrize("is_async", [False, True])
def test_no_more_calls_at_once_than_are_allowed(is_async: bool) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def change(by: int) -> None:
        nonlocal running, most
        with lock:
            running += by
            most = max(most, running)

    def call(question: str) -> str:
        change(1)
        time.sleep(0.002)
        change(-1)
        return ""

    async def call_async(question: str) -> str:
        change(1)
        await asyncio.sleep(0.002)
        change(-1)
        return ""

    answers(call_async if is_async else call, max_concurrency=4)
    assert 1 < most <= 4


def test_a_response_or_a_mapping_says_more_than_a_text() -> None:
    said = {"text": "(A)", "reasoning": "생각", "completion_tokens": 3}
    for given in (said, Response(text="(A)", reasoning="생각", completion_tokens=3)):
        (response,) = answers(lambda text, given=given: given, REQUESTS[:1])
        assert (response.text, response.reasoning, response.completion_tokens) == ("(A)", "생각", 3)
        assert response.latency_seconds is not None


def test_a_chat_is_given_as_messages() -> None:
    asked: list[Any] = []
    request = Request("generate", "", messages=(Message("system", "짧게"), Message("user", "질문")))

    def note(messages: object) -> str:
        asked.append(messages)
        return ""

    answers(note, [request])
    assert asked == [[{"role": "system", "content": "짧게"}, {"role": "user", "content": "질문"}]]


class Failing(Exception):  # noqa: N818 - as a name of somebody else's
    pass


@pytest.mark.parametrize("params", [{}, {"max_concurrency": 3}])
@pytest.mark.parametrize(
    ("is_async", "error"),
    [
        *((each, error) for each in (False, True) for error in (Failing("끊겼다"), SystemExit(3), TimeoutError("own"))),
        (True, asyncio.CancelledError()),
    ],
)
def test_what_it_raises_is_the_error_of_its_question_alone(
    params: dict[str, Any], is_async: bool, error: BaseException
) -> None:
    def fail(question: str) -> str:
        if question.startswith(("0번", "7번")):
            raise error
        return question

    async def fail_async(question: str) -> str:
        await asyncio.sleep(0)
        return fail(question)

    found = answers(fail_async if is_async else fail, **params)
    assert [index for index, each in enumerate(found) if each.error] == [0, 7]
    assert all(each.text for index, each in enumerate(found) if index not in (0, 7))
    assert f"raised {type(error).__name__}" in str(found[0].error)
    assert "test_function.py:" in str(found[0].error)


@pytest.mark.parametrize("params", [{}, {"max_concurrency": 3}])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "returned None, which is no text"),
        (b"A", "returned b'A' of type bytes, which is no text"),
        ({"answer": "A"}, "returned a mapping with 'answer', which is no field of a Response"),
    ],
)
def test_what_is_no_text_ends_the_run_where_nothing_was_answered_yet(
    given: object, words: str, params: dict[str, Any]
) -> None:
    with pytest.raises(UsageError) as error:
        answers(lambda question: given, **params)
    line = str(error.value)
    assert line.startswith("--model=function: ")
    assert words in line
    assert "asked '0번 문제는?', " in line or params
    assert "\n" not in line


def test_what_is_no_text_is_the_error_of_its_question_behind_a_good_answer() -> None:
    found = answers(lambda question: None if question.startswith("4번") else question)
    assert [index for index, each in enumerate(found) if each.error] == [4]
    assert "returned None, which is no text" in str(found[4].error)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_call_that_takes_too_long_is_given_up(is_async: bool) -> None:
    free = threading.Event()

    def hang(question: str) -> str:
        if question.startswith("3번"):
            free.wait(30)
        return question

    async def hang_async(question: str) -> str:
        if question.startswith("3번"):
            await asyncio.sleep(30)
        return question

    try:
        found = answers(hang_async if is_async else hang, timeout=0.2)
    finally:
        free.set()
    assert [index for index, each in enumerate(found) if each.error] == [3]
    assert "gave no answer within 0.2 s (timeout)" in str(found[3].error)


def test_it_yields_early() -> None:
    asked: list[str] = []

    def note(question: str) -> str:
        asked.append(question)
        return question

    backend = bind(note)
    running: Iterator[Any] = backend(backend.parameters()).run(REQUESTS)  # type: ignore[arg-type] # its own
    next(running)
    assert len(asked) == 1


def test_the_version_is_a_part_of_what_it_is_and_the_speed_is_none() -> None:
    backend = bind(echo)
    known = [
        validate_parameters("function", backend, params).identity()
        for params in ({}, {"max_concurrency": 9, "timeout": 5.0}, {"version": "2"}, {"version": 2})
    ]
    assert known[0] == known[1] != known[2] == known[3]
    assert known[0]["backend"] == "function"


def test_only_what_a_later_run_cannot_find_is_told_of() -> None:
    for function, version, told in (
        (echo, None, False),
        (lambda text: text, None, True),
        (lambda text: text, "1", False),
    ):
        notice = bind(function).parameters.model_validate({"version": version}).notice()
        assert (notice is not None) is told
        assert notice is None or notice.endswith("give it a version= that changes when it does")


def test_another_path_beside_a_function_is_refused() -> None:
    with pytest.raises(UsageError, match=r"path: the function is given already: .*:echo; leave it out"):
        validate_parameters("function", bind(echo), {"path": "os:getcwd"})


def test_it_is_a_backend_by_name_and_a_function_of_the_hook_is_one() -> None:
    assert issubclass(find_backend("mine", {"mine": echo}), FunctionBackend)  # type: ignore[dict-item] # also taken
    with pytest.raises(UsageError, match="--method=log_likelihood: backend 'function' cannot serve it; it serves str"):
        require_method("function", FunctionBackend, "log_likelihood")
