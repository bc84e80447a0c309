"""Log-likelihoods over HTTP: exact where the server can be asked for them, refused where it cannot.

A way is tried on one request before the batch; what it needs and a server does not give is `Unsupported`, and the next
way is tried. No way guesses: an answer that lacks a value is an error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from pytest_haerae.backends.api.answers import count, field, number, tokens_of
from pytest_haerae.types import Request, Response

Endpoint = Literal["chat", "completions", "tokenize"]

_TOP = 20
"""Tokens that chat APIs list at most."""
_BEFORE_LABEL = frozenset({"", " ", "▁", "Ġ"})
"""What may stand before a label in its token: nothing, or a space as vocabularies write it."""
CAPPED = -9999.0
"""What servers write for a log-probability too small to be written: no value to add up."""


NOT_LISTED = "is not among the top"
"""What the error of an item says of which a label was not listed."""


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

    title: ClassVar[str]
    """What it is called where it does not serve."""

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

    title: ClassVar[str] = "echo"
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
            tokens += count(field(answer, "usage", "prompt_tokens")) or 0
        if len(set(request.continuations)) == len(sums) and sum(map(math.exp, sums)) > 1 + 1e-3:
            # Different texts after one context cannot be this probable together.
            raise Unsupported(f"its echo's log-probabilities are none: {sums}")
        return Response(loglikelihoods=tuple(sums), prompt_tokens=tokens or None, completion_tokens=0)


class FirstToken:
    """Chat APIs that list the likeliest first tokens: labels of one token, as far as they are among the listed."""

    title: ClassVar[str] = "first token"
    detail: ClassVar[str] = (
        f"top_logprobs of the answer's first token: only labels among the listed ({_TOP} at most), of one token"
    )

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
        if not listed or not isinstance(listed, Sequence):
            raise Unsupported("it gives no top_logprobs")
        labels = [each.strip() for each in request.continuations]
        found = labels_listed(listed, labels)
        if not found and all(len(label) > 1 for label in labels):
            raise Unsupported(
                f"it gives the first token alone, and {labels[0]} is none (--prompt=letter asks for bare letters)"
            )
        for label in labels:
            if found.get(label, CAPPED) <= CAPPED:
                return Response(error=f"{asker.name}: label {label} {NOT_LISTED} {len(listed)} first tokens")
        prompt, completion = tokens_of(answer)
        return Response(
            loglikelihoods=tuple(found[label] for label in labels), prompt_tokens=prompt, completion_tokens=completion
        )


def labels_listed(listed: Sequence[Any], labels: Sequence[str]) -> dict[str, float]:
    """The listed log-probabilities of the labels, all in one spelling: ``A``, or with the space before it.

    Models begin an answer with either, and a comparison of the one with the other would be none. Of two spellings that
    are listed for equally many labels it is the likelier one that the model answers in.
    """
    spelled: dict[str, dict[str, list[float]]] = {}
    for entry in listed:
        token, value = field(entry, "token"), logprob(field(entry, "logprob"))
        if not isinstance(token, str) or value is None:
            continue
        for label in labels:
            before = token.removesuffix(label)
            if before + label == token and before in _BEFORE_LABEL:
                spelled.setdefault(before, {}).setdefault(label, []).append(value)
    # A token that is listed twice has no one value.
    single = [{label: own[0] for label, own in found.items() if len(own) == 1} for found in spelled.values()]
    return max(single, key=lambda found: (len(found), math.fsum(map(math.exp, found.values()))), default={})


def logprob(value: Any) -> float | None:  # noqa: ANN401 - whatever stands there
    """A log-probability: a finite number of at most 0. Anything else is None."""
    found = number(value)
    # The rounding of a float32 softmax may pass zero by this much.
    return min(found, 0.0) if found is not None and math.isfinite(found) and found <= 1e-6 else None  # noqa: PLR2004


def echoed_sum(tokens: Sequence[str] | None, values: Sequence[float | None] | None, continuation: str) -> float:
    """Sum of the log-probabilities of an echo's last tokens, those that spell the continuation.

    The boundary is found in the tokens' texts from the end, where the continuation is; the offsets that servers give
    drift after a token that holds half a Korean letter.

    Raises:
        Unsupported: The echo does not end with the continuation, or not at a token's beginning; a value is missing.
    """
    given = isinstance(tokens, Sequence) and isinstance(values, Sequence) and all(isinstance(x, str) for x in tokens)
    if not given or not tokens or not values or len(tokens) != len(values):
        raise Unsupported("it does not echo the prompt with its log-probabilities (echo, logprobs, max_tokens=0)")
    start, spelled = len(tokens), ""
    while start > 0 and len(spelled) < len(continuation):
        start -= 1
        spelled = tokens[start] + spelled
    if spelled != continuation:
        raise Unsupported(f"its echo does not end with the tokens of '{continuation}'")
    own = values[start:]
    numbers = [value for each in own if (value := logprob(each)) is not None and value > CAPPED]
    if len(numbers) < len(own):
        raise Unsupported(f"its echo gives no log-probability for a token of '{continuation}': {list(own)}")
    return math.fsum(numbers)
