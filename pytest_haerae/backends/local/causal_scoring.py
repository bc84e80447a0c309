"""Exact log-likelihoods on a causal model of `transformers`: each context once, the options' trie once.

A batch takes two forwards. The first runs over the contexts, each with the tokens that all its options begin with, and
makes vocabulary logits of the last few positions only. The second runs over what is left of the options, on copies of
the first one's cache. A prefix that all contexts of a batch share, such as few-shot examples, is computed once a group
and kept.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from pytest_haerae.backends.local.trie import OptionTrie, Sums, Tokens

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
        rows: The paths below `shared` that the second forward feeds, one a row; may be empty.
    """

    index: int
    context: Tokens
    trie: OptionTrie
    shared: Tokens
    rows: tuple[Tokens, ...]

    @property
    def fed(self) -> Tokens:
        """What the first forward reads."""
        return self.context + self.shared


def make_scorable(index: int, context: Tokens, trie: OptionTrie) -> Scorable:
    """Divide an item's trie between the two forwards."""
    shared: Tokens = ()
    while len(trie.children[shared]) == 1 and (*shared, trie.children[shared][0]) in trie.children:
        shared = (*shared, trie.children[shared][0])
    below = [node for node in trie.children if len(node) > len(shared)]
    longest = [node for node in below if not any(other[: len(node)] == node for other in below if other != node)]
    return Scorable(index, context, trie, shared, tuple(node[len(shared) :] for node in longest))


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
    length = next((place for place in range(most) if one.fed[place] != other.fed[place]), most)
    return length if length >= _SHORTEST_PREFIX else 0


_ROWS_AT_ONCE = 32
"""Rows of logits that are made float32 together: each is as wide as the vocabulary."""


class _Nodes:
    """The log-probabilities at the nodes of a batch's tries, kept on the device until all are read.

    One gather and one log-sum-exp a forward, and one transfer a batch: an accelerator waits for none in between.

    Args:
        batch: The requests, in the order in which places are counted.
    """

    def __init__(self, batch: Sequence[Scorable]) -> None:
        self._batch = batch
        self._known: dict[tuple[int, Tokens], int] = {}
        """The width of the forward's values, by place and node, in the order in which they are read."""
        self._values: list[torch.Tensor] = []

    def read(self, logits: torch.Tensor, found: Sequence[tuple[int, Tokens, int, int]]) -> None:
        """Read nodes from the logits of a forward, of shape (rows, positions, vocabulary).

        Args:
            logits: What the model gave.
            found: Of each node the request's place in the batch, its path, and its row and position in the logits. A
                node that several rows have is read once.
        """
        fresh: dict[tuple[int, Tokens], tuple[int, int]] = {}
        for place, node, row, position in found:
            if (place, node) not in self._known:
                fresh.setdefault((place, node), (row, position))
        children = [self._children(place, node) for place, node in fresh]
        width = max(map(len, children))
        self._known |= dict.fromkeys(fresh, width)
        padded = [tokens + (0,) * (width - len(tokens)) for tokens in children]
        wanted, places = (torch.tensor(rows, device=logits.device) for rows in (padded, [*fresh.values()]))
        for start in range(0, len(padded), _ROWS_AT_ONCE):
            few = slice(start, start + _ROWS_AT_ONCE)
            exact = logits[places[few, 0], places[few, 1]].float()
            self._values.append((exact.gather(1, wanted[few]) - exact.logsumexp(dim=-1, keepdim=True)).flatten())

    def _children(self, place: int, node: Tokens) -> Tokens:
        return tuple(self._batch[place].trie.children[node])

    def tables(self) -> list[dict[Tokens, dict[int, float]]]:
        """Of each request the log-softmax in float32 at its nodes, for the tokens that follow there."""
        found: list[dict[Tokens, dict[int, float]]] = [{} for _ in self._batch]
        values = torch.cat(self._values).tolist()
        start = 0
        for (place, node), width in self._known.items():
            found[place][node] = dict(zip(self._children(place, node), values[start : start + width], strict=False))
            start += width
        return found


