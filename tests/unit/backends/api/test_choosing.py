from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.api.choosing import FORMAT, BySchema, Choosing
from pytest_haerae.backends.api.harmless import HARMLESS
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import completion
from pytest_haerae.types import Message, Request
from tests.helpers import kept_reply
from tests.unit.backends.api.test_backend import Client, ask, refusal

LETTERS = ("A", "B", "C")
CHATS = [
    Request("generate", "", messages=(Message("user", f"{number}번 문제"),), stop=("\n",), choices=LETTERS)
    for number in range(5)
]
TEXTS = [Request("generate", f"{number}번 문제", choices=LETTERS) for number in range(5)]
OWN = "http://localhost:8000/v1"
Said = str | dict[str, Any] | Exception | None


def number_of(body: dict[str, Any]) -> int:
    """Of a question; -1 of the harmless one."""
    asked: str = body["messages"][-1]["content"] if "messages" in body else body["prompt"]
    return -1 if asked == HARMLESS else int(asked[0])


def server(answer: Callable[[int, dict[str, Any]], Said]) -> Callable[[str, dict[str, Any]], Any]:
    """One that answers by a question's number; where that is None as it is told."""

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer or an error
        number = number_of(body)
        said = answer(number, body)
        if said is None:
            said = kept_reply(number, {**body, **body.get("extra_body", {})}) or "글쎄요"
        return completion(said) if isinstance(said, str) else said

    return send


def asked(backend: Client) -> list[tuple[int, bool]]:
    """The questions in their order, and whether each was told by a schema."""
    return [(number_of(body), FORMAT in body) for _, body in backend.sent]


def test_a_chat_is_told_by_a_schema_and_its_answer_is_the_letter() -> None:
    responses, backend = ask(CHATS, server(lambda number, body: None), stop=["x"])
    assert [response.text for response in responses] == ["A", "B", "C", "A", "B"]
    assert asked(backend)[:2] == [(-1, True), (0, True)]
    assert len(backend.sent) == 6
    assert all("stop" not in body for _, body in backend.sent), "JSON may have line ends"
    told = backend.sent[1][1][FORMAT]
    assert (told["type"], told["json_schema"]["strict"]) == ("json_schema", True)
    schema = told["json_schema"]["schema"]
    assert (schema["required"], schema["additionalProperties"]) == (["answer"], False)
    assert schema["properties"] == {"answer": {"type": "string", "enum": ["A", "B", "C"]}}


def test_a_text_completion_is_told_in_the_words_of_two_servers() -> None:
    responses, backend = ask(TEXTS, server(lambda number, body: None), endpoint="completions")
    assert [response.text for response in responses] == ["A", "B", "C", "A", "B"]
    assert backend.sent[1][1]["extra_body"] == {
        "structured_outputs": {"choice": ["A", "B", "C"]},
        "grammar": 'root ::= "A" | "B" | "C"',
    }


def test_a_server_of_ones_own_is_told_so_too_beside_what_it_is_told_of_reasoning() -> None:
    responses, backend = ask(CHATS, server(lambda number, body: None), api_base=OWN, reasoning="off")
    assert [response.text for response in responses] == ["A", "B", "C", "A", "B"]
    assert not any(by_schema for _, by_schema in asked(backend))
    assert all("structured_outputs" in body["extra_body"] for _, body in backend.sent)
    assert all(body["chat_template_kwargs"]["enable_thinking"] is False for _, body in backend.sent)


@pytest.mark.parametrize("refused", [True, False])
def test_one_that_knows_the_schema_alone_is_told_that(*, refused: bool) -> None:
    def answer(number: int, body: dict[str, Any]) -> Said:
        if FORMAT in body:
            return None
        return refusal("Extra inputs are not permitted: structured_outputs", 422) if refused else "2"

    responses, backend = ask(CHATS, server(answer), api_base=OWN)
    assert [response.text for response in responses] == ["A", "B", "C", "A", "B"]
    assert asked(backend)[:3] == [(-1, False), (-1, True), (0, True)]


