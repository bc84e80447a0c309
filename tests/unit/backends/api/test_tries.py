"""The option trie over HTTP; that its sums are exact is in test_scoring.py, beside the other ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_haerae.backends.api.scoring import Unsupported
from pytest_haerae.backends.api.tries import LlamaCppServer, TokenIds
from pytest_haerae.types import Message, Request
from tests.unit.backends.small_model import WINDOW, Server, oracle, score, tokenize


def test_a_chat_is_scored_behind_its_template() -> None:
    request = Request("loglikelihood", "", ("(A)", "(B)"), messages=(Message("user", "정답"),))
    response = score(TokenIds(), Server("vllm"), request)
    plain = Request("loglikelihood", "<user>정답<model>", ("(A)", "(B)"))
    assert response.loglikelihoods == pytest.approx(oracle(plain))


def test_a_context_longer_than_the_servers_window_is_cut_and_said_so() -> None:
    response = score(TokenIds(), Server("vllm"), Request("loglikelihood", "가나" * 50, (" (A)", " (B)")))
    assert response.truncated
    longest = len(tokenize(" (B)")[1:])
    assert response.prompt_tokens == WINDOW - 1 - longest


def test_a_missing_value_of_one_token_is_an_error() -> None:
    def change(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
        if endpoint == "completions":
            listed = answer["choices"][0]["logprobs"]["top_logprobs"][0]
            for key in [*listed][1:]:
                del listed[key]
        return answer

    response = score(TokenIds(), Server("vllm", change), Request("loglikelihood", "정답", (" (A)", " (B)")))
    assert "no log-probability for token" in (response.error or "")


def test_one_request_an_inner_node_and_the_context_anew() -> None:
    server = Server("llama")
    score(LlamaCppServer(), server, Request("loglikelihood", "정답:", (" (A)", " (B)", " C")))
    asked: list[Mapping[str, Any]] = [body for endpoint, body in server.asked if endpoint == "completions"]
    fresh = [body["prompt"] for body in asked if not body["extra_body"]["cache_prompt"]]
    assert fresh == [tokenize("정답:")]
    nodes = {tuple(body["prompt"]) for body in asked}
    assert nodes == {
        (*tokenize("정답:"), *path) for path in ((), *(tuple(tokenize(each)[1:]) for each in (" (", " (B", " ")))
    }


def test_a_template_that_changes_the_context_is_refused() -> None:
    def change(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
        return {**answer, "tokens": answer["tokens"][::-1]} if endpoint == "tokenize" else answer

    with pytest.raises(Unsupported, match="changes the context"):
        score(TokenIds(), Server("vllm", change), Request("loglikelihood", "정답:", (" A", " B")))


def test_a_chat_is_not_tokenized_by_llama_cpp() -> None:
    with pytest.raises(Unsupported, match="does not tokenize chats"):
        score(
            LlamaCppServer(), Server("llama"), Request("loglikelihood", "", ("A",), messages=(Message("user", "정답"),))
        )
