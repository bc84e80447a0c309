"""Log-probabilities at the nodes of option tries, read from the logits of a forward."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from pytest_haerae.backends.local.grouping import Scorable
from pytest_haerae.backends.local.trie import Sums

_ROWS_AT_ONCE = 32
"""Rows of logits that are made float32 together: each is as wide as the vocabulary."""
_CPU_VALUES_AT_ONCE = 1 << 20
"""A processor takes fewer rows, of so many logits: memory of this size is used again, larger is asked for anew."""


class NodeReader:
    """Reads the log-probabilities at the nodes of a batch's tries, kept on the device until all are read.

    One gather and one log-sum-exp a forward, and one transfer a batch: an accelerator waits for none in between.

    Args:
        batch: The requests, in the order in which places are counted.
    """

    def __init__(self, batch: Sequence[Scorable]) -> None:
        self._batch = batch
        self._known: dict[tuple[int, int], int] = {}
        """The width of the forward's values, by place and node, in the order in which they are read."""
        self._values: list[torch.Tensor] = []

    def read(self, logits: torch.Tensor, found: Sequence[tuple[int, int, int, int]]) -> None:
        """Read nodes from the logits of a forward, of shape (rows, positions, vocabulary).

        Args:
            logits: What the model gave.
            found: Of each node the request's place in the batch, its number, and its row and position in the logits. A
                node that several rows have is read once.
        """
        fresh: dict[tuple[int, int], tuple[int, int]] = {}
        for place, node, row, position in found:
            if (place, node) not in self._known:
                fresh.setdefault((place, node), (row, position))
        if not fresh:
            return
        children = [self._batch[place].trie.followers[node] for place, node in fresh]
        width = max(map(len, children))
        self._known |= dict.fromkeys(fresh, width)
        padded = [tokens + (0,) * (width - len(tokens)) for tokens in children]
        wanted, places = (torch.tensor(each, device=logits.device) for each in (padded, [*fresh.values()]))
        rows = _ROWS_AT_ONCE
        if logits.device.type == "cpu":
            rows = max(1, min(rows, _CPU_VALUES_AT_ONCE // logits.shape[-1]))
        for start in range(0, len(padded), rows):
            few = slice(start, start + rows)
            exact = logits[places[few, 0], places[few, 1]].float()
            self._values.append((exact.gather(1, wanted[few]) - exact.logsumexp(dim=-1, keepdim=True)).flatten())

    def sums(self) -> list[tuple[int, Sums]]:
        """Of each request its index and one log-likelihood an option, or why it has none."""
        pairs = zip(self._batch, self.tables(), strict=True)
        return [(entry.index, entry.trie.sums_or_problem(table)) for entry, table in pairs]

    def tables(self) -> list[list[dict[int, float]]]:
        """Of each request the log-softmax in float32 at each of its nodes, for the tokens that follow there."""
        found: list[list[dict[int, float]]] = [[{} for _ in entry.trie.followers] for entry in self._batch]
        values = torch.cat(self._values).tolist()
        start = 0
        for (place, node), width in self._known.items():
            followers = self._batch[place].trie.followers[node]
            found[place][node] = dict(zip(followers, values[start : start + width], strict=False))
            start += width
        return found
