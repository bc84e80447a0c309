"""The log-probability of a text, as a server tells it beside the text: token by token, or not at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pytest_haerae.backends.api.answers import field
from pytest_haerae.backends.api.scoring import CAPPED, logprob
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response

_BYTE = range(256)


class _Token(NamedTuple):
    """One token that a server tells of; what it tells is not taken on trust."""

    spelled: bytes
    value: Any


class LogProbabilities:
    """Adds the log-probability to the answers of one server.

    Args:
        name: The backend's name.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._told = False

    def read(self, request: Request, answer: Any, response: Response) -> Response:  # noqa: ANN401 - the client's answer
        """The response with the log-probability of its text, or an error; as it is where none is wanted.

        Args:
            request: What was asked.
            answer: What the server answered.
            response: What was read of it.

        Raises:
            UsageError: The server tells none, and has told none before.
        """
        if not request.log_probability:
            return response
        tokens = _tokens(field(answer, "choices", 0, "logprobs"))
        self._told = self._told or bool(tokens)
        if not response.text:
            # Whatever ended it at once is none of its tokens.
            return replace(response, log_probability=0.0, log_probability_tokens=0)
        if not tokens:
            words = "the server tells no log-probabilities of what it generates (logprobs)"
            if not self._told:
                raise UsageError(f"--model={self._name}: {words}; leave --evaluator-params rank out")
            return Response(error=f"{self._name}: {words}")
        own = _own(tokens, response)
        values = [value for token in own or () if (value := logprob(token.value)) is not None and value > CAPPED]
        if own is None or len(values) < len(own):
            words = "the server tells no log-probability for a part of what it generated (logprobs)"
            return Response(error=f"{self._name}: {words}")
        return replace(response, log_probability=min(0.0, math.fsum(values)), log_probability_tokens=len(values))


def _tokens(told: Any) -> list[_Token]:  # noqa: ANN401 - a part of the client's answer
    """The tokens of an answer: a list of objects, as of chats, or two lists, as of text completions."""
    content = field(told, "content")
    if isinstance(content, Sequence) and not isinstance(content, str | bytes):
        return [_Token(_spelled(each), field(each, "logprob")) for each in content]
    texts, values = field(told, "tokens"), field(told, "token_logprobs")
    if not (isinstance(texts, Sequence) and isinstance(values, Sequence)) or len(texts) != len(values):
        return []
    return [_Token(_bytes(text), value) for text, value in zip(texts, values, strict=True)]


def _spelled(entry: Any) -> bytes:  # noqa: ANN401 - a part of the client's answer
    """A token's bytes: half a character has a text that is none."""
    listed = field(entry, "bytes")
    if isinstance(listed, list | tuple) and all(type(each) is int and each in _BYTE for each in listed):
        return bytes(listed)
    return _bytes(field(entry, "token"))


def _bytes(text: Any) -> bytes:  # noqa: ANN401 - a part of the client's answer
    return text.encode(errors="replace") if isinstance(text, str) else b""


def _own(tokens: Sequence[_Token], response: Response) -> Sequence[_Token] | None:
    """The tokens up to the end of the text; None where some of its tokens are not told of.

    Servers list the token that ends a text, or do not; one that has told the thoughts of a model apart lists theirs
    before. llama.cpp's leaves out tokens that are half a character.
    """
    spelled = b"".join(token.spelled for token in tokens)
    text = (response.text or "").encode(errors="replace")
    if (place := spelled.rfind(text)) >= 0:
        end, count, length = place + len(text), 0, 0
        while length < end:
            length += len(tokens[count].spelled)
            count += 1
        return tokens[:count]
    if response.completion_tokens is None:
        return None
    ending = int(response.finish_reason == "stop")
    missing = response.completion_tokens - (response.reasoning_tokens or 0) - len(tokens)
    return tokens if missing <= ending else None
