"""The options of an item as a trie of tokens: what they share is scored once, and exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Tokens = tuple[int, ...]
Sums = tuple[float, ...] | str
"""One log-likelihood an option, or why there are none."""
Logprobs = Mapping[Tokens, Mapping[int, float]] | Sequence[Mapping[int, float]]
"""Log-probabilities at the nodes of a trie, by their paths or in their order."""


@dataclass(frozen=True, slots=True)
class OptionTrie:
    """Continuations of one context, by their tokens.

    Inner nodes are numbered, the context's end is node 0: parents stand before their children, and all that is below a
    node follows it. The order keeps a cache warm; numbers, not paths, keep long options linear.

    Attributes:
        continuations: The tokens of each option, as given; duplicates are allowed.
        ways: Of each option the nodes at which its tokens follow.
        followers: Of each node the tokens that follow it in any option.
        tokens: Of each node the token that leads to it; -1 of node 0.
        parents: Of each node the one above it; -1 of node 0.
    """

    continuations: tuple[Tokens, ...]
    ways: tuple[tuple[int, ...], ...]
    followers: tuple[Tokens, ...]
    tokens: Tokens
    parents: tuple[int, ...]

    @property
    def children(self) -> Mapping[Tokens, Tokens]:
        """`followers` by each node's path from the context: for engines that are sent all of a prompt for each node."""
        paths: list[Tokens] = [()]
        for node in range(1, len(self.followers)):
            paths.append((*paths[self.parents[node]], self.tokens[node]))
        return dict(zip(paths, self.followers, strict=True))

    def loglikelihoods(self, logprobs: Logprobs) -> tuple[float, ...]:
        """Sum each option's log-probabilities.

        Args:
            logprobs: For each inner node, in their order or by path, the log-probability of each token that follows.

        Returns:
            One sum an option, in the options' order.

        Raises:
            ValueError: A log-probability is missing, not a number, or above zero; it is never guessed.
        """
        if isinstance(logprobs, Mapping):
            logprobs = [logprobs.get(path, {}) for path in self.children]
        return tuple(
            math.fsum(_checked(logprobs[node].get(token), token) for node, token in zip(way, option, strict=True))
            for way, option in zip(self.ways, self.continuations, strict=True)
        )

    def sums_or_problem(self, logprobs: Logprobs) -> Sums:
        """The options' sums, or in words why there are none: one item's problem must not end its whole batch."""
        try:
            return self.loglikelihoods(logprobs)
        except ValueError as error:
            return str(error)


def _checked(value: float | None, token: int) -> float:
    if value is None:
        raise ValueError(f"the backend gave no log-probability for token {token}")
    if math.isnan(value) or value == -math.inf:
        raise ValueError(f"the log-probability of token {token} is {value}")
    if value > 1e-6:  # noqa: PLR2004 - rounding of a float32 softmax may pass zero by this much
        raise ValueError(f"the log-probability of token {token} is {value}, above 0")
    return min(value, 0.0)


def build_trie(continuations: Sequence[Sequence[int]]) -> OptionTrie:
    """Make the trie of an item's options.

    Args:
        continuations: The tokens of each option after the context.

    Raises:
        ValueError: An option has no tokens.
    """
    options = tuple(tuple(option) for option in continuations)
    if not all(options):
        raise ValueError("an option has no tokens after the context")
    # Every token of an option leads to a place, in the order in which they are found; the last one's has no followers.
    below: list[dict[int, int]] = [{}]
    found: list[list[int]] = []
    for option in options:
        found.append([0])
        for token in option:
            place = below[found[-1][-1]].setdefault(token, len(below))
            if place == len(below):
                below.append({})
            found[-1].append(place)
    numbers: dict[int, int] = {}
    tokens, parents = [], []
    stack = [(0, -1, -1)]
    while stack:
        place, token, parent = stack.pop()
        if below[place]:
            numbers[place] = len(numbers)
            tokens.append(token)
            parents.append(parent)
            stack.extend((child, token, numbers[place]) for token, child in reversed(below[place].items()))
    ways = tuple(tuple(numbers[place] for place in places[:-1]) for places in found)
    return OptionTrie(options, ways, tuple(tuple(below[place]) for place in numbers), tuple(tokens), tuple(parents))


def encode_pair(context: Tokens, whole: Tokens) -> Tokens:
    """Cut a continuation's tokens off: context and continuation are encoded together, cut at the context's length.

    This is how lm-evaluation-harness splits them (`TemplateLM._encode_pair`, version 0.4.13): the cut is by the number
    of the context's own tokens, also where the joint encoding differs in them.
    """
    return whole[len(context) :]


def split_trailing_space(context: str) -> tuple[str, str]:
    """A context without the spaces at its end, and those spaces: they belong to what is scored behind it.

    A context that ends in a space scores the wrong tokens. lm-evaluation-harness (0.4.13, `TemplateLM._encode_pair`)
    moves them likewise, also the newline with which many a chat template ends. Nothing is taken from blank contexts.
    """
    stripped = context.rstrip()
    return (stripped, context[len(stripped) :]) if stripped else (context, "")
