from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pytest_haerae.backends.api.adaptation import Adaptations
from pytest_haerae.backends.api.batch_lines import BatchLines
from pytest_haerae.backends.batches import Result
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import completion
from pytest_haerae.types import Request, Response

SECRET = "sk-0123456789abcdefghij"  # noqa: S105 - nobody's


def lines(
    finish: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    price: Callable[[Any], float | None] = lambda answer: None,
    path: str = "/v1/chat/completions",
    noted: Callable[[], None] = lambda: None,
) -> BatchLines:
    def compose(request: Request) -> dict[str, Any]:
        return {"model": "m", "prompt": request.context, "temperature": 0.0, "max_tokens": 5}

    return BatchLines("it", path, compose, finish, Adaptations(), noted, price, frozenset({SECRET}))


def results(written: BatchLines, *answers: object) -> list[Result]:
    content = "\n".join(answer if isinstance(answer, str) else json.dumps(answer) for answer in answers).encode()
    return list(written.results(content, {"k": Request("generate", "x"), "l": Request("generate", "y")}.get))


def answer(key: str, status: int, body: object, error: object = None) -> dict[str, Any]:
    return {"id": "1", "custom_id": key, "response": {"status_code": status, "body": body}, "error": error}


def test_a_request_is_a_line_with_its_key() -> None:
    line = lines().line("k", Request("generate", "줄\n바꿈"))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    body = {"model": "m", "prompt": "줄\n바꿈", "temperature": 0.0, "max_tokens": 5}
    assert json.loads(line) == {"custom_id": "k", "method": "POST", "url": "/v1/chat/completions", "body": body}


def test_half_of_a_surrogate_pair_is_a_line_too() -> None:
    assert json.loads(lines().line("k", Request("generate", "\ud800")))["body"]["prompt"] == "\ud800"


def test_answers_have_text_tokens_and_price_whatever_their_order() -> None:
    found = results(lines(price=lambda body: 0.5), answer("l", 200, completion("y")), answer("k", 200, completion("x")))
    response = Response("y", prompt_tokens=10, completion_tokens=2, finish_reason="stop", cost_usd=0.5)
    assert found[0] == Result("l", response)
    assert [result.key for result in found] == ["l", "k"]


def test_the_answer_of_a_completion_is_its_text() -> None:
    (found,) = results(lines(path="/v1/completions"), answer("k", 200, {"choices": [{"text": "t"}]}))
    assert found.response is not None
    assert found.response.text == "t"


@pytest.mark.parametrize("code", ["batch_expired", "batch_cancelled"])
def test_what_was_left_over_has_no_response(code: str) -> None:
    said = {"custom_id": "k", "response": None, "error": {"code": code, "message": "too late"}}
    assert results(lines(), said) == [Result("k", None)]


@pytest.mark.parametrize(
    ("line", "words", "is_refusal"),
    [
        (answer("k", 400, {"error": {"message": "no"}}), "it: Error code: 400 - no", True),
        (answer("k", 500, {"error": {"message": "oops"}}), "it: Error code: 500 - oops", False),
        (answer("k", 429, {"error": "slowly"}), "it: Error code: 429 - slowly", False),
        (answer("k", 200, None), "it: Error code: 200 - there is no answer", False),
        ({"custom_id": "k", "error": {"code": "x", "message": "broken"}}, "it: Error code: 0 - broken", False),
        (answer("k", 200, {"choices": []}), "it: the server's answer has no choices: {'choices': []}", False),
        (answer("k", 400, {"error": {"message": f"you sent {SECRET}"}}), "it: Error code: 400 - you sent ***", True),
    ],
)
def test_an_error_is_one_line_without_secrets(line: dict[str, Any], words: str, is_refusal: bool) -> None:
    assert results(lines(), line) == [Result("k", Response(error=words), is_refusal=is_refusal)]


def test_what_is_no_answer_of_ours_is_passed_over() -> None:
    assert results(lines(), "", "{", "[1]", "[" * 100_000, {"custom_id": 7}, {"id": "k"}) == []


def test_what_is_refused_of_all_is_learnt_from_each_of_them() -> None:
    noted: list[int] = []
    written = lines(noted=lambda: noted.append(1))
    refusal = {"error": {"message": "Unsupported value: 'temperature' does not support 0", "param": "temperature"}}
    found = results(written, answer("k", 400, refusal), answer("l", 400, refusal), answer("other", 400, refusal))
    assert [result.is_learnt for result in found] == [True, True, False]
    assert noted
    assert "temperature" not in json.loads(written.line("k", Request("generate", "x")))["body"]
    # What is sent without it and refused for it all the same is refused.
    assert [result.is_learnt for result in results(written, answer("k", 400, refusal))] == [False]


def test_who_finishes_a_body_may_refuse_what_is_left_out_then() -> None:
    class Refusal(Exception):  # noqa: N818 - names what came
        status_code = 400

    def finish(body: dict[str, Any]) -> dict[str, Any]:
        if "temperature" in body:
            raise Refusal("it does not support temperature")
        return {**body, "more": 1}

    body = json.loads(lines(finish).line("k", Request("generate", "x")))["body"]
    assert body == {"model": "m", "prompt": "x", "max_tokens": 5, "more": 1}


def test_a_body_that_cannot_be_finished_ends_the_run() -> None:
    def finish(body: dict[str, Any]) -> dict[str, Any]:
        raise ValueError("no such thing")

    with pytest.raises(UsageError, match=r"^--model=it: ValueError: no such thing$"):
        lines(finish).line("k", Request("generate", "x"))
