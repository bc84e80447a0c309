"""Texts of llama.cpp's server, whole or with a thought that is closed at its budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_haerae.backends.local.llamacpp_server import EmbeddedServer
from pytest_haerae.backends.local.reasoning import MARKS, Thinking
from pytest_haerae.backends.local.trie import Tokens

_HALF = "\ufffd"
"""What stands for a character of which not all tokens are there."""
_MOST_OF_A_CHARACTER = 3
"""Tokens that a character may be cut behind: it has four bytes at most."""
_SEEDS = 1 << 31


@dataclass(frozen=True, slots=True)
class Written:
    """A generated text.

    Attributes:
        text: The text, up to where it was stopped.
        tokens: All generated ones, also those that stopped it.
        finish_reason: Why it ended, in the server's word.
        ended: Whether the last token is the one that ends a text.
        told: What the server told of the tokens: their ids and log-probabilities; empty where it was not asked.
    """

    text: str
    tokens: Tokens
    finish_reason: str
    ended: bool = False
    told: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text is asked for with.

    Attributes:
        server: The model's.
        prompt: The tokens to go on from.
        slot: The slot that takes them.
        longest: The most tokens of the text.
        settings: Further fields of the request, ``stop`` and ``seed`` among them.
    """

    server: EmbeddedServer
    prompt: Tokens
    slot: int
    longest: int
    settings: Mapping[str, Any]


def write(asked: Asked, *, cache: bool = False) -> Written:
    """Let a model write.

    Args:
        asked: What is asked.
        cache: As of `EmbeddedServer.complete`.
    """
    # The tokens are told in the part that is verbose.
    told: Mapping[str, Any] = {"n_predict": asked.longest, "verbose": True, "return_tokens": True}
    answer = asked.server.complete(asked.prompt, asked.slot, cache=cache, **asked.settings, **told)
    choice = answer["choices"][0]
    verbose, content = answer["__verbose"], (choice.get("logprobs") or {}).get("content") or ()
    ended = verbose.get("stop_type") == "eos"
    return Written(choice["text"], tuple(verbose["tokens"]), choice["finish_reason"], ended, tuple(content))


def write_within(asked: Asked, thinking: Thinking, *, opened: bool) -> Written:
    """Let a model write, and close its thought at the budget: the answer follows.

    Args:
        asked: What is asked; `longest` is of thought, mark and answer together.
        thinking: How the model is told.
        opened: Whether the prompt has opened a thought already.
    """
    server, longest, settings = asked.server, asked.longest, asked.settings
    begun = write(replace(asked, longest=min(thinking.budget or longest, longest)))
    if begun.finish_reason != "length" or len(begun.tokens) >= longest:
        return begun
    thinks = (opened or MARKS[thinking.closing] in begun.text) and thinking.closing not in begun.text
    begun = _closed(begun, server, thinking.closing, longest) if thinks else _whole(begun, server)
    left = longest - len(begun.tokens)
    if not left:
        return begun
    # With the same seed again the answer would be drawn with the numbers of the thought.
    anew = {**settings, "seed": (settings["seed"] + 1) % _SEEDS}
    prompt = (*asked.prompt, *begun.tokens)
    rest = write(replace(asked, prompt=prompt, longest=left, settings=anew), cache=True)
    text, tokens = begun.text + rest.text, (*begun.tokens, *rest.tokens)
    cut = _stop_in(text, settings["stop"])
    # Each is told in its place, or from there on not at all.
    told = (*begun.told, *rest.told) if len(begun.told) == len(begun.tokens) else begun.told
    return Written(text[:cut], tokens, rest.finish_reason if cut is None else "stop", rest.ended, told)


def _closed(thought: Written, server: EmbeddedServer, closing: str, longest: int) -> Written:
    """A thought and the mark that closes it."""
    mark = server.tokenize(closing, special=False)[: longest - len(thought.tokens)]
    return Written(thought.text + server.detokenize(mark), (*thought.tokens, *mark), "length", told=thought.told)


def _whole(begun: Written, server: EmbeddedServer) -> Written:
    """A text without the half character at its end, which what follows would not make whole again."""
    if not begun.text.endswith(_HALF):
        return begun
    tokens = begun.tokens
    while tokens and len(begun.tokens) - len(tokens) < _MOST_OF_A_CHARACTER:
        tokens = tokens[:-1]
        if not server.detokenize(tokens).endswith(_HALF):
            return Written(begun.text.rstrip(_HALF), tokens, begun.finish_reason, told=begun.told)
    return begun


def _stop_in(text: str, stops: Sequence[str]) -> int | None:
    """Where the first stop text begins, that may be half in each of two parts; None where there is none."""
    return min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)
