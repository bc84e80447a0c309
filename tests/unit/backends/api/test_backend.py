"""What all backends over HTTP do, on a client that needs no network."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends.api.backend import ApiBackend
from pytest_haerae.backends.api.choosing import FORMAT
from pytest_haerae.backends.api.failures import NotAnApi, chain
from pytest_haerae.backends.api.harmless import HARMLESS
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.scoring import FirstToken
from pytest_haerae.backends.sampling import SAMPLING
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import check_backend, completion
from pytest_haerae.types import Capability, Message, Request, Response
from tests.unit.backends.small_model import Server, oracle, tokenize

KEPT = '{"answer": "A"}'
"""An answer that keeps to the letters."""


def answered(endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
    """A letter, with its log-probability where it is asked for."""
    text = KEPT if FORMAT in body else "정답: (A)"
    answer = completion(text)
    if body.get("logprobs"):
        answer["choices"][0]["logprobs"] = {"content": [{"token": text, "logprob": -1.0}]}
    return answer


class Client(ApiBackend):
    """Answers by a function of endpoint and body."""

    name: ClassVar[str] = "client"

    def __init__(self, parameters: ApiParameters, send: Callable[[str, dict[str, Any]], Any] | None = None) -> None:
        super().__init__(parameters)
        self.send = send or answered
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


CHAT = Request("loglikelihood", "", (" (", " 정답"), (Message("user", "가나"),))


@pytest.mark.parametrize("chat_first", [True, False])
def test_texts_and_chats_are_each_scored_in_a_way_of_their_own(*, chat_first: bool) -> None:
    """A server may echo texts, and list the first tokens of chats alone."""
    text, echo, chat = Request("loglikelihood", "가나", (" (A)", " 정답")), Server("echo"), Server("chat")

    class Two(Client):
        async def _send(self, endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
            self.sent.append((endpoint, body))
            if endpoint == "tokenize" or ("echo" in body and not isinstance(body["prompt"], str)):
                raise refusal("Not Found", 404)
            return await (chat if endpoint == "chat" else echo).ask(endpoint, body)

    client = Two(ApiParameters(model_name="m", max_retries=0))
    scored = {}
    for request in [CHAT, text] if chat_first else [text, CHAT]:
        ((_, scored[request]),) = client.run([request])
    client.close()
    assert scored[text].loglikelihoods == pytest.approx(oracle(text))
    assert scored[CHAT].error is None
    ways = ["echo of each option's full text with its log-probabilities", FirstToken.detail]
    assert (client.method_detail or "").split("; ") == (ways[::-1] if chat_first else ways)


def test_a_server_that_fails_over_a_way_is_not_asked_for_it_over_and_over() -> None:
    """That it answered something else before says nothing of a way to score."""

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        return completion("(A)") if "messages" in body else refusal("no such way", 500)

    client = Client(ApiParameters(model_name="m", max_retries=9), send)
    list(client.run(QUESTIONS))
    before = len(client.sent)
    with pytest.raises(UsageError, match="cannot score"):
        list(client.run([Request("loglikelihood", "가나", (" (A)", " (B)"))]))
    client.close()
    assert len(client.sent) - before <= 8


def test_what_a_server_refuses_is_left_out_from_then_on_and_named() -> None:
    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        return refusal("temperature is not supported") if "temperature" in body else completion("(A)")

    answers, backend = ask(QUESTIONS, send)
    assert [response.text for response in answers] == ["(A)"] * 4
    assert ["temperature" in body for _, body in backend.sent] == [True, False, False, False, False]
    assert backend.method_detail == "the server refused parameters: temperature was left out"


def sampled(**sampling: float) -> list[Request]:
    return [replace(request, sampling=tuple(sorted(sampling.items()))) for request in QUESTIONS[:2]]


def test_what_a_server_refuses_of_one_sampling_stays_in_every_other() -> None:
    """Some refuse a value, some two parameters together: a temperature of 0 that goes missing is another model."""

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        if body.get("temperature") == 2:
            return refusal("temperature: must be below 2")
        together = {"temperature", "top_p"} <= set(body)
        return refusal("`temperature` and `top_p` cannot both be specified") if together else completion("(A)")

    client = Client(ApiParameters(model_name="m", seed=7), send)
    for requests, attempts in [
        (QUESTIONS[:2], [0.0, 0.0]),
        (sampled(temperature=2.0), [2.0, None, None]),
        (sampled(top_p=0.5), [0.0, None, None]),
        (sampled(temperature=1.0), [1.0, 1.0]),
        (QUESTIONS[:2], [0.0, 0.0]),
        (sampled(temperature=2.0), [None, None]),
    ]:
        before = len(client.sent)
        assert [response.error for _, response in client.run(requests)] == [None, None]
        assert [body.get("temperature") for _, body in client.sent[before:]] == attempts
    client.close()
    assert all(body["seed"] == 7 for _, body in client.sent)


def refuse(*numbers: int, status: int = 400) -> Callable[[str, dict[str, Any]], Any]:
    """Refuses some questions; -1 is the harmless one."""

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        content = body["messages"][-1]["content"]
        number = -1 if content == HARMLESS else int(content.partition("번")[0])
        return refusal("filtered, sk-0123456789abcdefghij", status) if number in numbers else completion("(A)")

    return send


EVERY = (-1, 0, 1, 2, 3)


def test_a12_a_refusal_of_the_first_question_is_its_own_error_if_a_harmless_one_is_answered() -> None:
    answers, backend = ask(QUESTIONS, refuse(0))
    assert [response.error is None for response in answers] == [False, True, True, True]
    assert answers[0].error == "client: Exception: filtered, ***"
    assert len(backend.sent) == 5
    answers, backend = ask(QUESTIONS, refuse(2))
    assert [response.error is None for response in answers] == [True, True, False, True]
    assert len(backend.sent) == 4


@pytest.mark.parametrize(("status", "sent"), [(400, 2), (403, 2), (422, 2), (401, 1), (402, 1), (404, 1), (405, 1)])
def test_a12_a_server_that_refuses_all_ends_the_run_in_its_words(status: int, sent: int) -> None:
    client = Client(ApiParameters(model_name="m", api_base="http://host/v1"), refuse(*EVERY, status=status))
    with pytest.raises(UsageError, match=r"^--model=client: Exception: filtered, \*\*\* \(http://host/v1\)$"):
        list(client.run(QUESTIONS))
    client.close()
    assert len(client.sent) == sent


@pytest.mark.parametrize(("status", "own"), [(400, True), (403, True), (404, True), (422, True), (401, False)])
def test_a12_where_the_stored_run_has_answers_a_refusal_is_of_its_item(status: int, own: bool) -> None:
    """A run whose only missing question is refused for good can be finished."""
    client = Client(ApiParameters(model_name="m"), refuse(*EVERY, status=status))
    client.proven = True
    if own:
        ((_, response),) = client.run(QUESTIONS[:1])
        assert "filtered" in (response.error or "")
    else:
        with pytest.raises(UsageError, match="filtered"):
            list(client.run(QUESTIONS[:1]))
    client.close()
    assert len(client.sent) == 1


def test_a12_a_harmless_question_is_asked_once_for_all_that_are_refused_at_once() -> None:
    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        content = body["messages"][-1]["content"]
        if content == HARMLESS:
            return completion("2")
        return refusal("down", 500) if content.startswith("0") else refusal("filtered")

    answers, backend = ask(QUESTIONS, send)
    assert all(response.error for response in answers)
    assert [body["messages"][-1]["content"] for _, body in backend.sent].count(HARMLESS) == 1


def test_a12_a_question_that_is_refused_does_not_end_the_search_for_a_way_to_score() -> None:
    filtered = list(tokenize("정답"))

    class Filtering(Scoring):
        async def _send(self, endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
            if not isinstance(body.get("prompt"), str if endpoint == "tokenize" else list):
                raise refusal("no such way", 404)
            if endpoint == "completions" and body["prompt"][: len(filtered)] == filtered:
                raise refusal("filtered")
            return await super()._send(endpoint, body)

    requests = [Request("loglikelihood", context, (" (A)", " (B)")) for context in ("정답", "가나 정답:")]
    backend = Filtering(ApiParameters(model_name="m", max_retries=0))
    answers = dict(backend.run(requests))
    backend.close()
    assert "filtered" in (answers[0].error or "")
    assert answers[1].loglikelihoods == pytest.approx(oracle(requests[1]))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connection refused"),
        (socket.gaierror(-2, "x"), "unknown host"),
        (refusal("insufficient_quota", 429), "the quota is used up"),
        (NotAnApi("the server's answer is no JSON but a page of HTML"), "page of HTML"),
    ],
)
def test_e1_e2_what_is_wrong_for_all_ends_the_run_after_one_request(error: Exception, words: str) -> None:
    client = Client(ApiParameters(model_name="m", api_base="http://host/v1"), lambda endpoint, body: error)
    began = time.monotonic()
    with pytest.raises(UsageError, match=f"^--model=client: .*{words}.*http://host/v1"):
        list(client.run(QUESTIONS))
    client.close()
    assert len(client.sent) == 1
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("error", [ConnectionRefusedError(errno.ECONNREFUSED, "x"), NotAnApi("busy")])
def test_a_server_that_is_away_for_a_moment_is_asked_again(error: Exception) -> None:
    away = iter([False, True])

    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        return error if next(away, False) else completion("(A)")

    client = Client(ApiParameters(model_name="m", max_concurrency=1, max_retries=2), send)
    answers = dict(client.run(QUESTIONS))
    client.close()
    assert all(response.text == "(A)" for response in answers.values())
    assert len(client.sent) == 5


def test_a_later_failure_says_nothing_of_the_first_one() -> None:
    failures = iter([ConnectionRefusedError(errno.ECONNREFUSED, "x"), NotAnApi("first"), refusal("then", 500)])
    client = Client(ApiParameters(model_name="m", max_retries=2), lambda endpoint, body: next(failures))
    client._succeeded = True
    with pytest.raises(Exception, match="then") as caught:
        client._loop.call(client.ask("chat", {}))
    client.close()
    assert list(chain(caught.value)) == [caught.value]
    assert len(client.sent) == 3


def test_e4_the_time_is_that_of_the_whole_answer() -> None:
    class Dripping(Client):
        async def _send(self, endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
            self.sent.append((endpoint, body))
            for _ in range(1000):
                await asyncio.sleep(0.02)

    client = Dripping(ApiParameters(model_name="m", timeout=0.2, max_retries=0))
    began = time.monotonic()
    ((_, response),) = client.run(QUESTIONS[:1])
    client.close()
    assert response.error == "client: no whole answer within 0.2 s (timeout)"
    assert time.monotonic() - began < 1


def test_e5_a_wait_of_years_ends_the_run_at_once() -> None:
    slow = refusal("slow down", 429)
    slow.response = SimpleNamespace(headers={"Retry-After": "1000000000"})  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="the server asks to wait 1000000000 s"):
        ask(QUESTIONS, lambda endpoint, body: slow)
    answered = iter([True])
    answers, backend = ask(QUESTIONS, lambda endpoint, body: completion("(A)") if next(answered, False) else slow)
    assert ["asks to wait" in (response.error or "") for response in answers] == [False, True, True, True]
    assert len(backend.sent) == 4


def test_e5_waits_are_named_at_the_end() -> None:
    _, backend = ask(QUESTIONS)
    assert list(backend.notes) == []
    backend._waits._note(30)
    assert list(backend.notes) == ["client: the server asked to wait once (Retry-After), 30 s at most"]


def test_e7_why_each_way_to_score_did_not_serve_is_said_in_one_line() -> None:
    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        if endpoint == "tokenize":
            return refusal("Not Found", 404)
        return completion("x") if endpoint == "completions" else refusal("no chat template", 500)

    client = Client(ApiParameters(model_name="m", max_retries=5), send)
    began = time.monotonic()
    with pytest.raises(UsageError) as caught:
        list(client.run([Request("loglikelihood", "정답:", (" (A)", " (B)"))]))
    client.close()
    assert time.monotonic() - began < 3
    assert str(caught.value) == (
        "--method=log_likelihood: the server of --model=client cannot score: vLLM's token ids, llama.cpp's token ids:"
        " Exception: Not Found; echo: it does not echo the prompt with its log-probabilities (echo, logprobs,"
        " max_tokens=0); first token: Exception: no chat template"
    )


def test_d4_a_server_that_lists_fewer_tokens_is_asked_for_as_many() -> None:
    def send(endpoint: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        if endpoint != "chat":
            return refusal("Not Found", 404)
        if body["top_logprobs"] > 5:
            return refusal("top_logprobs must be between 0 and 5")
        listed = [{"token": f" {letter}", "logprob": -1.0 - index} for index, letter in enumerate("ABCD")]
        answer = completion(" A")
        answer["choices"][0]["logprobs"] = {"content": [{"top_logprobs": listed}]}
        return answer

    client = Client(ApiParameters(model_name="m"), send)
    ((_, response),) = client.run([Request("loglikelihood", "정답:", ("A", "B", "C", "D"))])
    client.close()
    assert response.loglikelihoods == (-1, -2, -3, -4)
    assert "top_logprobs was sent as 5" in (client.method_detail or "")


def test_a_text_is_completed_and_a_chat_is_not_sent_as_an_empty_one() -> None:
    answers, backend = ask([Request("generate", "0번 문제"), *QUESTIONS[:1]], endpoint="completions", max_tokens=7)
    ((sent_to, sent),) = backend.sent
    assert (sent_to, sent["prompt"], sent["max_tokens"]) == ("completions", "0번 문제", 7)
    assert "endpoint=completions takes a text, not the messages of a chat" in str(answers[1].error)


@pytest.mark.parametrize(
    ("more", "endpoint", "body"),
    [
        ({}, "chat", {"messages": [{"role": "user", "content": "0번 문제"}], "max_tokens": 512, "temperature": 0.0}),
        ({"seed": 3, "stop": ["a"], "top_p": 0.5}, "chat", {"seed": 3, "stop": ["a"], "top_p": 0.5}),
        ({"top_k": 5, "logit_bias": {"7": -1}}, "chat", {"top_k": 5, "logit_bias": {"7": -1.0}}),
        ({"repetition_penalty": 1.1}, "chat", {"repetition_penalty": 1.1, "repeat_penalty": 1.1}),
    ],
)
def test_the_body_says_what_the_parameters_say(more: dict[str, Any], endpoint: str, body: dict[str, Any]) -> None:
    _, backend = ask(QUESTIONS[:1], **more)
    ((sent_to, sent),) = backend.sent
    assert sent_to == endpoint
    assert {"model": "m", **body}.items() <= sent.items()
    optional = {"seed", "stop", "repeat_penalty", *SAMPLING} - {"max_tokens", "temperature"}
    assert optional & set(sent) == optional & set(body)
