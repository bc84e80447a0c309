"""What is sent for a request: the body of a completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.scoring import Endpoint
from pytest_haerae.backends.chats import chat_of, text_in
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.types import Request

_CHARACTERS_PER_TOKEN = 2
"""Of Korean text, for the estimate that a limit of tokens a minute needs."""
_TOKENS_OF_IMAGE = 1500
"""Of a large one, with most providers, for the same estimate."""


def body_of(
    endpoint: Endpoint,
    request: Request,
    parameters: ApiParameters,
    thinking: Mapping[str, Any],
    choosing: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The body of a request, without the model's name, as a server that takes everything has it.

    Args:
        endpoint: Where it is sent.
        request: The request.
        parameters: The backend's parameters.
        thinking: What a chat's body says of how much the model is to think.
        choosing: What it says of choices, beside what it says already in each field.
    """
    parameters = parameters.of_request(request)
    body: dict[str, Any] = {}
    if endpoint == "chat":
        body["messages"] = chat_of(request.messages) or [{"role": "user", "content": request.context}]
        body |= thinking if request.kind == "generate" else {}
    else:
        body["prompt"] = request.context
    body |= {name: {**body.get(name, {}), **value} for name, value in choosing.items()}
    body |= {"max_tokens": parameters.max_tokens, "temperature": parameters.temperature}
    if request.log_probability:
        # Of the tokens themselves: a text completion counts the alternatives, of which none is asked for with 0.
        body["logprobs"] = True if endpoint == "chat" else 1
    optional = {
        "top_p": parameters.top_p,
        "seed": parameters.seed,
        "stop": stop_texts(parameters.stop, request) or None,
        **parameters.set_by_hand(),
    }
    if parameters.logit_bias is not None:
        optional["logit_bias"] = {str(token): bias for token, bias in parameters.logit_bias}
    # vLLM and SGLang know it by the first name, llama.cpp by the second, and each ignores the other's.
    optional["repeat_penalty"] = parameters.repetition_penalty
    return body | {name: value for name, value in optional.items() if value is not None}


def estimated_tokens(body: Mapping[str, Any]) -> float:
    """Tokens that a body will cost, at most."""
    contents = [message["content"] for message in body.get("messages", ())]
    images = sum(len(content) - 1 for content in contents if isinstance(content, list))
    texts = [*map(text_in, contents), body.get("prompt", "")]
    return sum(map(len, texts)) / _CHARACTERS_PER_TOKEN + images * _TOKENS_OF_IMAGE + float(body.get("max_tokens", 0))
