"""The sampling parameters as a server on loopback is sent them by the real clients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.registry import find_backend
from pytest_haerae.backends.sampling import SAMPLING
from pytest_haerae.testing import ApiServer, serve
from pytest_haerae.types import Message, Request
from tests.e2e.test_api import BACKENDS, KEY, reply

pytestmark = pytest.mark.server

GIVEN: dict[str, Any] = {
    "max_tokens": 33,
    "seed": 12,
    "temperature": 0.7,
    "top_p": 0.8,
    "top_k": 7,
    "min_p": 0.05,
    "typical_p": 0.9,
    "repetition_penalty": 1.2,
    "presence_penalty": 0.5,
    "frequency_penalty": -0.5,
    "logit_bias": {"7": -100.0, "50": 2.5},
    "stop": ["\n\n"],
}
SENT = {**GIVEN, "repeat_penalty": 1.2, "stop": ["\n\n", "끝"]}
"""With the engines' two names of one penalty, and the request's own stop text."""
ANOTHER: dict[str, Any] = {name: value + 1 for name, value in GIVEN.items() if name in ("max_tokens", "seed", "top_k")}
ANOTHER |= dict.fromkeys(("temperature", "top_p", "min_p", "typical_p", "presence_penalty", "frequency_penalty"), 0.25)
ANOTHER |= {"repetition_penalty": 0.25, "logit_bias": ((7, 1.0),)}
"""What a request says for itself, in the places of the model's."""
ENDPOINTS = pytest.mark.parametrize("endpoint", ["chat", "completions"])


def sent(backend: str, endpoint: str, request: Request, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The bodies that a server got."""
    with serve(ApiServer(reply)) as server:
        name = "openai/m" if backend == "litellm" else "m"
        values = {"model_name": name, "api_key": KEY, "api_base": server.address, "endpoint": endpoint, **given}
        model = find_backend(backend)(ApiParameters.model_validate({**values, "max_retries": 0}))
        ((_, response),) = model.run([request])
        notes = model.method_detail
        model.close()
    assert (response.error, response.text, notes) == (None, reply(0, {}), None)
    return server.bodies


def asked(endpoint: str) -> Request:
    request = Request("generate", "0번 문제", stop=("끝",))
    messages = (Message("user", request.context),)
    return request if endpoint == "completions" else replace(request, context="", messages=messages)


def test_these_are_all_there_are() -> None:
    assert GIVEN.keys() == SAMPLING | {"stop"}
    assert ANOTHER.keys() == SAMPLING


@BACKENDS
@ENDPOINTS
def test_each_sampling_parameter_stands_in_the_body(backend: str, endpoint: str) -> None:
    (body,) = sent(backend, endpoint, asked(endpoint), GIVEN)
    assert {name: body.get(name) for name in SENT} == SENT
    asks = {"messages"} if endpoint == "chat" else {"prompt"}
    assert body.keys() == SENT.keys() | asks | {"model"}


@BACKENDS
@ENDPOINTS
def test_a_requests_own_take_the_places_of_the_models(backend: str, endpoint: str) -> None:
    request = replace(asked(endpoint), sampling=tuple(sorted(ANOTHER.items())))
    (body,) = sent(backend, endpoint, request, GIVEN)
    own = {**ANOTHER, "logit_bias": {"7": 1.0}, "repeat_penalty": 0.25}
    assert {name: body.get(name) for name in own} == own


@BACKENDS
@ENDPOINTS
def test_what_nobody_set_is_left_to_the_server(backend: str, endpoint: str) -> None:
    (body,) = sent(backend, endpoint, replace(asked(endpoint), stop=()), {})
    assert {name: body[name] for name in SENT if name in body} == {"max_tokens": 512, "temperature": 0.0}
