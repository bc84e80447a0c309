"""The options of an item as a trie of tokens: what they share is scored once, and exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Tokens = tuple[int, ...]
Sums = tuple[float, ...] | str
"""One log-likelihood an option, or why there are none."""


@dataclass(frozen=True, slots=True)
class OptionTrie:
    """Continuations of one context, by their tokens.

    Attributes:
        continuations: The tokens of each option, as given; duplicates are allowed.
        children: For each inner node, named by its path from the context, the tokens that follow it in any option.
            Parents stand before their children, siblings' subtrees are contiguous: the order keeps a cache warm.
    """

    continuations: tuple[Tokens, ...]
    children: Mapping[Tokens, tuple[int, ...]]

    def loglikelihoods(self, logprobs: Mapping[Tokens, Mapping[int, float]]) -> tuple[float, ...]:
        """Sum each option's log-probabilities.

        Args:
            logprobs: For each inner node, the log-probability of each of its children.

        Returns:
            One sum an option, in the options' order.

        Raises:
            ValueError: A log-probability is missing, not a number, or above zero; it is never guessed.
        """
        return tuple(
            math.fsum(_checked(logprobs, option[:depth], token) for depth, token in enumerate(option))
            for option in self.continuations
        )

    def sums_or_problem(self, logprobs: Mapping[Tokens, Mapping[int, float]]) -> Sums:
        """The options' sums, or in words why there are none: one item's problem must not end its whole batch."""
        try:
            return self.loglikelihoods(logprobs)
        except ValueError as error:
            return str(error)


def _checked(logprobs: Mapping[Tokens, Mapping[int, float]], node: Tokens, token: int) -> float:
    value = logprobs.get(node, {}).get(token)
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
    followers: dict[Tokens, dict[int, None]] = {}
    for option in options:
        for depth, token in enumerate(option):
            followers.setdefault(option[:depth], {})[token] = None
    order: list[Tokens] = []
    stack: list[Tokens] = [()]
    while stack:
        node = stack.pop()
        if node in followers:
            order.append(node)
            stack.extend((*node, token) for token in reversed(followers[node]))
    return OptionTrie(options, {node: tuple(followers[node]) for node in order})


def encode_pair(context: Tokens, whole: Tokens) -> Tokens:
    """Cut a continuation's tokens off: context and continuation are encoded together, cut at the context's length.

    This is how lm-evaluation-harness splits them (`TemplateLM._encode_pair`, version 0.4.13): the cut is by the number
    of the context's own tokens, also where the joint encoding differs in them.
    """
    return whole[len(context) :]
