"""Contexts and option tries in one forward: nodes follow their context, and a mask lets each see its ancestors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any, ClassVar

import torch

from pytest_haerae.backends.local.batching import Load
from pytest_haerae.backends.local.causal_scoring import CausalScorer
from pytest_haerae.backends.local.grouping import Scorable, make_scorable
from pytest_haerae.backends.local.head import head_at, head_of_few
from pytest_haerae.backends.local.node_reader import NodeReader
from pytest_haerae.backends.local.tree_layout import TreeLayout, lay_out
from pytest_haerae.backends.local.trie import Tokens, build_trie

_FULL, _SLIDING = "full_attention", "sliding_attention"
_TAKES_MASKS = ("sdpa", "eager")
_CPU_ROW, _ROW = 256, 4096
"""Tokens of several items in one row: enough to fill a forward, few enough that attention over all of them is cheap."""
_COMPARED = 8192
"""Tokens of the vocabulary by whose logits a model is tried out."""
_LIKE = 0.1
"""Of the difference between two siblings' logits, by how much two readings of one node may differ: half precision
makes some hundredths of it, a mask that is not heeded makes all of it."""


class TreeScorer(CausalScorer):
    """Scores a batch in one forward; vocabulary logits are made at the nodes only."""

    detail: ClassVar[str] = "option trie behind each context, in one forward"

    def next_batch(self, prefix: Tokens, members: Sequence[Scorable]) -> Sequence[Scorable]:
        """The first members that are worth one row behind a prefix: each of them computes over all of their tokens."""
        if not prefix:
            return members
        return members[: max(1, self._most // self.load(prefix, members)(members[0]).tokens)]

    @property
    def _most(self) -> int:
        return _CPU_ROW if self._model.device.type == "cpu" else _ROW

    def load(self, prefix: Tokens, members: Sequence[Scorable]) -> Callable[[Scorable], Load]:
        """What a row takes: its context behind the prefix and its nodes; only a prefix is kept beyond a layer."""
        nodes = max(len(member.trie.followers) for member in members)
        return lambda longest: Load(len(longest.context) - len(prefix) + nodes, min(1, len(prefix)), nodes)

    @torch.inference_mode()
    def score(self, prefix: Tokens, batch: Sequence[Scorable]) -> NodeReader:
        """Score a batch of requests that all begin with `prefix`."""
        layout = lay_out(batch, len(prefix), self._pad)
        nodes = NodeReader(batch)
        logits = self._logits(prefix, layout)
        nodes.read(logits, [(place, node, 0, number) for number, (place, node, _, _) in enumerate(layout.nodes)])
        return nodes

    def _logits(self, prefix: Tokens, layout: TreeLayout) -> torch.Tensor:
        """The logits at the layout's nodes, of shape (1, nodes, vocabulary)."""
        places = self._tensor([(row, column) for _, _, row, column in layout.nodes])
        cache = self._cache_of(prefix) if prefix else None
        try:
            with head_at(self._model.get_output_embeddings(), places):
                logits = self._forward(len(prefix), layout, cache)
        except BaseException:
            # Some of its layers hold the batch by now.
            self.forget()
            raise
        if cache is not None:
            cache.crop(-len(layout.tokens[0]))
        return logits

    def _forward(self, prefix: int, layout: TreeLayout, cache: Any, **named: Any) -> torch.Tensor:  # noqa: ANN401 - transformers' cache and arguments
        logits: torch.Tensor = self._model(
            input_ids=self._tensor(layout.tokens),
            attention_mask=self._masks(prefix, layout),
            position_ids=self._tensor(layout.positions),
            use_cache=cache is not None,
            **({self._cache_argument: cache} if cache is not None else {}),
            **named,
        ).logits
        return logits

    def _cache_of(self, prefix: Tokens) -> Any:  # noqa: ANN401 - transformers' cache
        """The cache of a prefix, in which layers with a sliding window keep what a window behind it can reach.

        Such a prefix is read in pieces, so that these layers do not compare all of it with all of it.
        """
        if prefix != self._prefix and len(prefix) > min(map(self._reach, self._kinds), default=0):
            from transformers import DynamicCache

            self.forget()
            cache = DynamicCache()
            with head_of_few(self._model.get_output_embeddings(), 1):
                for start in range(0, len(prefix), self._most):
                    piece = make_scorable(0, prefix[: start + self._most], build_trie([(self._pad,)]))
                    self._forward(start, lay_out([piece], start, self._pad), cache, logits_to_keep=1)
                    self._forget_unreachable(cache)
            self._prefix, self._prefix_cache = prefix, cache
        return super()._cache_of(prefix)

    def _forget_unreachable(self, cache: Any) -> None:  # noqa: ANN401 - transformers' cache
        for kind, layer in zip(cycle(self._kinds), cache.layers, strict=False):
            kept = self._reach(kind)
            # Layers that share another's keys have none. Copied: a part of a tensor keeps all of it in memory.
            if layer.is_initialized and layer.keys.shape[-2] > kept:
                layer.keys, layer.values = (each[..., -kept:, :].clone() for each in (layer.keys, layer.values))

    @property
    def _kinds(self) -> Sequence[str]:
        """The kind of each layer, or the one of all."""
        return layer_kinds(self._model.config.get_text_config())

    def _reach(self, kind: str) -> int:
        """How many tokens before itself a token sees in layers of a kind."""
        return sys.maxsize if kind == _FULL or self._window is None else self._window - 1

    def _masks(self, prefix: int, layout: TreeLayout) -> torch.Tensor | Mapping[str, torch.Tensor]:
        """A mask of shape (rows, 1, columns, kept + columns), or one for each kind of layer.

        What is kept of the prefix is all of it, or as much as a window reaches.
        """
        config = self._model.config.get_text_config()
        own = self._own_mask(layout)
        masks = {kind: self._as_taken(self._behind_prefix(own, prefix, layout, kind)) for kind in set(self._kinds)}
        return masks if hasattr(config, "layer_types") else next(iter(masks.values()))

    def _own_mask(self, layout: TreeLayout) -> torch.Tensor:
        ends = self._tensor(layout.ends)
        columns = torch.arange(ends.shape[1], device=ends.device)
        return (columns <= columns.unsqueeze(1)) & (columns.unsqueeze(1) < ends.unsqueeze(1))

    def _behind_prefix(self, own: torch.Tensor, prefix: int, layout: TreeLayout, kind: str) -> torch.Tensor:
        """The mask of a kind of layer; a window counts positions, of which siblings share one."""
        kept = min(prefix, self._reach(kind))
        mask = torch.cat([own.new_ones((*own.shape[:2], kept)), own], dim=2)
        if max(map(max, layout.positions)) <= self._reach(kind):
            return mask
        positions = self._tensor(layout.positions)
        before = torch.arange(prefix - kept, prefix, device=own.device).expand(len(positions), kept)
        seen = torch.cat([before, positions], dim=1).unsqueeze(1)
        return mask & (seen >= (positions - self._reach(kind)).unsqueeze(2))

    def _as_taken(self, mask: torch.Tensor) -> torch.Tensor:
        mask = mask.unsqueeze(1)
        if self._model.config.get_text_config()._attn_implementation == "sdpa":
            return mask
        kind = self._model.dtype
        return torch.zeros_like(mask, dtype=kind).masked_fill(~mask, torch.finfo(kind).min)


