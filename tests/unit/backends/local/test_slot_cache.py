"""Keys and values stay with their rows, whatever comes and goes beside them."""

from __future__ import annotations

import random

import pytest
import torch
from transformers import DynamicCache

from pytest_haerae.backends.local.slot_cache import SlotCache

LAYERS, HEADS, SIZE = 2, 2, 3


def states(tokens: list[float]) -> torch.Tensor:
    """Of shape (heads, tokens, size): each token's own number everywhere."""
    return torch.tensor(tokens).reshape(1, -1, 1).expand(HEADS, -1, SIZE).clone()


def fresh(rows: list[list[float]]) -> DynamicCache:
    """A cache of rows that are padded on the left with what is no number, as a forward may leave it."""
    cache, width = DynamicCache(), max(map(len, rows))
    padded = torch.stack([states([float("inf")] * (width - len(row)) + row) for row in rows])
    for layer in range(LAYERS):
        cache.update(padded + layer, padded - layer, layer)
    return cache


def held(cache: SlotCache, slot: int) -> list[float]:
    """The tokens of a slot, by the mask; all layers and heads agree, and what is masked is a number."""
    shown = cache.mask[slot].bool()
    (first, *_) = cache.layers
    tokens: list[float] = first.keys[slot, 0, shown, 0].tolist()
    for number, layer in enumerate(cache.layers):
        for found, sign in ((layer.keys, 1), (layer.values, -1)):
            assert torch.isfinite(found[slot]).all()
            assert torch.equal(found[slot][:, shown], states(tokens) + sign * number)
    return tokens


@pytest.mark.parametrize("seed", range(20))
def test_rows_keep_their_tokens(seed: int) -> None:
    draw, number = random.Random(seed), 0.0  # noqa: S311 - a test
    cache, rows = SlotCache(torch.device("cpu")), dict[int, list[float]]()
    cache.rearrange([], 4, 0)
    for _ in range(30):
        if draw.random() < 0.4:
            slots = draw.sample(range(4), draw.randint(1, 4))
            new = [[number := number + 1 for _ in range(draw.randint(1, 9))] for _ in slots]
            width = max(map(len, new))
            if width > cache.shape[1]:
                cache.rearrange(range(4), 4, width)
            cache.take(slots, fresh(new), list(map(len, new)))
            rows.update(zip(slots, new, strict=True))
        elif rows and draw.random() < 0.3:
            slot = draw.choice(list(rows))
            cache.free(slot)
            del rows[slot]
        elif rows and draw.random() < 0.3:
            kept = draw.sample(list(rows), len(rows))
            cache.rearrange(kept, 4, max(len(rows[slot]) for slot in kept))
            rows = {place: rows[slot] for place, slot in enumerate(kept)}
        elif rows:
            cache.grow()
            new = [[number := number + 1] for _ in range(4)]
            step = torch.stack([states(each) for each in new])
            for layer in range(LAYERS):
                cache.update(step + layer, step - layer, layer)
            for slot in range(4):
                if slot in rows:
                    rows[slot] = [*rows[slot], *new[slot]]
                else:
                    cache.free(slot)
        for slot, tokens in rows.items():
            assert held(cache, slot) == tokens
        for slot in {*range(4)} - {*rows}:
            assert not cache.mask[slot].any()
