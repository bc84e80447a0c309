from __future__ import annotations

import pytest

from pytest_haerae.backends.api.bodies import body_of, estimated_tokens
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.types import Message, Request


def test_a_text_is_a_users_message_and_what_is_unset_is_not_sent() -> None:
    body = body_of(
        "chat", Request("generate", "수도는?"), ApiParameters(model_name="m", max_tokens=7), {"think": 1}, {}
    )
    chat = [{"role": "user", "content": "수도는?"}]
    assert body == {"messages": chat, "think": 1, "max_tokens": 7, "temperature": 0.0}


def test_a_request_has_its_own_sampling_and_a_seed_of_its_own() -> None:
    parameters = ApiParameters(model_name="m", seed=5, stop=("\n",), logit_bias=((3, 1.5),), repetition_penalty=1.2)
    request = Request("generate", "", (), (Message("system", "s"),), ("x",), (("temperature", 0.5),), repeat=2)
    body = body_of("chat", request, parameters, {}, {})
    assert (body["seed"], body["temperature"], body["logit_bias"]) == (7, 0.5, {"3": 1.5})
    assert sorted(body["stop"]) == ["\n", "x"]
    assert body["repetition_penalty"] == body["repeat_penalty"] == 1.2
    assert body["messages"] == [{"role": "system", "content": "s"}]


def test_a_completion_has_a_prompt_and_no_thinking() -> None:
    body = body_of("completions", Request("generate", "정답:"), ApiParameters(model_name="m"), {"think": 1}, {})
    assert (body["prompt"], "messages" in body, "think" in body) == ("정답:", False, False)


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_tokens_are_estimated_by_characters(endpoint: str) -> None:
    parameters = ApiParameters(model_name="m", max_tokens=10)
    body = body_of("chat" if endpoint == "chat" else "completions", Request("generate", "가" * 20), parameters, {}, {})
    assert estimated_tokens(body) == 20


def test_choices_stand_beside_what_a_field_says_already() -> None:
    parameters = ApiParameters(model_name="m")
    choosing = {"extra_body": {"grammar": "root"}, "response_format": {"type": "json_schema"}}
    body = body_of("chat", Request("generate", "수도는?"), parameters, {"extra_body": {"think": 1}}, choosing)
    assert body["extra_body"] == {"think": 1, "grammar": "root"}
    assert body["response_format"] == {"type": "json_schema"}
