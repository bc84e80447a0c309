"""A model small enough to be summed by hand, and the servers of different making that offer it."""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from pytest_haerae.backends.api.scoring import Way
from pytest_haerae.types import Request, Response

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