@given(st.text(max_size=20) | st.sampled_from([" B", '"B"', '{"answer": "D"}', '{"answer": ["B"]}', "[" * 9_999, "B"]))
def test_a_server_that_does_not_keep_to_choices_ends_the_run_before_the_first_question(said: str) -> None:
    """In a chat, a letter alone is not the object that was asked for."""
    sent: list[int] = []

    def answer(number: int, body: dict[str, Any]) -> Said:
        sent.append(number)
        return said

    words = "--model=client: the server gave .*, and not one of A, B as response_format says: it does not keep"
    with pytest.raises(UsageError, match=words):
        ask(CHATS, server(answer))
    assert sent == [-1]


def test_a_text_is_none_of_the_choices_if_it_only_holds_one() -> None:
    words = "gave '정답: B', and not one of A, B as structured_outputs or grammar says"
    with pytest.raises(UsageError, match=words):
        ask(TEXTS, server(lambda number, body: "정답: B"), endpoint="completions")


@pytest.mark.parametrize("odd", range(5))
def test_one_answer_that_is_none_is_the_error_of_its_item(odd: int) -> None:
    """A model may refuse to answer, and an answer may be cut."""
    cut = completion('{"ans')
    cut["choices"][0]["finish_reason"] = "length"
    responses, _ = ask(CHATS, server(lambda number, body: cut if number == odd else None))
    texts = [None if number == odd else LETTERS[number % 3] for number in range(5)]
    assert [response.text for response in responses] == texts
    assert responses[odd].error == (
        "client: the server gave '{\"ans' (finish_reason length), and not one of A, B, C as response_format says"
    )


@pytest.mark.parametrize("address", [None, OWN])
def test_a_server_that_refuses_the_field_ends_the_run_and_is_not_asked_without_it(address: str | None) -> None:
    sent: list[dict[str, Any]] = []

    def answer(number: int, body: dict[str, Any]) -> Said:
        sent.append(body)
        told = "response_format" if FORMAT in body else "structured_outputs"
        return refusal(f"{told} is not supported: this server takes temperature, seed, top_p and max_tokens")

    with pytest.raises(UsageError, match=r"--model=client: .*response_format is not supported"):
        ask(CHATS, server(answer), seed=1, top_p=0.5, api_base=address)
    assert {number_of(body) for body in sent} == {-1}
    assert all((FORMAT in body) != ("extra_body" in body) for body in sent)
    assert all({"temperature", "seed", "top_p"} <= body.keys() for body in sent if FORMAT in body)


def test_what_says_nothing_of_a_field_ends_no_search() -> None:
    """A key that is wrong is wrong for each way."""
    sent: list[int] = []

    def answer(number: int, body: dict[str, Any]) -> Said:
        sent.append(number)
        return refusal("invalid key", 401)

    with pytest.raises(UsageError, match="invalid key"):
        ask(CHATS, server(answer), api_base=OWN)
    assert sent == [-1]


def test_what_a_server_refuses_beside_it_is_left_out_as_ever() -> None:
    def answer(number: int, body: dict[str, Any]) -> Said:
        return refusal("Unsupported parameter: 'seed'") if "seed" in body else None

    responses, backend = ask(CHATS, server(answer), seed=1)
    assert {response.text for response in responses} == {"A", "B", "C"}
    assert backend.method_detail == "the server refused parameters: seed was left out"


@pytest.mark.parametrize("name", [FORMAT, "guided_choice", "structured_outputs"])
def test_it_is_not_said_twice(name: str) -> None:
    with pytest.raises(UsageError, match=f"extra_body: {name} says otherwise than the choices what is answered"):
        ask(CHATS, extra_body={name: {}})
    assert Choosing("client", chat=True, own=False).fields((), {name: {}}) == {}


@given(st.text(max_size=12))
def test_the_object_gives_its_answer_alone(text: str) -> None:
    assert BySchema().read(json.dumps({"answer": text}, indent=2)) == text
    assert BySchema().read(json.dumps([text])) is None
    assert BySchema().read(json.dumps({"other": text})) is None
