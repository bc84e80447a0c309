"""A model's head, which makes logits, at a few positions of a forward only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeGuard

import torch

from pytest_haerae.backends.local.linear import is_faster, is_plain, product, takes_product

_SLICE_BYTES = 3 << 20
"""Of the head's weights, what a processor's caches hold while all rows are multiplied with them."""


@contextmanager
def head_at(head: torch.nn.Module, places: torch.Tensor) -> Iterator[None]:
    """Let a head see a few positions only, in one row of a batch, until the block ends.

    Args:
        head: A model's output embeddings.
        places: Row and position of each, of shape (positions, 2).
    """

    def choose(_: Any, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:  # noqa: ANN401 - a module
        rows, columns = places.to(given[0].device).unbind(dim=1)
        return (given[0][rows, columns].unsqueeze(0), *given[1:])

    hook = head.register_forward_pre_hook(choose)
    sliced = partial(linear_in_slices, head) if _gains_by_slices(head) else None
    if sliced:
        head.forward = sliced
    try:
        yield
    finally:
        hook.remove()
        if sliced:
            del head.forward


@contextmanager
def head_of_few(head: torch.nn.Module, tokens: int) -> Iterator[None]:
    """Let a plain head make logits of its first tokens only, until the block ends: enough to compare two forwards.

    Args:
        head: A model's output embeddings; one that is not plain stays as it is.
        tokens: How many.
    """
    plain = head if is_plain(head) else None
    if plain is None:
        yield
        return

    def few(states: torch.Tensor) -> torch.Tensor:
        bias = None if plain.bias is None else plain.bias[:tokens]
        return torch.nn.functional.linear(states, plain.weight[:tokens], bias)

    head.forward = few
    try:
        yield
    finally:
        del head.forward


def linear_in_slices(head: torch.nn.Linear, states: torch.Tensor) -> torch.Tensor:
    """A head's logits, a slice of the vocabulary after the other.

    A matrix product of few rows packs all weights first, which takes as long as multiplying; those of a slice stay in
    the caches. With 28 rows and a vocabulary of 262,144 it takes three quarters of the time (torch 2.13, one thread).

    Args:
        head: The head.
        states: Hidden states, of shape (1, positions, width).

    Returns:
        Logits, of shape (1, positions, vocabulary).
    """
    rows, weight = states[0], head.weight
    logits = rows.new_empty((len(rows), len(weight)))
    size = max(1, torch.get_num_threads() * _SLICE_BYTES // (weight.element_size() * weight.shape[1]))
    by_onednn = is_faster() and takes_product(rows, weight)
    for start in range(0, len(weight), size):
        part, out = weight[start : start + size], logits[:, start : start + size]
        if by_onednn:
            out.copy_(product(rows, part))
        else:
            torch.mm(rows, part.t(), out=out)
    if head.bias is not None:
        logits += head.bias
    return logits.unsqueeze(0)


def _gains_by_slices(head: torch.nn.Module) -> TypeGuard[torch.nn.Linear]:
    """Half precision and accelerators multiply few rows as fast as they are."""
    return is_plain(head) and head.weight.device.type == "cpu" and head.weight.dtype is torch.float32
