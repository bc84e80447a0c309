"""Servers that tokenize and give the log-probabilities of chosen next tokens: the option trie over HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pytest_haerae.backends.api.answers import field, number
from pytest_haerae.backends.api.scoring import CAPPED, Asker, Unsupported
from pytest_haerae.backends.local.encoding import Part, Scoreboard, cut_to_window
from pytest_haerae.backends.local.trie import Tokens, encode_pair
from pytest_haerae.types import Request, Response

_PREFIX = "token_id:"
_UNKNOWN_WINDOW = 1 << 40
_PROBES = (200, 8_000, 1_000_000)
"""How many next tokens a llama.cpp server is asked for, until the wanted ones are among them; it clips to all."""


class TrieWay(ABC):
    """One request an inner node of the option trie: its prompt is a prefix that the server has in its cache."""

    title: ClassVar[str]
    detail: ClassVar[str]

    async def score(self, asker: Asker, request: Request) -> Response:
        """Tokenize on the server, then ask node by node.

        Raises:
            Unsupported: The server does not tokenize or list as this way needs it.
        """
        context, window = await self._tokens(asker, request, None)
        if not context:
            raise Unsupported("the context is empty and the server's tokenizer adds no BOS")
        wholes = [(await self._tokens(asker, request, each))[0] for each in request.continuations]
        if any(whole[: len(context) - 1] != context[:-1] for whole in wholes):
            raise Unsupported("the server's chat template changes the context where an answer follows")
        # One generated token is counted with the prompt, as in the engines.
        parts = cut_to_window(0, context, [encode_pair(context, whole) for whole in wholes], window - 1)
        board = Scoreboard(asker.name, parts, {0: len(context)})
        for part in parts:
            response = board.add(part, await self._sums(asker, part))
        assert response is not None  # noqa: S101 - the board answers when the last part is in
        return response

    async def _sums(self, asker: Asker, part: Part) -> tuple[float, ...] | str:
        return part.trie.sums_or_problem(
            {
                node: await self._next_logprobs(asker, part.context + node, children, fresh=not node)
                for node, children in part.trie.children.items()
            }
        )

    @abstractmethod
    async def _tokens(self, asker: Asker, request: Request, answer: str | None) -> tuple[Tokens, int]:
        """Tokens of the context with an answer behind it, and the length of the model's window."""

    @abstractmethod
    async def _next_logprobs(
        self, asker: Asker, prompt: Tokens, wanted: Sequence[int], *, fresh: bool
    ) -> dict[int, float]:
        """Log-probabilities of the wanted next tokens, as far as the server gives them.

        Args:
            asker: The backend.
            prompt: The context, and the node's tokens.
            wanted: The tokens that follow it in some option.
            fresh: Whether this is the context alone, the first of an item's requests.
        """


class TokenIds(TrieWay):
    """vLLM's server, asked for the log-probabilities of chosen tokens."""

    title = "vLLM's token ids"
    detail = "option trie, logprob_token_ids over the full vocabulary of a vLLM server"

    async def _tokens(self, asker: Asker, request: Request, answer: str | None) -> tuple[Tokens, int]:
        body: dict[str, Any] = {"prompt": request.context + (answer or "")}
        if request.messages is not None:
            messages = [{"role": each.role, "content": each.content} for each in request.messages]
            more = [] if answer is None else [{"role": "assistant", "content": answer}]
            body = {"messages": messages + more, "add_generation_prompt": answer is None}
            body["continue_final_message"] = answer is not None
        answered = await asker.ask("tokenize", body)
        try:
            return tuple(map(int, answered["tokens"])), int(answered["max_model_len"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise Unsupported("its /tokenize is not vLLM's") from None

    async def _next_logprobs(
        self, asker: Asker, prompt: Tokens, wanted: Sequence[int], *, fresh: bool
    ) -> dict[int, float]:
        chosen = {"logprob_token_ids": list(wanted), "return_tokens_as_token_ids": True}
        body = {"prompt": list(prompt), "max_tokens": 1, "temperature": 0.0, "logprobs": 1, "extra_body": chosen}
        listed = field(await asker.ask("completions", body), "choices", 0, "logprobs", "top_logprobs", 0)
        listed = listed if isinstance(listed, Mapping) else {}
        found = {token: listed[f"{_PREFIX}{token}"] for token in wanted if f"{_PREFIX}{token}" in listed}
        if not found:
            raise Unsupported("it gives no log-probabilities of chosen tokens (logprob_token_ids)")
        values = {token: number(value) for token, value in found.items()}
        return {token: value for token, value in values.items() if value is not None and not value <= CAPPED}


class LlamaCppServer(TrieWay):
    """llama.cpp's server, asked for the likeliest next tokens, for more of them until the wanted ones are there."""

    title = "llama.cpp's token ids"
    detail = "option trie, next-token log-probabilities over the full vocabulary of a llama.cpp server"

    async def _tokens(self, asker: Asker, request: Request, answer: str | None) -> tuple[Tokens, int]:
        if request.messages is not None:
            raise Unsupported("it does not tokenize chats")
        return await _llama_tokens(asker, request.context + (answer or "")), _UNKNOWN_WINDOW

    async def _next_logprobs(
        self, asker: Asker, prompt: Tokens, wanted: Sequence[int], *, fresh: bool
    ) -> dict[int, float]:
        # The server leaves the list out where the sampled token ends the text or is half a character, so a plain letter
        # is sampled by force; the values listed are those of the untouched logits.
        plain = next(reversed(await _llama_tokens(asker, "A")), None)
        if plain is None:
            raise Unsupported("its /tokenize makes no token of a letter")
        found: dict[int, float | None] = {}
        for probes in _PROBES:
            # A context is evaluated anew, whatever the server has cached: numbers never depend on what came before.
            own = {"n_probs": probes, "logit_bias": [[plain, 1000.0]], "cache_prompt": not fresh}
            body = {"prompt": list(prompt), "max_tokens": 1, "temperature": 0.0, "logprobs": 1, "extra_body": own}
            answer = await asker.ask("completions", body)
            listed = field(answer, "choices", 0, "logprobs", "content", 0, "top_logprobs") or ()
            listed = listed if isinstance(listed, Sequence) else ()
            pairs = [(field(entry, "id"), number(field(entry, "logprob"))) for entry in listed]
            found = {token: value for token, value in pairs if isinstance(token, int)}
            if len(found) < min(probes, _PROBES[0]):
                raise Unsupported("it lists no next tokens by their ids (n_probs)")
            if all(token in found for token in wanted):
                break
            fresh = False
        return {token: value for token in wanted if (value := found.get(token)) is not None}


async def _llama_tokens(asker: Asker, text: str) -> Tokens:
    answered = await asker.ask("tokenize", {"content": text, "add_special": True, "parse_special": True})
    try:
        return tuple(map(int, answered["tokens"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Unsupported("its /tokenize is not llama.cpp's") from None
