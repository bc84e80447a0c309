"""The ways to log-likelihoods over HTTP, against servers of a model small enough to be summed by hand."""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.api.scoring import Echo, FirstToken, Unsupported, Way, echoed_sum
from pytest_haerae.backends.api.tries import LlamaCppServer, TokenIds
from pytest_haerae.types import Message, Request, Response

VOCABULARY = ["<bos>", *" ()ABCDE가나다라마\n:", " (", "정", "답", "정답", "유", "A)", "<user>", "<model>"]
IDS = {token: number for number, token in enumerate(VOCABULARY)}
PIECES = re.compile("|".join(map(re.escape, sorted(VOCABULARY, key=len, reverse=True))))
BOS = IDS["<bos>"]
WINDOW = 64


def tokenize(text: str) -> list[int]:
    return [BOS, *(IDS[piece] for piece in PIECES.findall(text))]


def distribution(prefix: Sequence[int]) -> list[float]:
    """Log-probabilities of all next tokens, decided by the whole prefix."""
    digest = hashlib.blake2b(repr(list(prefix)).encode(), digest_size=64).digest()
    weights = [1 + (digest[index % 64] ^ index) for index in range(len(VOCABULARY))]
    total = sum(weights)
    return [math.log(weight / total) for weight in weights]


def oracle(request: Request) -> list[float]:
    """Sums over full sequences, cut where the context's own tokens end."""
    start = len(tokenize(request.context))
    sums = []
    for continuation in request.continuations:
        whole = tokenize(request.context + continuation)
        sums.append(math.fsum(distribution(whole[:at])[whole[at]] for at in range(start, len(whole))))
    return sums


