"""Texts after many prompts on one causal model: a row leaves as it ends, and a waiting prompt takes its place.

`generate` of `transformers` works until the slowest row of a batch has ended; its own continuous batching was no faster
on a processor than one prompt at a time.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from transformers import DynamicCache

from pytest_haerae.backends.local.batching import BatchBudget, Load, is_out_of_memory, release
from pytest_haerae.backends.local.slot_cache import SlotCache
from pytest_haerae.backends.local.token_choice import Row, TokenChoice

_FREE_SHARE = 16
"""Of the places of a batch, one in so many has to be free before prompts are read: each reading is a forward."""
_EMPTY_SHARE = 8
"""Of the columns of a cache, one in so many has to be empty before all are moved."""
_FEW = 0.75
"""Once nothing waits, the batch shrinks where no more of it is left than this."""


def takes_rows(model: Any) -> bool:  # noqa: ANN401 - transformers' models
    """Whether a model can be told of each row's own positions."""
    named = inspect.signature(model.forward).parameters
    return {"position_ids", "attention_mask", "logits_to_keep"} <= named.keys()


class RowGenerator:
    """Generates until each row has ended.

    Args:
        model: A causal language model in evaluation mode whose keys and values can be moved by row.
        budget: Says how many rows share a forward.
        pad: Any token's id.
        choice: Chooses tokens.
        ended: Whether a row's text has ended with its last token.
        longest: Tokens that a row may get.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - transformers' models
        budget: BatchBudget,
        pad: int,
        *,
        choice: TokenChoice,
        ended: Callable[[Row], bool],
        longest: int,
    ) -> None:
        self._model, self._budget, self._pad, self._choice = model, budget, pad, choice
        self._ended, self._longest = ended, longest
        # transformers 5.24 renamed the argument; the older name warns there.
        named = inspect.signature(model.forward).parameters
        self._cache_argument = "cache" if "cache" in named else "past_key_values"
        self._waiting: deque[Row] = deque()
        self._slots: list[Row | None] = []
        self._cache = SlotCache(model.device)
        self._allowed = 0

    def run(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Generate.

        Args:
            rows: The longest prompts first: where memory is short, that is known early.

        Yields:
            Each row as it ends.
        """
        self._waiting.extend(rows)
        for row in self._waiting:
            row.begin()
        while self._waiting or any(self._slots):
            for work in (self._admit, self._step):
                yield from self._tried(work)

    def _tried(self, work: Callable[[], list[Row]]) -> list[Row]:
        """The rows that ended; where memory ran out none, and fewer share a forward from then on."""
        try:
            with torch.inference_mode():
                return work()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or not self._start_over():
                raise
        release()
        return []

    def _active(self) -> list[tuple[int, Row]]:
        return [(slot, row) for slot, row in enumerate(self._slots) if row is not None]

    def _load(self) -> Load:
        """What the longest of the rows that are at work or next takes."""
        rows = [row for _, row in self._active()] + ([self._waiting[0]] if self._waiting else [])
        return Load(max(len(row.prompt) for row in rows) + self._longest, stepped=True)

    def _start_over(self) -> bool:
        """Put all rows that are at work back; False where there is but one, for which memory is too short."""
        active = sorted((row for _, row in self._active()), key=lambda row: len(row.prompt))
        self._slots, self._cache, self._allowed = [], SlotCache(self._model.device), 0
        for row in active:
            row.begin()
            self._waiting.appendleft(row)
        tried = len(active) or self._budget.rows(self._load())
        self._budget.refuse(self._load(), tried)
        return tried > 1

    def _admit(self) -> list[Row]:
        """Read waiting prompts into free places; the rows that ended with their first token."""
        active = self._active()
        if not self._waiting:
            if 0 < len(active) <= _FEW * len(self._slots):
                self._arrange([slot for slot, _ in active], len(active))
            return []
        # What the rows at work take of the memory was granted to them.
        self._allowed = max(self._allowed, self._budget.rows(self._load()))
        free = self._allowed - len(active)
        if free <= 0 or (active and free * _FREE_SHARE < self._allowed):
            return []
        count = min(free, len(self._waiting))
        if len(active) + count > len(self._slots):
            self._arrange([slot for slot, _ in active], len(active) + count)
        slots = [slot for slot, row in enumerate(self._slots) if row is None][:count]
        for slot in slots:
            # In its place before it is read: what fails begins again.
            self._slots[slot] = self._waiting.popleft()
        return self._read([(slot, row) for slot, row in self._active() if slot in slots])

    def _read(self, places: Sequence[tuple[int, Row]]) -> list[Row]:
        """Read prompts; those rows that ended with their first token."""
        slots, rows = [slot for slot, _ in places], [row for _, row in places]
        lengths = [len(row.prompt) for row in rows]
        width = max(lengths)
        fresh = DynamicCache()
        mask = self._tensor([[0] * (width - length) + [1] * length for length in lengths])
        logits = self._forward(
            self._tensor([[self._pad] * (width - len(row.prompt)) + list(row.prompt) for row in rows]),
            mask,
            (mask.cumsum(dim=1) - 1).clamp(min=0),
            fresh,
        )
        if width > self._cache.shape[1]:
            self._cache.rearrange(range(len(self._slots)), len(self._slots), width)
        self._cache.take(slots, fresh, lengths)
        return self._choose(places, logits)

    def _step(self) -> list[Row]:
        """One token more for each row; those that ended with it."""
        active = self._active()
        if not active:
            return []
        # The last token of a row has no column yet.
        empty = self._cache.shape[1] - max(row.length - 1 for _, row in active)
        if empty * _EMPTY_SHARE > self._cache.shape[1]:
            self._arrange(range(len(self._slots)), len(self._slots), empty)
        self._cache.grow()
        logits = self._forward(
            self._tensor([[row.tokens[-1] if row else self._pad] for row in self._slots]),
            self._cache.mask,
            self._tensor([[row.length - 1 if row else 0] for row in self._slots]),
            self._cache,
        )
        if len(active) < len(self._slots):
            logits = logits[[slot for slot, _ in active]]
        return self._choose(active, logits)

    def _choose(self, places: Sequence[tuple[int, Row]], logits: torch.Tensor) -> list[Row]:
        ended = []
        tokens = self._choice.choose(logits, [row for _, row in places])
        for (slot, row), token in zip(places, tokens, strict=True):
            row.tokens.append(token)
            if len(row.tokens) >= self._longest or self._ended(row):
                ended.append(row)
                self._slots[slot] = None
                self._cache.free(slot)
        return ended

    def _arrange(self, kept: Sequence[int], rows: int, empty: int = 0) -> None:
        """Keep some slots, before new and empty ones; `empty` columns on the left are taken away."""
        self._cache.rearrange(kept, rows, self._cache.shape[1] - empty)
        self._slots = [self._slots[slot] for slot in kept] + [None] * (rows - len(kept))

    def _forward(
        self,
        tokens: torch.Tensor,
        mask: torch.Tensor,
        positions: torch.Tensor,
        cache: DynamicCache,
    ) -> torch.Tensor:
        output = self._model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            use_cache=True,
            logits_to_keep=1,
            **{self._cache_argument: cache},
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def _tensor(self, values: Sequence[Any]) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.long, device=self._model.device)
