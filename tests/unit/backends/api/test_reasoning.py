from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pytest_haerae.backends.api.litellm import LiteLLMBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.reasoning import fields, is_own, refuse_unheeded
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Message, Reasoning, Request, Response
from tests.unit.backends.api.test_backend import ask

OWN = "http://localhost:8000/v1"
CHAT = Request("generate", "", messages=(Message("user", "1+1?"),))


@pytest.mark.parametrize(
    ("reasoning", "address", "sent"),
    [
        (None, None, {}),
        ("high", None, {"reasoning_effort": "high"}),
        ("off", "https://api.openai.com/v1", {"reasoning_effort": "none"}),
        ("minimal", "https://llm.example.com/v1", {"reasoning_effort": "minimal"}),
        ("off", "https://openrouter.ai/api/v1", {"reasoning": {"effort": "none"}}),
        (2048, "https://openrouter.ai/api/v1", {"reasoning": {"max_tokens": 2048}}),
        ("off", OWN, {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}),
        (
            "low",
            OWN,
            {
                "reasoning_effort": "low",
                "chat_template_kwargs": {"enable_thinking": True, "thinking": True, "reasoning_effort": "low"},
            },
        ),
        (
            64,
            "http://10.0.0.7:8000/v1",
            {
                "thinking_token_budget": 64,
                "chat_template_kwargs": {"enable_thinking": True, "thinking": True, "thinking_budget": 64},
            },
        ),
    ],
)
def test_each_server_is_told_in_its_own_words(
    reasoning: Reasoning | None, address: str | None, sent: dict[str, Any]
) -> None:
    assert fields(reasoning, address) == sent


@pytest.mark.parametrize("address", [None, "https://api.openai.com/v1", "https://llm.example.com/v1"])
def test_a_number_of_tokens_is_refused_where_levels_are_taken(address: str | None) -> None:
    with pytest.raises(UsageError, match=r"--reasoning=64: .* takes a level, and no number of tokens"):
        fields(64, address)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("gpu-box", True),
        ("llm.internal", True),
        ("8.8.8.8", False),
        ("api.groq.com", False),
    ],
)
def test_ones_own_servers_are_known_by_their_place(host: str, own: bool) -> None:
    assert is_own(host) is own


@pytest.mark.parametrize("reasoning", ["off", "high", 64])
def test_a_chats_body_says_it_and_a_texts_does_not(reasoning: Reasoning) -> None:
    _, backend = ask([CHAT], api_base=OWN, reasoning=reasoning)
    ((_, body),) = backend.sent
    assert {name: value for name, value in body.items() if name in fields(reasoning, OWN)} == fields(reasoning, OWN)
    _, backend = ask([Request("generate", "1+1=")], api_base=OWN, reasoning=reasoning, endpoint="completions")
    ((_, body),) = backend.sent
    assert not body.keys() & fields(reasoning, OWN).keys()
    _, backend = ask([CHAT], api_base=OWN)
    assert backend.sent[0][1].keys() <= {"model", "messages", "max_tokens", "temperature"}


@pytest.mark.parametrize(
    ("reasoning", "first", "message"),
    [
        ("off", Response("2", reasoning="음"), "the server went on reasoning in its first answer"),
        ("off", Response("2", reasoning_tokens=7), "the server went on reasoning"),
        (64, Response("2", reasoning_tokens=200), "the server reasoned for 200 tokens in its first answer"),
    ],
)
def test_a_server_that_does_not_do_as_it_is_told_is_refused(
    reasoning: Reasoning, first: Response, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        refuse_unheeded(reasoning, first)


@pytest.mark.parametrize(
    ("reasoning", "first"),
    [
        (None, Response("2", reasoning="음", reasoning_tokens=10**6)),
        ("high", Response("2")),
        ("off", Response("2", reasoning="\n", reasoning_tokens=0)),
        (64, Response("2", reasoning="음", reasoning_tokens=64)),
        (64, Response("2", reasoning="음")),
    ],
)
def test_one_that_may_have_done_so_is_not(reasoning: Reasoning | None, first: Response) -> None:
    refuse_unheeded(reasoning, first)


def test_the_run_ends_with_the_first_answer_of_such_a_server() -> None:
    answer = {"choices": [{"message": {"content": "2", "reasoning_content": "1+1이니까"}, "finish_reason": "stop"}]}
    with pytest.raises(UsageError, match="--reasoning=off: the server went on reasoning"):
        ask([CHAT, CHAT], lambda endpoint, body: answer, api_base=OWN, reasoning="off")


@pytest.mark.parametrize("name", ["chat_template_kwargs", "reasoning_effort"])
def test_what_is_said_twice_is_refused(name: str) -> None:
    given = {"model_name": "m", "extra_body": {name: {}}}
    assert ApiParameters.model_validate(given)
    with pytest.raises(ValidationError, match=f"extra_body: {name} says what reasoning says"):
        ApiParameters.model_validate({**given, "reasoning": "high"})


@pytest.mark.parametrize(
    ("model", "reasoning", "sent"),
    [
        ("openai/gpt-5", "off", {"reasoning_effort": "none"}),
        ("anthropic/claude-sonnet-4-5", 2048, {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
        ("gemini/gemini-2.5-flash", "low", {"reasoning_effort": "low"}),
    ],
)
def test_litellm_is_told_in_its_words(
    model: str, reasoning: Reasoning, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("litellm")
    monkeypatch.setattr("pytest_haerae.backends.api.litellm.refuse_unreachable", lambda name, address: None)
    backend = LiteLLMBackend(ApiParameters(model_name=model, reasoning=reasoning, max_tokens=4096))
    try:
        assert backend._thinking == sent
    finally:
        backend.close()


@pytest.mark.parametrize(
    ("model", "reasoning", "message"),
    [
        ("gpt-4o-mini", "high", "litellm knows no level for gpt-4o-mini"),
        ("openai/gpt-5", 2048, "litellm knows no number of tokens for openai/gpt-5"),
    ],
)
def test_litellm_refuses_what_it_knows_not_to_be_there(
    model: str, reasoning: Reasoning, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("litellm")
    monkeypatch.setattr("pytest_haerae.backends.api.litellm.refuse_unreachable", lambda name, address: None)
    with pytest.raises(UsageError, match=message):
        LiteLLMBackend(ApiParameters(model_name=model, reasoning=reasoning, max_tokens=4096))