class Server:
    """Serves what the ways ask for; `change` spoils an answer."""

    name: ClassVar[str] = "test"

    def __init__(self, kind: str, change: Callable[[str, Any], Any] = lambda endpoint, answer: answer) -> None:
        self._kind, self._change = kind, change
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    async def ask(self, endpoint: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as a client answers
        self.asked.append((endpoint, body))
        return self._change(endpoint, getattr(self, f"_{self._kind}_{endpoint}")(body))

    def _vllm_tokenize(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if "messages" not in body:
            return {"tokens": tokenize(body["prompt"]), "max_model_len": WINDOW}
        text = "".join(
            f"<{ {'user': 'user', 'assistant': 'model'}[m['role']] }>{m['content']}" for m in body["messages"]
        )
        return {"tokens": tokenize(text + "<model>" * body["add_generation_prompt"]), "max_model_len": WINDOW}

    def _vllm_completions(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        assert body["extra_body"]["return_tokens_as_token_ids"]
        values = distribution(body["prompt"])
        listed = {f"token_id:{token}": values[token] for token in body["extra_body"]["logprob_token_ids"]}
        return {"choices": [{"logprobs": {"top_logprobs": [listed]}}]}

    def _llama_tokenize(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return {"tokens": tokenize(body["content"])}

    def _llama_completions(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        # Its list is as long as asked for; a real one never has fewer than the 200 of the first probe.
        values = sorted(enumerate(distribution(body["prompt"])), key=lambda pair: -pair[1])
        listed = [{"id": token, "logprob": value} for token, value in values]
        listed += [{"id": -1 - number, "logprob": -50.0} for number in range(200)]
        start = 0 if body["extra_body"]["n_probs"] > 200 else 3
        return {"choices": [{"logprobs": {"content": [{"top_logprobs": listed[start:]}]}}]}

    def _echo_completions(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        assert (body["echo"], body["max_tokens"]) == (True, 0)
        tokens = tokenize(body["prompt"])
        values = [None, *(distribution(tokens[:at])[tokens[at]] for at in range(1, len(tokens)))]
        texts = ["", *(VOCABULARY[token] for token in tokens[1:])]
        return {"choices": [{"logprobs": {"tokens": texts, "token_logprobs": values}}], "usage": {"prompt_tokens": 5}}

    def _chat_chat(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        values = distribution(tokenize(body["messages"][-1]["content"]))
        best = sorted(zip(VOCABULARY, values, strict=True), key=lambda pair: -pair[1])[: body["top_logprobs"]]
        listed = [{"token": token, "logprob": value} for token, value in best]
        return {"choices": [{"logprobs": {"content": [{"top_logprobs": listed}]}}]}


def score(way: Way, server: Server, request: Request) -> Response:
    return asyncio.run(way.score(server, request))


EXACT = pytest.mark.parametrize(("way", "kind"), [(TokenIds(), "vllm"), (LlamaCppServer(), "llama"), (Echo(), "echo")])
texts = st.text("가나다라마유정답:\n ", max_size=20)
options = st.lists(st.text("ABCDE() 정답", min_size=1, max_size=6), min_size=2, max_size=6)


@EXACT
@given(context=texts, endings=options)
def test_every_exact_way_equals_the_sums_over_full_sequences(
    way: Way, kind: str, context: str, endings: list[str]
) -> None:
    request = Request("loglikelihood", context, tuple(f" {ending}" for ending in endings))
    straddles = any(tokenize(context + each)[: len(tokenize(context))] != tokenize(context) for each in endings)
    if straddles:
        return
    response = score(way, Server(kind), request)
    assert response.loglikelihoods == pytest.approx(oracle(request), abs=1e-9)


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


def test_the_first_tokens_way_reads_single_labels_alone() -> None:
    request = Request("loglikelihood", "정답", (" A", " B"))
    values = distribution(tokenize("정답"))
    expected = [values[IDS[label]] for label in "AB"]
    response = score(FirstToken(), Server("chat"), request)
    ranked = sorted(range(len(values)), key=lambda index: -values[index])[:20]
    assert {IDS["A"], IDS["B"]} <= set(ranked)
    assert response.loglikelihoods == pytest.approx(expected)
    with pytest.raises(Unsupported, match=r"\(A\) is none \(--prompt=letter asks for bare letters\)"):
        score(FirstToken(), Server("chat"), Request("loglikelihood", "정답", (" (A)", " (B)")))


def drop(label: str) -> Callable[[str, Any], Any]:
    def change(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
        entry = answer["choices"][0]["logprobs"]["content"][0]
        entry["top_logprobs"] = [one for one in entry["top_logprobs"] if one["token"] != label]
        return answer

    return change


def cap(label: str) -> Callable[[str, Any], Any]:
    def change(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
        for one in answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
            one["logprob"] = -9999.0 if one["token"] == label else one["logprob"]
        return answer

    return change


@pytest.mark.parametrize("change", [drop("B"), cap("B")])
def test_a_label_outside_the_list_is_an_error_of_its_item(change: Callable[[str, Any], Any]) -> None:
    response = score(FirstToken(), Server("chat", change), Request("loglikelihood", "정답", (" A", " B")))
    assert response.loglikelihoods is None
    assert "label B is not among the top" in (response.error or "")


def without_values(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    if endpoint == "completions":
        answer["choices"][0]["logprobs"] = None
    return answer


def zeros(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    logprobs = answer["choices"][0]["logprobs"]
    logprobs["token_logprobs"] = [0.0] * len(logprobs["tokens"])
    return answer


def generated_instead(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    answer["choices"][0]["logprobs"] = {"tokens": [" 서울"], "token_logprobs": [-1.0]}
    return answer


def foreign_tokenizer(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    return {"tokens": []} if endpoint == "tokenize" else answer


@pytest.mark.parametrize(
    ("way", "kind", "change"),
    [
        (TokenIds(), "vllm", without_values),
        (TokenIds(), "vllm", foreign_tokenizer),
        (LlamaCppServer(), "llama", without_values),
        (Echo(), "echo", without_values),
        (Echo(), "echo", zeros),
        (Echo(), "echo", generated_instead),
    ],
)
def test_a_server_without_the_values_is_refused_and_none_is_made_up(
    way: Way, kind: str, change: Callable[[str, Any], Any]
) -> None:
    with pytest.raises(Unsupported):
        score(way, Server(kind, change), Request("loglikelihood", "정답", (" (A)", " (B)")))


def test_a_missing_value_of_one_token_is_an_error() -> None:
    def change(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
        if endpoint == "completions":
            listed = answer["choices"][0]["logprobs"]["top_logprobs"][0]
            for key in [*listed][1:]:
                del listed[key]
        return answer

    response = score(TokenIds(), Server("vllm", change), Request("loglikelihood", "정답", (" (A)", " (B)")))
    assert "no log-probability for token" in (response.error or "")


@pytest.mark.parametrize(
    ("tokens", "values"),
    [
        (["가 (", "A)"], [-1.0, -2.0]),  # a token across the boundary
        ([" (", "A)"], [None, -2.0]),
        ([" (", "A)"], [-1.0, -9999.0]),
        ([" (", "A)"], [-1.0, 0.5]),
        ([" (", "A)"], [-1.0]),
        ([], []),
        (None, None),
    ],
)
def test_an_echo_that_does_not_spell_the_continuation_is_no_sum(
    tokens: list[str] | None, values: list[float | None] | None
) -> None:
    with pytest.raises(Unsupported):
        echoed_sum(tokens, values, " (A)")


def test_an_echo_is_read_from_its_end() -> None:
    assert echoed_sum(["�", "�", " (", "A", ")"], [None, -9.0, -1.0, -2.0, -0.5], " (A)") == -3.5