def layer_kinds(config: Any) -> list[str]:  # noqa: ANN401 - transformers' configuration
    """The kind of attention of each layer, or the one of all, as `transformers.masking_utils` tells them (5.24)."""
    if hasattr(config, "layer_types"):
        return list(config.layer_types)
    return [_FULL if getattr(config, "sliding_window", None) is None else _SLIDING]


def takes_trees(model: Any, pad: int) -> bool:  # noqa: ANN401 - transformers' model
    """Whether a model heeds a mask of a tree: tried on a few tokens, as no configuration says it.

    A node must have the same logits whichever sibling stands before it, behind a kept prefix as without one, and
    those of its full sequence.

    Args:
        model: A causal language model in evaluation mode.
        pad: Any token's id.
    """
    config = model.config.get_text_config()
    head = getattr(model, "get_output_embeddings", lambda: None)()
    if head is None or getattr(config, "_attn_implementation", None) not in _TAKES_MASKS:
        return False
    if not {*layer_kinds(config)} <= {_FULL, _SLIDING}:
        return False
    try:
        with head_of_few(head, _COMPARED):
            return _heeds_masks(TreeScorer(model, pad), model)
    except Exception:  # whatever a model raises that takes no such mask
        return False


@torch.inference_mode()
def _heeds_masks(scorer: TreeScorer, model: Any) -> bool:  # noqa: ANN401 - transformers' model
    vocabulary = int(model.config.get_text_config().vocab_size)
    context = tuple(number % vocabulary for number in range(1, 5))
    one, two, three, last = (number % vocabulary for number in (11, 12, 13, 14))
    asked = [
        make_scorable(place, context, build_trie([(token, last) for token in siblings]))
        for place, siblings in enumerate(((one, two), (three, one)))
    ]
    longer = make_scorable(len(asked), (*context, three), build_trie([(one, last)]))
    found: list[torch.Tensor] = []
    for prefix in ((), context[:2]):
        layout = lay_out([*asked, longer], len(prefix), pad=last)
        logits = scorer._logits(prefix, layout)
        nodes = [
            number
            for number, (place, node, _, _) in enumerate(layout.nodes)
            if place < len(asked) and asked[place].trie.tokens[node] == one
        ]
        found += logits[0, nodes].float().unbind()
    scorer.forget()
    sequences = scorer._tensor([(*context, one), (*context, two)])
    expected, other = model(input_ids=sequences, use_cache=False).logits[:, -1].float()
    spread = (expected - other).abs().max()
    return all(bool((each - expected).abs().max() < _LIKE * spread) for each in found)
