"""Requests as a causal model scores them: what both forwards read, and which share a prefix worth computing once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pytest_haerae.backends.local.trie import OptionTrie, Tokens

_SHORTEST_PREFIX = 64
"""Tokens below which computing a shared prefix apart is not worth a forward of its own."""
_GROUP_COST = 256
"""Tokens that a group costs by what it breaks: one more forward, smaller batches."""


@dataclass(frozen=True, slots=True)
class Scorable:
    """One request, tokenized.

    Attributes:
        index: Its place among the requests.
        context: The context's tokens, at least one.
        trie: The options.
        shared: The tokens that every option begins with and that are fed with the context.
        rows: The nodes below `shared` that the second forward feeds, a path a row; may be empty.
    """

    index: int
    context: Tokens
    trie: OptionTrie
    shared: Tokens
    rows: tuple[tuple[int, ...], ...]

    @property
    def fed(self) -> Tokens:
        """What the first forward reads."""
        return self.context + self.shared


def make_scorable(index: int, context: Tokens, trie: OptionTrie) -> Scorable:
    """Divide an item's trie between the two forwards."""
    inner = set(trie.parents)
    shared = 0
    # All that is below a node follows it, so the one child of a node is the next one.
    while len(trie.followers[shared]) == 1 and shared in inner:
        shared += 1
    ends = [node for node in range(shared + 1, len(trie.followers)) if node not in inner]
    return Scorable(
        index, context, trie, trie.tokens[1 : shared + 1], tuple(_path(trie, node, shared) for node in ends)
    )


def _path(trie: OptionTrie, node: int, above: int) -> tuple[int, ...]:
    """The nodes from below one to another."""
    path = []
    while node != above:
        path.append(node)
        node = trie.parents[node]
    return tuple(reversed(path))


@dataclass(frozen=True, slots=True)
class Group:
    """Requests whose contexts begin with the same tokens; `prefix` is empty where that is not worth it."""

    prefix: Tokens
    members: tuple[Scorable, ...]


def make_groups(scorables: Sequence[Scorable]) -> list[Group]:
    """Find the shared prefixes that save the most tokens; inside a group the longest come first.

    Sorted by their tokens, requests that share a prefix are neighbours, and the prefixes form a tree. From its leaves
    up, a node stays one group where that saves more tokens, ``(members - 1) * length``, than its children's groups do:
    a few requests with other few-shot examples do not shorten the prefix of all the rest.

    Long ones first: a batch that does not fit in memory is then found at once, and padding is small.
    """
    ordered = sorted(scorables, key=lambda scorable: scorable.fed)
    groups: list[Group] = []
    alone: list[Scorable] = []
    for start, end, length in _best_prefixes(ordered):
        members = ordered[start:end]
        if length:
            groups.append(Group(members[0].fed[:length], _longest_first(members)))
        else:
            alone.extend(members)
    return groups + ([Group((), _longest_first(alone))] if alone else [])


def _longest_first(members: Sequence[Scorable]) -> tuple[Scorable, ...]:
    return tuple(sorted(members, key=lambda scorable: -len(scorable.fed)))


@dataclass(slots=True)
class _Node:
    """A range of the sorted requests with a common prefix, and the best division of it found so far."""

    start: int
    length: int
    saved: int = 0
    division: list[tuple[int, int, int]] = field(default_factory=list)

    def take(self, division: list[tuple[int, int, int]], saved: int) -> None:
        self.division += division
        self.saved += saved

    def close(self, end: int) -> None:
        """Undivided where that saves more."""
        together = (end - self.start - 1) * self.length - _GROUP_COST
        if together > self.saved:
            self.division, self.saved = [(self.start, end, self.length)], together


def _best_prefixes(ordered: Sequence[Scorable]) -> list[tuple[int, int, int]]:
    """Ranges of the sorted requests with the length of the prefix to compute apart, 0 for none.

    The tree is walked with a stack over the lengths that neighbours share, so that its depth does not matter.
    """
    stack = [_Node(0, 0)]
    for place in range(len(ordered)):
        shared = _shared_length(ordered[place], ordered[place + 1]) if place + 1 < len(ordered) else 0
        leaf = _Node(place, shared, division=[(place, place + 1, 0)])
        while stack[-1].length > shared:
            stack[-1].take(leaf.division, leaf.saved)
            leaf = stack.pop()
            leaf.close(place + 1)
        if stack[-1].length < shared:
            stack.append(_Node(leaf.start, shared))
        stack[-1].take(leaf.division, leaf.saved)
    return stack[0].division


def _shared_length(one: Scorable, other: Scorable) -> int:
    """Tokens that both begin with, leaving each at least its context's last one; 0 where that is too short to pay."""
    most = min(len(one.context), len(other.context)) - 1
    # A token of the first context's end at most: what both begin with lies within their contexts.
    pairs = zip(one.context[:most], other.context[:most], strict=True)
    length = next((place for place, (mine, others) in enumerate(pairs) if mine != others), most)
    return length if length >= _SHORTEST_PREFIX else 0
