"""Log-likelihoods over HTTP: exact where the server can be asked for them, refused where it cannot.

A way is tried on one request before the batch; what it needs and a server does not give is `Unsupported`, and the next
way is tried. No way guesses: an answer that lacks a value is an error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from pytest_haerae.backends.api.answers import field
from pytest_haerae.types import Request, Response

Endpoint = Literal["chat", "completions", "tokenize"]

_TOP = 20
"""Tokens that chat APIs list at most."""
CAPPED = -9999.0
"""What servers write for a log-probability too small to be written: no value to add up."""


class Unsupported(Exception):  # noqa: N818 - names what is missing
    """The server does not give what a way needs."""


class Asker(Protocol):
    """Sends one body to an endpoint of the server, with the retries and limits of its backend."""

    name: ClassVar[str]

    async def ask(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        """The server's answer.

        Raises:
            Exception: The client's error, after retries.
            Unsupported: The backend cannot reach this endpoint.
        """
        ...


class Way(Protocol):
    """One way to the log-likelihoods of a request's continuations."""

    detail: ClassVar[str]
    """What a report says of the numbers."""

    async def score(self, asker: Asker, request: Request) -> Response:
        """Score one request.

        Raises:
            Unsupported: The server does not give what this way needs, or not for this request.
        """
        ...


class Echo:
    """Servers that echo a prompt with its log-probabilities and generate nothing: one request an option."""

    detail: ClassVar[str] = "echo of each option's full text with its log-probabilities"

    async def score(self, asker: Asker, request: Request) -> Response:
        """Ask for each option's echo and add up the values of the option's own tokens."""
        if request.messages is not None:
            raise Unsupported("a chat cannot be echoed (ask with endpoint=completions)")
        sums, tokens = [], 0
        for continuation in request.continuations:
            body = {"prompt": request.context + continuation, "max_tokens": 0, "temperature": 0.0, "logprobs": 1}
            answer = await asker.ask("completions", {**body, "echo": True})
            logprobs = field(answer, "choices", 0, "logprobs")
            sums.append(echoed_sum(field(logprobs, "tokens"), field(logprobs, "token_logprobs"), continuation))
            tokens += field(answer, "usage", "prompt_tokens") or 0
        if len(set(request.continuations)) == len(sums) and sum(map(math.exp, sums)) > 1 + 1e-3:
            # Different texts after one context cannot be this probable together.
            raise Unsupported(f"its echo's log-probabilities are none: {sums}")
        return Response(loglikelihoods=tuple(sums), prompt_tokens=tokens or None, completion_tokens=0)


class FirstToken:
    """Chat APIs that list the likeliest first tokens: labels of one token, as far as they are among the listed."""

    detail: ClassVar[str] = f"top_logprobs of the answer's first token: only labels among the top {_TOP}, of one token"

    async def score(self, asker: Asker, request: Request) -> Response:
        """Ask for one token; a label that is not listed makes the item an error."""
        chat = [{"role": each.role, "content": each.content} for each in request.messages or ()]
        body = {
            "messages": chat or [{"role": "user", "content": request.context}],
            "max_tokens": 1,
            "temperature": 0.0,
            "logprobs": True,
            "top_logprobs": _TOP,
        }
        answer = await asker.ask("chat", body)
        listed = field(answer, "choices", 0, "logprobs", "content", 0, "top_logprobs")
        if not listed:
            raise Unsupported("it gives no top_logprobs")
        values: dict[str, list[float]] = {}
        for entry in listed:
            values.setdefault(field(entry, "token"), []).append(field(entry, "logprob"))
        labels = [each.strip() for each in request.continuations]
        found = {label: values[label][0] for label in labels if len(values.get(label, ())) == 1}
        if not found and all(len(label) > 1 for label in labels):
            raise Unsupported(
                f"it gives the first token alone, and {labels[0]} is none (--prompt=letter asks for bare letters)"
            )
        for label in labels:
            if found.get(label, CAPPED) <= CAPPED:
                return Response(error=f"{asker.name}: label {label} is not among the top {len(listed)} first tokens")
        usage = field(answer, "usage")
        return Response(
            loglikelihoods=tuple(found[label] for label in labels),
            prompt_tokens=field(usage, "prompt_tokens"),
            completion_tokens=field(usage, "completion_tokens"),
        )


def echoed_sum(tokens: Sequence[str] | None, values: Sequence[float | None] | None, continuation: str) -> float:
    """Sum of the log-probabilities of an echo's last tokens, those that spell the continuation.

    The boundary is found in the tokens' texts from the end, where the continuation is; the offsets that servers give
    drift after a token that holds half a Korean letter.

    Raises:
        Unsupported: The echo does not end with the continuation, or not at a token's beginning; a value is missing.
    """
    if not tokens or not values or len(tokens) != len(values):
        raise Unsupported("it does not echo the prompt with its log-probabilities (echo, logprobs, max_tokens=0)")
    start, spelled = len(tokens), ""
    while start > 0 and len(spelled) < len(continuation):
        start -= 1
        spelled = tokens[start] + spelled
    if spelled != continuation:
        raise Unsupported(f"its echo does not end with the tokens of '{continuation}'")
    own = values[start:]
    if any(value is None or not CAPPED < value <= 0 for value in own):
        raise Unsupported(f"its echo gives no log-probability for a token of '{continuation}': {list(own)}")
    return math.fsum(value for value in own if value is not None)
