"""The small model in the place of llama.cpp's server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pytest_haerae.backends.local.llamacpp_server import LISTED, EmbeddedServer
from tests.unit.backends.small_model import IDS, VOCABULARY, distribution, tokenize


class Engine:
    """Tells the log-probability of the token that it samples, by its bias, and of the likeliest ones.

    A text is the first one of its grammar, or says how long its prompt was.
    """

    listening_address = "nowhere"
    unsaid: ClassVar[frozenset[int]] = frozenset()
    """Tokens that end a text or are half a character: where one is sampled, nothing is told."""
    hidden: ClassVar[frozenset[int]] = frozenset()
    """Tokens that are never told."""
    listed: ClassVar[int] = len(VOCABULARY)
    """How many a list of the first length has."""

    generated: ClassVar[tuple[int, ...]] = (IDS["가"], IDS["정답"], IDS["B"])
    """The tokens that each text is said to have."""
    end: ClassVar[int] = IDS["<bos>"]
    stop_type: ClassVar[str] = "eos"
    """What ends each text: `end`, or something else, which is no token of it."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    @property
    def ends(self) -> bool:
        return self.stop_type == "eos"

    def _told(self, body: dict[str, Any]) -> dict[str, Any]:
        """Of each generated token what is told, where it is asked for."""
        if "n_probs" not in body:
            return {}
        whole = [*self.generated, *[self.end] * self.ends]
        content = [
            {"id": token, "logprob": distribution([*body["prompt"], *whole[:place]])[token], "top_logprobs": []}
            for place, token in enumerate(whole)
            if token not in self.unsaid
        ]
        return {"logprobs": {"content": content}}

    def handle_completions(self, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies.append(body)
        if "logit_bias" not in body:
            kept = re.search(r'"(.*?)"', body.get("grammar", ""))
            text = kept[1] if kept else f"{len(body['prompt'])} tokens"
            verbose = {"tokens": [*self.generated, *[self.end] * self.ends], "stop_type": self.stop_type}
            return {"choices": [{"text": text, "finish_reason": "stop", **self._told(body)}], "__verbose": verbose}
        values = [{"id": token, "logprob": value} for token, value in enumerate(distribution(body["prompt"]))]
        values = [each for each in values if each["id"] not in self.hidden]
        ((sampled, _),) = body["logit_bias"]
        if sampled in self.unsaid:
            return {"choices": [{"logprobs": None}]}
        length = self.listed if body["n_probs"] == LISTED else body["n_probs"]
        likeliest = sorted(values, key=lambda each: -each["logprob"])[:length]
        own = next((each for each in values if each["id"] == sampled), {"id": -1, "logprob": -50.0})
        return {"choices": [{"logprobs": {"content": [{**own, "top_logprobs": likeliest}]}}]}


class Served(EmbeddedServer):
    """Without its HTTP listener."""

    props: ClassVar[dict[str, Any]] = {}

    def get(self, path: str) -> dict[str, Any]:
        return self.props if path == "/props" else {"data": [{"meta": {"n_vocab": len(VOCABULARY)}}]}

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if path == "/apply-template":
            return {"prompt": "".join(f"<user>{message['content']}" for message in body["messages"]) + "<model>"}
        return {"tokens": tokenize(body["content"])}