class CausalScorer:
    """Scores batches on one model.

    Args:
        model: A causal language model in evaluation mode.
        pad: Any token's id; masked positions carry it.
    """

    def __init__(self, model: Any, pad: int) -> None:  # noqa: ANN401 - transformers' models are typed dynamically
        self._model = model
        self._pad = pad
        # transformers 5.24 renamed the argument; the older name warns there.
        named = inspect.signature(model.forward).parameters
        self._cache_argument = "cache" if "cache" in named else "past_key_values"
        self._window: int | None = getattr(model.config.get_text_config(), "sliding_window", None)
        self._prefix: Tokens = ()
        self._prefix_cache: Any = None

    def next_batch(self, prefix: Tokens, members: Sequence[Scorable], rows: int) -> Sequence[Scorable]:
        """The first members that can be scored together.

        Padding between a shared prefix and what follows shifts a sliding window, which counts places in the cache; so
        beyond the window only members of one length share a batch there.
        """
        batch = members[:rows]
        longest = len(batch[0].fed)
        deepest = max((len(path) for member in batch for path in member.rows), default=0)
        if prefix and self._window is not None and longest + deepest >= self._window:
            batch = [member for member in batch if len(member.fed) == longest]
        return batch

    @torch.inference_mode()
    def score(self, prefix: Tokens, batch: Sequence[Scorable]) -> Iterator[tuple[int, Sums]]:
        """Score a batch of requests that all begin with `prefix`.

        Yields:
            For each request its index and one log-likelihood an option, or why it has none.
        """
        nodes = _Nodes(batch)
        cache, mask = self._read_contexts(prefix, batch, nodes)
        self._read_options(batch, cache, mask, nodes)
        return iter(
            [
                (entry.index, entry.trie.sums_or_problem(table))
                for entry, table in zip(batch, nodes.tables(), strict=True)
            ]
        )

    def _read_contexts(self, prefix: Tokens, batch: Sequence[Scorable], nodes: _Nodes) -> tuple[Any, torch.Tensor]:
        """First forward: contexts padded on the left; reads the nodes on the shared path."""
        rests = [entry.fed[len(prefix) :] for entry in batch]
        width = max(map(len, rests))
        tokens = self._tensor([(self._pad,) * (width - len(rest)) + rest for rest in rests])
        own = self._tensor([(0,) * (width - len(rest)) + (1,) * len(rest) for rest in rests])
        mask = torch.cat([own.new_ones((len(batch), len(prefix))), own], dim=1)
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, len(prefix) :]
        kept = 1 + max(len(entry.shared) for entry in batch)
        cache = self._cache_of(prefix, len(batch))
        output = self._model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            use_cache=True,
            logits_to_keep=kept,
            **{self._cache_argument: cache},
        )
        nodes.read(
            output.logits,
            [
                (row, entry.shared[:depth], row, kept - 1 - len(entry.shared) + depth)
                for row, entry in enumerate(batch)
                for depth in range(len(entry.shared) + 1)
            ],
        )
        return cache, mask

    def _read_options(
        self,
        batch: Sequence[Scorable],
        cache: Any,  # noqa: ANN401 - transformers' cache
        mask: torch.Tensor,
        nodes: _Nodes,
    ) -> None:
        """Second forward: a row an option's rest, padded on the right; reads the nodes below."""
        rows = [(place, path) for place, entry in enumerate(batch) for path in entry.rows]
        if not rows:
            return
        width = max(len(path) for _, path in rows)
        tokens = self._tensor([path + (self._pad,) * (width - len(path)) for _, path in rows])
        own = self._tensor([(1,) * len(path) + (0,) * (width - len(path)) for _, path in rows])
        owners = torch.tensor([place for place, _ in rows], device=self._model.device)
        cache.batch_select_indices(owners)
        before = mask[owners]
        positions = before.sum(dim=1, keepdim=True) + torch.arange(width, device=self._model.device)
        logits = self._model(
            input_ids=tokens,
            attention_mask=torch.cat([before, own], dim=1),
            position_ids=positions,
            use_cache=True,
            **{self._cache_argument: cache},
        ).logits
        nodes.read(
            logits,
            [
                (place, batch[place].shared + path[: depth + 1], row, depth)
                for row, (place, path) in enumerate(rows)
                for depth in range(len(path))
            ],
        )

    def _cache_of(self, prefix: Tokens, copies: int) -> Any:  # noqa: ANN401 - transformers' cache
        """An empty cache, or copies of the prefix's, which is computed when it changes.

        The cache keeps every position, also of sliding-window layers: their mask does the windowing.
        """
        from transformers import DynamicCache

        if not prefix:
            return DynamicCache()
        if prefix != self._prefix:
            self._prefix_cache = DynamicCache()
            self._model(
                input_ids=self._tensor([prefix]),
                use_cache=True,
                logits_to_keep=1,
                **{self._cache_argument: self._prefix_cache},
            )
            self._prefix = prefix
        cache = copy.deepcopy(self._prefix_cache)
        cache.batch_repeat_interleave(copies)
        return cache

    def forget(self) -> None:
        """Free the kept prefix."""
        self._prefix, self._prefix_cache = (), None

    @torch.inference_mode()
    def score_sequence(self, context: Tokens, continuation: Tokens) -> float:
        """Score one continuation by its full sequence; for models without a reusable cache and for cut contexts."""
        sequence = context + continuation
        logits = self._model(input_ids=self._tensor([sequence[:-1]]), use_cache=False).logits[0]
        steps = logits[len(context) - 1 :].float().log_softmax(dim=-1)
        wanted = torch.tensor(continuation, device=steps.device).unsqueeze(1)
        return float(steps.gather(1, wanted).double().sum())

    def _tensor(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        return torch.tensor(rows, dtype=torch.long, device=self._model.device)
