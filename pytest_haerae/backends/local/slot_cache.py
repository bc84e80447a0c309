"""Keys and values of rows that come and go: each row ends at the last column, and what is before it is masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

_SPARE = 64
"""Columns that are made at once, so that not every token copies all that is there."""


class _SlotLayer(DynamicLayer):  # type: ignore[misc] # transformers types its layers as Any
    """A layer that writes new columns behind the old ones, in place as long as there is room."""

    def fill(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Take columns as they are."""
        self.lazy_initialization(keys, values)
        self._rooms = (keys, values)
        self.keys, self.values = keys, values

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        *args: Any,  # noqa: ANN401 - as its base
        **kwargs: Any,  # noqa: ANN401 - as its base
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append the columns of new tokens."""
        start, end = self.keys.shape[-2], self.keys.shape[-2] + key_states.shape[-2]
        if end > self._rooms[0].shape[-2]:
            self._rooms = (_with_room(self.keys, _SPARE), _with_room(self.values, _SPARE))
        rooms = self._rooms
        for room, states in zip(rooms, (key_states, value_states), strict=True):
            room[:, :, start:end] = states
        self.keys, self.values = rooms[0][:, :, :end], rooms[1][:, :, :end]
        return self.keys, self.values


def _with_room(states: torch.Tensor, columns: int) -> torch.Tensor:
    rows, heads, length, size = states.shape
    room = states.new_zeros((rows, heads, length + columns, size))
    room[:, :, :length] = states
    return room


class SlotCache(DynamicCache):  # type: ignore[misc] # as above
    """The cache of a batch whose rows are replaced one by one.

    It keeps every position, also of sliding-window layers: their mask does the windowing.

    Attributes:
        mask: Which columns are whose, 1 and 0, of shape (rows, columns); they end together.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.layer_class_to_replicate = _SlotLayer
        self.mask = torch.zeros((0, 0), dtype=torch.long, device=device)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.mask.shape
        return rows, columns

    def rearrange(self, kept: Sequence[int], rows: int, columns: int) -> None:
        """Keep some rows, in this order and before empty ones.

        Args:
            kept: The rows to keep.
            rows: How many there are afterwards.
            columns: How many columns there are afterwards; taken and added on the left, where only empty ones may go.
        """
        before = self.mask
        length = min(columns, before.shape[1])
        self.mask = before.new_zeros((rows, columns))
        self.mask[: len(kept), columns - length :] = before[list(kept), before.shape[1] - length :]
        for layer in self.layers:
            if layer.is_initialized:
                layer.fill(*(_rearranged(each, kept, rows, columns) for each in (layer.keys, layer.values)))

    def take(self, slots: Sequence[int], fresh: DynamicCache, lengths: Sequence[int]) -> None:
        """Put rows of another cache into slots, whose columns become theirs.

        Args:
            slots: The slots; their columns are at least as many as the rows' tokens.
            fresh: Rows padded on the left.
            lengths: How many tokens each of them has.
        """
        for row, (slot, length) in enumerate(zip(slots, lengths, strict=True)):
            self.mask[slot] = 0
            self.mask[slot, self.mask.shape[1] - length :] = 1
            for own, other in zip(self._own_layers(fresh), fresh.layers, strict=True):
                if other.is_initialized:
                    for states, new in ((own.keys, other.keys), (own.values, other.values)):
                        # Zero before it: what another row left there may be infinite, and masked is then no number.
                        states[slot] = 0
                        states[slot, :, states.shape[-2] - length :] = new[row, :, new.shape[-2] - length :]

    def free(self, slot: int) -> None:
        """Let go of what a slot has."""
        self.mask[slot] = 0

    def grow(self) -> None:
        """Add a column to the mask, before the forward that fills it.

        Free slots have it, too: attention to nothing at all is no number.
        """
        self.mask = torch.cat([self.mask, self.mask.new_ones((self.mask.shape[0], 1))], dim=1)

    def _own_layers(self, fresh: DynamicCache) -> Sequence[Any]:
        """The layers, made like those of the other cache where there are none."""
        rows, columns = self.shape
        for other in fresh.layers[len(self.layers) :]:
            own = _SlotLayer()
            self.layers.append(own)
            if other.is_initialized:
                _, heads, _, size = other.keys.shape
                _, _, _, value_size = other.values.shape
                own.fill(
                    other.keys.new_zeros((rows, heads, columns, size)),
                    other.values.new_zeros((rows, other.values.shape[1], columns, value_size)),
                )
        layers: Sequence[Any] = self.layers
        return layers


def _rearranged(states: torch.Tensor, kept: Sequence[int], rows: int, columns: int) -> torch.Tensor:
    _, heads, before, size = states.shape
    length = min(columns, before)
    moved = states.new_zeros((rows, heads, columns, size))
    moved[: len(kept), :, columns - length :] = states[list(kept), :, before - length :]
    return moved
