from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.api.choosing import FORMAT, choice_fields
from pytest_haerae.backends.api.harmless import HARMLESS
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import completion
from pytest_haerae.types import Message, Request
from tests.unit.backends.api.test_backend import ask, refusal

LETTERS = ("A", "B", "C")
CHATS = [
    Request("generate", "", messages=(Message("user", f"{number}번 문제"),), stop=("\n",), choices=LETTERS)
    for number in range(5)
]
TEXTS = [Request("generate", f"{number}번 문제", choices=LETTERS) for number in range(5)]


def asked_of(body: dict[str, Any]) -> str:
    found: str = body["messages"][-1]["content"] if "messages" in body else body["prompt"]
    return found


def by_schema(body: dict[str, Any]) -> list[str]:
    """What a server may answer by the schema that it was sent."""
    told = body[FORMAT]
    assert (told["type"], told["json_schema"]["strict"]) == ("json_schema", True)
    schema = told["json_schema"]["schema"]
    assert (schema["required"], schema["additionalProperties"]) == (["answer"], False)
    allowed: list[str] = schema["properties"]["answer"]["enum"]
    return allowed


def wherever(answers: Callable[[int, dict[str, Any]], Any]) -> Callable[[str, dict[str, Any]], Any]:
    """A server that answers each question by its number; the harmless one has -1."""

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer or an error
        text = asked_of(body)
        said = answers(-1 if text == HARMLESS else int(text[0]), body)
        return completion(said) if isinstance(said, str) else said

    return send


def test_a_chat_is_told_by_a_schema_and_its_answer_is_the_letter() -> None:
    send = wherever(lambda number, body: json.dumps({"answer": by_schema(body)[number % 3]}, indent=number))
    responses, backend = ask(CHATS, send, stop=["x"])
    assert [response.text for response in responses] == ["A", "B", "C", "A", "B"]
    assert all("stop" not in body for _, body in backend.sent), "JSON may have line ends"
    assert by_schema(backend.sent[0][1]) == list(LETTERS)


def test_a_text_completion_is_told_in_the_words_of_two_servers() -> None:
    responses, backend = ask(TEXTS, lambda endpoint, body: completion("B"), endpoint="completions")
    assert [response.text for response in responses] == ["B"] * 5
    assert backend.sent[0][1]["extra_body"] == {
        "structured_outputs": {"choice": ["A", "B", "C"]},
        "grammar": 'root ::= "A" | "B" | "C"',
    }


@given(st.text(max_size=20) | st.sampled_from(["B", " B", '"B"', '{"answer": "D"}', '{"answer": ["B"]}', "[" * 9_999]))
def test_a_server_that_does_not_keep_to_choices_ends_the_run_after_two_questions(said: str) -> None:
    sent: list[str] = []

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer
        sent.append(asked_of(body))
        return completion(said)

    words = "--model=client: the server gave .*, and not one of A, B, C as response_format says; it does not keep"
    with pytest.raises(UsageError, match=words):
        ask(CHATS, send)
    assert sent == ["0번 문제", HARMLESS]


def test_a_text_is_none_of_the_choices_if_it_only_holds_one() -> None:
    with pytest.raises(
        UsageError, match="gave '정답: B', and not one of A, B, C as structured_outputs or grammar says"
    ):
        ask(TEXTS, lambda endpoint, body: completion("정답: B"), endpoint="completions")


@pytest.mark.parametrize("odd", range(5))
def test_one_answer_that_is_none_is_the_error_of_its_item(odd: int) -> None:
    """A model may refuse to answer, and an answer may be cut."""
    cut = completion('{"ans')
    cut["choices"][0]["finish_reason"] = "length"
    responses, _ = ask(CHATS, wherever(lambda number, body: cut if number == odd else '{"answer": "C"}'))
    assert [response.text for response in responses] == [None if number == odd else "C" for number in range(5)]
    assert responses[odd].error == (
        "client: the server gave '{\"ans' (finish_reason length), and not one of A, B, C as response_format says"
    )


def test_a_server_that_refuses_the_field_ends_the_run_and_is_not_asked_without_it() -> None:
    sent: list[dict[str, Any]] = []

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - an error
        sent.append(body)
        return refusal("response_format is not supported: this server takes temperature, seed, top_p and max_tokens")

    with pytest.raises(UsageError, match=r"--model=client: .*response_format is not supported"):
        ask(CHATS, send, seed=1, top_p=0.5)
    assert len(sent) == 2
    assert all(FORMAT in body and {"temperature", "seed", "top_p"} <= body.keys() for body in sent)


def test_what_a_server_refuses_beside_it_is_left_out_as_ever() -> None:
    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer or an error
        assert by_schema(body)
        return refusal("Unsupported parameter: 'seed'") if "seed" in body else completion('{"answer": "A"}')

    responses, backend = ask(CHATS, send, seed=1)
    assert {response.text for response in responses} == {"A"}
    assert backend.method_detail == "the server refused parameters: seed was left out"


@pytest.mark.parametrize("name", [FORMAT, "guided_choice", "structured_outputs"])
def test_it_is_not_said_twice(name: str) -> None:
    with pytest.raises(UsageError, match=f"extra_body: {name} says otherwise than the choices what is answered"):
        ask(CHATS, extra_body={name: {}})
    assert choice_fields((), {name: {}}, chat=True) == {}
