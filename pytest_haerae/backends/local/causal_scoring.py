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
from typing import Any

import torch

from pytest_haerae.backends.local.grouping import Scorable
from pytest_haerae.backends.local.trie import Sums, Tokens

_ROWS_AT_ONCE = 32
"""Rows of logits that are made float32 together: each is as wide as the vocabulary."""


class NodeReader:
    """Reads the log-probabilities at the nodes of a batch's tries, kept on the device until all are read.

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
        if not fresh:
            return
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
        nodes = NodeReader(batch)
        cache, mask = self._read_contexts(prefix, batch, nodes)
        self._read_options(batch, cache, mask, nodes)
        return iter(
            [
                (entry.index, entry.trie.sums_or_problem(table))
                for entry, table in zip(batch, nodes.tables(), strict=True)
            ]
        )

    def _read_contexts(self, prefix: Tokens, batch: Sequence[Scorable], nodes: NodeReader) -> tuple[Any, torch.Tensor]:
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
        nodes: NodeReader,
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
