"""What all backends over HTTP do, on a client that needs no network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends.api.backend import ApiBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import check_backend, completion
from pytest_haerae.types import Capability, Message, Request, Response
from tests.unit.backends.small_model import Server, oracle


class Client(ApiBackend):
    """Answers by a function of endpoint and body."""

    name: ClassVar[str] = "client"

    def __init__(self, parameters: ApiParameters, send: Callable[[str, dict[str, Any]], Any] | None = None) -> None:
        super().__init__(parameters)
        self.send = send or (lambda endpoint, body: completion("정답: (A)"))
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def _send(self, endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - as a client answers
        self.sent.append((endpoint, body))
        answer = self.send(endpoint, body)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Generating(Client):
    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})


class Scoring(Client):
    """The small model behind vLLM's endpoints."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"loglikelihood"})

    async def _send(self, endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - as a client answers
        return await Server("vllm").ask(endpoint, body)


def refusal(message: str, status: int = 400) -> Exception:
    error = Exception(message)
    error.status_code = status  # type: ignore[attr-defined]
    return error


def ask(
    requests: list[Request],
    send: Callable[[str, dict[str, Any]], Any] | None = None,
    **more: Any,  # noqa: ANN401 - any parameter
) -> tuple[list[Response], Client]:
    backend = Client(ApiParameters.model_validate({"model_name": "m", "max_retries": 0, **more}), send)
    try:
        return [response for _, response in sorted(backend.run(requests), key=lambda pair: pair[0])], backend
    finally:
        backend.close()


QUESTIONS = [Request("generate", "", messages=(Message("user", f"{number}번 문제"),)) for number in range(4)]


@pytest.mark.parametrize(
    ("backend", "requests"),
    [
        (Generating, []),
        (
            Scoring,
            [Request("loglikelihood", context, (" (A)", " (B)", " 정답")) for context in ("정답:", "가나 정답:")],
        ),
    ],
)
def test_it_keeps_the_contract(backend: type[Client], requests: list[Request]) -> None:
    check_backend(backend, {"model_name": "m"}, requests=requests)


def test_a_way_to_score_is_found_once_and_named() -> None:
    requests = [Request("loglikelihood", context, (" (A)", " (B)")) for context in ("정답:", "가나 정답:", "가")]
    backend = Scoring(ApiParameters(model_name="m"))
    assert backend.method_detail is None
    answers = dict(backend.run(requests))
    backend.close()
    for index, request in enumerate(requests):
        assert answers[index].loglikelihoods == pytest.approx(oracle(request))
    assert backend.method_detail == "option trie, logprob_token_ids over the full vocabulary of a vLLM server"


def test_what_a_server_refuses_is_left_out_from_then_on_and_named() -> None:
    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        return refusal("temperature is not supported") if "temperature" in body else completion("(A)")

    answers, backend = ask(QUESTIONS, send)
    assert [response.text for response in answers] == ["(A)"] * 4
    assert ["temperature" in body for _, body in backend.sent] == [True, False, False, False, False]
    assert backend.method_detail == "the server refused parameters: temperature was left out"


def test_a_refusal_of_the_first_request_ends_the_run_and_a_later_one_its_own_item() -> None:
    def refuse(number: int) -> Callable[[str, dict[str, Any]], Any]:
        def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
            content = body["messages"][-1]["content"]
            return (
                refusal("no such model, sk-0123456789abcdefghij", 404) if f"{number}번" in content else completion("x")
            )

        return send

    with pytest.raises(UsageError, match=r"^--model=client: Exception: no such model, \*\*\*$"):
        ask(QUESTIONS, refuse(0))
    answers, _ = ask(QUESTIONS, refuse(2))
    assert [response.error is None for response in answers] == [True, True, False, True]


@pytest.mark.parametrize(
    ("more", "endpoint", "body"),
    [
        ({}, "chat", {"messages": [{"role": "user", "content": "0번 문제"}], "max_tokens": 512, "temperature": 0.0}),
        ({"seed": 3, "stop": ["a"], "top_p": 0.5}, "chat", {"seed": 3, "stop": ["a"], "top_p": 0.5}),
        ({"endpoint": "completions", "max_tokens": 7}, "completions", {"prompt": "", "max_tokens": 7}),
    ],
)
def test_the_body_says_what_the_parameters_say(more: dict[str, Any], endpoint: str, body: dict[str, Any]) -> None:
    _, backend = ask(QUESTIONS[:1], **more)
    ((sent_to, sent),) = backend.sent
    assert sent_to == endpoint
    assert {"model": "m", **body}.items() <= sent.items()
    assert {"seed", "stop", "top_p"} & set(sent) == {"seed", "stop", "top_p"} & set(body)
