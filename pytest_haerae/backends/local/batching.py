"""Backends that answer in batches, and how many rows a batch may have: by memory, and by what is fastest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.types import Request, Response

_CPU_ROWS, _CPU_TOKENS = 16, 4096
"""The fastest batches on two cores with a model of 270M; larger ones only take memory."""
_CPU_BYTES = 1 << 30
_ACCELERATOR_ROWS = 256
_FREE_SHARE = 0.5
"""Of an accelerator's free memory; the estimate below does not know every kernel's workspace."""
_ACTIVATIONS = 16
"""Vectors of the hidden size that a token takes while a layer runs, by a generous estimate."""


class BatchingBackend(Backend):
    """Scores and generates in batches of different making; all requests of a run are of one kind."""

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests, batch by batch."""
        if requests and requests[0].kind == "loglikelihood":
            yield from self._loglikelihoods(requests)
        else:
            yield from self._generations(requests)

    @abstractmethod
    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Score the continuations of all requests."""

    @abstractmethod
    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Generate after all prompts."""


class BatchBudget:
    """Sizes batches for one model, by an estimate; what it gets wrong is halved when memory runs out.

    Args:
        model: A causal model of `transformers`.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - transformers' models are typed dynamically
        config = model.config.get_text_config()
        hidden = int(getattr(config, "hidden_size", 4096))
        heads = int(getattr(config, "num_attention_heads", 32))
        size = int(model.dtype.itemsize)
        head = int(getattr(config, "head_dim", None) or hidden // heads)
        layers = int(getattr(config, "num_hidden_layers", 32))
        self._device: Any = model.device
        self._cache_bytes = 2 * layers * int(getattr(config, "num_key_value_heads", None) or heads) * head * size
        self._activation_bytes = _ACTIVATIONS * hidden * size

    def rows(self, longest: int, copies: int) -> int:
        """The rows of a batch, at least one.

        Args:
            longest: Tokens of the longest row.
            copies: Copies of the cache that the options of one row need.
        """
        each = max(1, longest) * (self._cache_bytes * (1 + copies) + self._activation_bytes)
        if self._device.type == "cpu":
            return max(1, min(_CPU_ROWS, _CPU_TOKENS // max(1, longest), _CPU_BYTES // each))
        return max(1, min(_ACCELERATOR_ROWS, self._free_bytes() // each))

    def _free_bytes(self) -> int:
        import torch

        if self._device.type != "cuda":
            return _CPU_BYTES
        free, _ = torch.cuda.mem_get_info(self._device)
        # What the allocator keeps for later batches is free, too.
        kept = torch.cuda.memory_reserved(self._device) - torch.cuda.memory_allocated(self._device)
        return int((free + kept) * _FREE_SHARE)
