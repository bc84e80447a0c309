"""llama.cpp's server in this process, as the package `xllamacpp` embeds it: what it is asked, and how.

Completions are handed to it directly; its HTTP listener, which serves the tokenizer, is bound to loopback only.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.backends.local.trie import Tokens
from pytest_haerae.errors import BackendFailure, UsageError

LISTED = 200
"""How many of the likeliest next tokens are listed where several are wanted; most often all of them are there."""
MORE_LISTED = 8_000


class EmbeddedServer:
    """A model behind llama.cpp's server.

    Args:
        engine: What `start` gave: an `xllamacpp.Server`.

    Attributes:
        vocabulary_size: Tokens that a next token is one of.
    """

    def __init__(self, engine: Any) -> None:  # noqa: ANN401 - xllamacpp ships no types
        self._engine = engine
        self.vocabulary_size = int(self.get("/v1/models")["data"][0]["meta"]["n_vocab"])
        self._plain_token = self.tokenize("A")[-1]

    def next_logprobs(self, prompt: Tokens, wanted: Sequence[int], slot: int, *, fresh: bool) -> dict[int, float]:
        """Log-probabilities of the wanted next tokens, over the full softmax.

        The server tells that of the token that it samples, wherever that stands, and those of the likeliest ones. So
        the first wanted token is sampled by force, and each other one that is not listed in a request of its own, which
        finds all but the last token of the prompt evaluated.

        Args:
            prompt: The tokens before.
            wanted: The tokens; at least one.
            slot: Whose cache is used.
            fresh: Whether the prompt is evaluated anew, whatever the slot holds.

        Raises:
            BackendFailure: The server gives none for one of them, or refuses.
        """
        first, *others = wanted
        found = self._sampled(prompt, first, slot, listed=LISTED if others else 1, fresh=fresh)
        for token in others:
            if token not in found:
                found |= self._sampled(prompt, token, slot, listed=1)
        if not all(token in found for token in wanted):
            found |= self._listed(prompt, wanted, slot)
        return {token: found[token] for token in wanted}

    def _sampled(self, prompt: Tokens, token: int, slot: int, *, listed: int, fresh: bool = False) -> dict[int, float]:
        """The log-probability of a token, and those of the likeliest ones.

        A bias makes it the token that is sampled; what is told is of the untouched logits. The server tells nothing
        where the token is half a character.
        """
        answer = self.complete(prompt, slot, cache=not fresh, n_predict=1, n_probs=listed, logit_bias=[[token, 1000.0]])
        content = (answer["choices"][0].get("logprobs") or {}).get("content") or ()
        return {entry["id"]: float(entry["logprob"]) for each in content for entry in (*each["top_logprobs"], each)}

    def _listed(self, prompt: Tokens, wanted: Sequence[int], slot: int) -> dict[int, float]:
        """The likeliest next tokens, more and more of them until the wanted ones are among them."""
        found: dict[int, float] = {}
        for listed in (LISTED, MORE_LISTED, self.vocabulary_size):
            found = self._sampled(prompt, self._plain_token, slot, listed=listed)
            if all(token in found for token in wanted):
                return found
        missing = next(token for token in wanted if token not in found)
        raise BackendFailure(f"no log-probability for token {missing} among all {len(found)} of the vocabulary")

    def text_logprobs(
        self, prompt: Tokens, tokens: Tokens, told: Sequence[Mapping[str, Any]], slot: int
    ) -> list[float]:
        """Log-probabilities of the tokens of a text, over the full softmax.

        The server leaves out tokens that are half a character, and those of a stop text; from the first of them on each
        is asked for by itself. What follows the first one is never the same token: it ends with a whole character.

        Args:
            prompt: The tokens before.
            tokens: Those of the text.
            told: What the server told of them as it wrote.
            slot: Whose cache has them still.

        Raises:
            BackendFailure: The server gives none for one of them.
        """
        values = []
        for token, entry in zip(tokens, told, strict=False):
            if entry["id"] != token:
                break
            values.append(float(entry["logprob"]))
        for place in range(len(values), len(tokens)):
            found = self.next_logprobs((*prompt, *tokens[:place]), tokens[place : place + 1], slot, fresh=False)
            values.append(found[tokens[place]])
        return [min(0.0, value) for value in values]

    def close(self) -> None:
        """Stop it and free the model."""
        self._engine = None

    def complete(self, prompt: Tokens, slot: int, *, cache: bool, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
        """The server's answer to a completion request.

        Args:
            prompt: The tokens.
            slot: The slot that takes it.
            cache: Whether what the slot holds of the prompt's beginning is taken as it is.
            settings: Further fields of the request.

        Raises:
            BackendFailure: It refuses; in its words.
        """
        body = {"prompt": list(prompt), "id_slot": slot, "cache_prompt": cache, "temperature": 0.0, **settings}
        answer: dict[str, Any] = self._engine.handle_completions(body)
        if "error" in answer:
            raise BackendFailure(str(answer["error"].get("message", answer["error"])))
        return answer

    def tokenize(self, text: str, *, special: bool = True) -> Tokens:
        """Tokens of a text.

        Args:
            text: The text.
            special: Whether the model's BOS comes before it, as its tokenizer adds it.
        """
        body = {"content": text, "add_special": special, "parse_special": True}
        return tuple(self._post("/tokenize", body)["tokens"])

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text of tokens, with those that a generated text leaves out."""
        return str(self._post("/detokenize", {"tokens": list(tokens)})["content"])

    def chat(self, messages: Sequence[dict[str, str]], arguments: Mapping[str, Any] | None = None) -> str:
        """A chat as one text, through the model's template, which is given further arguments."""
        told = {"chat_template_kwargs": dict(arguments)} if arguments else {}
        return str(self._post("/apply-template", {"messages": messages, **told})["prompt"])

    def get(self, path: str) -> dict[str, Any]:
        """What its listener has at a path."""
        with urllib.request.urlopen(self._engine.listening_address + path) as reply:  # noqa: S310 - our own loopback listener
            answer: dict[str, Any] = json.load(reply)
        return answer

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        data = json.dumps(body).encode()
        address = self._engine.listening_address + path
        call = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310 - as above
        with urllib.request.urlopen(call) as reply:  # noqa: S310 - as above
            answer: dict[str, Any] = json.load(reply)
        return answer


def start(path: Path, *, context_size: int, parallel: int, threads: int, gpu_layers: int) -> EmbeddedServer:
    """Load a model and start the server.

    Args:
        path: The GGUF file.
        context_size: Tokens of one slot.
        parallel: Slots.
        threads: Threads that evaluate.
        gpu_layers: Layers on a GPU; -1 for all.

    Raises:
        UsageError: The library is missing, or it cannot load the file.
    """
    try:
        import xllamacpp
    except ImportError:
        raise UsageError("--model=llamacpp needs xllamacpp: pip install 'pytest-haerae[llamacpp]'") from None
    settings = xllamacpp.CommonParams()
    settings.model.path = str(path)
    # llama.cpp divides the context among its slots.
    settings.n_ctx = context_size * parallel
    settings.n_parallel = parallel
    settings.n_gpu_layers = gpu_layers
    settings.cpuparams.n_threads = threads
    settings.cpuparams_batch.n_threads = threads
    # Without the full cache a sliding-window model evaluates its window anew at every node of the trie.
    settings.swa_full = True
    settings.cache_ram_mib = 0
    settings.verbosity = 0
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    try:
        return EmbeddedServer(xllamacpp.Server(settings))
    except RuntimeError as error:
        raise UsageError(
            f"llamacpp cannot load {path}: no readable GGUF model, or too little memory ({error})"
        ) from None
