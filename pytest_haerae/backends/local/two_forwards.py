"""Each context once and the options' rest on copies of its cache: for models that take no mask of a tree.

The first forward runs over the contexts, each with the tokens that all its options begin with, and makes vocabulary
logits of the last few positions only. The second runs over what is left of the options.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch

from pytest_haerae.backends.local.batching import Load
from pytest_haerae.backends.local.causal_scoring import CausalScorer
from pytest_haerae.backends.local.grouping import Scorable
from pytest_haerae.backends.local.node_reader import NodeReader
from pytest_haerae.backends.local.trie import Tokens


class TwoForwardScorer(CausalScorer):
    """Scores a batch in two forwards."""

    detail: ClassVar[str] = "option trie over each context's cache"

    def next_batch(self, prefix: Tokens, members: Sequence[Scorable]) -> Sequence[Scorable]:
        """The first members that can be scored together.

        Padding between a shared prefix and what follows shifts a sliding window, which counts places in the cache; so
        beyond the window only members of one length share a batch there.
        """
        longest = len(members[0].fed)
        deepest = max((len(path) for member in members for path in member.rows), default=0)
        if prefix and self._window is not None and longest + deepest >= self._window:
            return [member for member in members if len(member.fed) == longest]
        return members

    def load(self, prefix: Tokens, members: Sequence[Scorable]) -> Callable[[Scorable], Load]:
        """What a row takes: its context's cache, one more for each option's rest, and logits at all nodes."""
        copies = max(len(member.rows) for member in members)
        heads = max(len(member.shared) + 1 + sum(map(len, member.rows)) for member in members)
        return lambda longest: Load(len(longest.fed), 1 + copies, heads)

    @torch.inference_mode()
    def score(self, prefix: Tokens, batch: Sequence[Scorable]) -> NodeReader:
        """Score a batch of requests that all begin with `prefix`."""
        nodes = NodeReader(batch)
        cache, mask = self._read_contexts(prefix, batch, nodes)
        self._read_options(batch, cache, mask, nodes)
        return nodes

    def _read_contexts(self, prefix: Tokens, batch: Sequence[Scorable], nodes: NodeReader) -> tuple[Any, torch.Tensor]:
        """First forward: contexts padded on the left; reads the nodes on the shared path."""
        rests = [entry.fed[len(prefix) :] for entry in batch]
        width = max(map(len, rests))
        tokens = self._tensor([(self._pad,) * (width - len(rest)) + rest for rest in rests])
        own = self._tensor([(0,) * (width - len(rest)) + (1,) * len(rest) for rest in rests])
        mask = torch.cat([own.new_ones((len(batch), len(prefix))), own], dim=1)
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, len(prefix) :]
        kept = 1 + max(len(entry.shared) for entry in batch)
        cache = self._copies_of(prefix, len(batch))
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
                (row, node, row, kept - 1 - len(entry.shared) + node)
                for row, entry in enumerate(batch)
                for node in range(len(entry.shared) + 1)
            ],
        )
        return cache, mask

    def _read_options(
        self,
        batch: Sequence[Scorable],
        cache: Any,  # noqa: ANN401 - transformers' cache
        mask: torch.Tensor,
        nodes: NodeReader,
    ) -> None:
        """Second forward: a row an option's rest, padded on the right; reads the nodes below."""
        rows = [(place, path) for place, entry in enumerate(batch) for path in entry.rows]
        if not rows:
            return
        width = max(len(path) for _, path in rows)
        fed = [tuple(batch[place].trie.tokens[node] for node in path) for place, path in rows]
        tokens = self._tensor([path + (self._pad,) * (width - len(path)) for path in fed])
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
            [(place, node, row, depth) for row, (place, path) in enumerate(rows) for depth, node in enumerate(path)],
        )

    def _copies_of(self, prefix: Tokens, copies: int) -> Any:  # noqa: ANN401 - transformers' cache
        """An empty cache, or copies of the prefix's."""
        from transformers import DynamicCache

        if not prefix:
            return DynamicCache()
        cache = copy.deepcopy(self._cache_of(prefix))
        cache.batch_repeat_interleave(copies)
        return cache
