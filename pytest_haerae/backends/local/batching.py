"""Backends that answer in batches, and how many rows a batch may have: by memory, and by what is fastest."""

from __future__ import annotations

import gc
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.types import Request, Response

_CPU_ROWS, _CPU_TOKENS = 16, 4096
"""The fastest batches on two cores with a model of 270M; larger ones only take memory."""
_CPU_STEPPED_ROWS = 32
"""The same where a forward takes one token of each row: it reads all weights, however few rows it has."""
_CPU_BYTES = 1 << 30
_ACCELERATOR_ROWS = 256
_FREE_SHARE = 0.5
"""Of an accelerator's free memory; the estimate below does not know every kernel's workspace."""
Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

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


class Load(NamedTuple):
    """What one row of a batch takes.

    Attributes:
        tokens: Tokens of the row, the longest's.
        caches: Copies of the row's keys and values that are kept beyond a layer.
        heads: Positions whose vocabulary logits are made.
        stepped: Whether most forwards take one token of it: generating does.
    """

    tokens: int
    caches: int = 1
    heads: int = 1
    stepped: bool = False


class BatchBudget:
    """Sizes batches for one model, by an estimate; what it gets wrong is halved, and remembered.

    Args:
        model: A causal model of `transformers`.
        fixed: The rows of every batch, as the user set them; None for as many as memory and speed advise.
    """

    def __init__(self, model: Any, fixed: int | None = None) -> None:  # noqa: ANN401 - transformers' models
        config = model.config.get_text_config()
        hidden = int(getattr(config, "hidden_size", 4096))
        heads = int(getattr(config, "num_attention_heads", 32))
        size = int(model.dtype.itemsize)
        head = int(getattr(config, "head_dim", None) or hidden // heads)
        layers = int(getattr(config, "num_hidden_layers", 32))
        self._device: Any = model.device
        self._fixed = fixed
        self._cache_bytes = 2 * layers * int(getattr(config, "num_key_value_heads", None) or heads) * head * size
        self._activation_bytes = _ACTIVATIONS * hidden * size
        self._logit_bytes = int(getattr(config, "vocab_size", 1 << 17)) * size
        self._known: int | None = None
        """Bytes by the estimate that are thought to fit, since more did not."""

    def rows(self, load: Load) -> int:
        """The rows of a batch, at least one."""
        rows = self._advised(load) if self._fixed is None else self._fixed
        return max(1, rows if self._known is None else min(rows, self._known // self._bytes(load)))

    def refuse(self, load: Load, rows: int) -> None:
        """Remember that memory ran out on this many rows: half of them may fit."""
        half = self._bytes(load) * max(1, rows // 2)
        self._known = half if self._known is None else min(self._known, half)

    def _advised(self, load: Load) -> int:
        if self._device.type == "cpu":
            fastest = _CPU_STEPPED_ROWS if load.stepped else min(_CPU_ROWS, _CPU_TOKENS // max(1, load.tokens))
            return min(fastest, _CPU_BYTES // self._bytes(load))
        return min(_ACCELERATOR_ROWS, self._free_bytes() // self._bytes(load))

    def _bytes(self, load: Load) -> int:
        each = self._cache_bytes * load.caches + self._activation_bytes
        return max(1, load.tokens) * each + load.heads * self._logit_bytes

    def _free_bytes(self) -> int:
        import torch

        if self._device.type != "cuda":
            return _CPU_BYTES
        free, _ = torch.cuda.mem_get_info(self._device)
        # What the allocator keeps for later batches is free, too.
        kept = torch.cuda.memory_reserved(self._device) - torch.cuda.memory_allocated(self._device)
        return int((free + kept) * _FREE_SHARE)


def halving(
    answer: Callable[[Sequence[Asked]], Answered],
    batch: Sequence[Asked],
    refused: Callable[[int], None],
) -> Iterator[Answered]:
    """Answer a batch; where memory runs out, its halves. No item is lost, a single one that does not fit raises.

    Args:
        answer: Answers a batch or raises what tells of memory that ran out.
        batch: What is asked.
        refused: Told of the length of each batch that did not fit; lets go of what it can.
    """
    try:
        answered = answer(batch)
    except (RuntimeError, MemoryError) as error:
        if len(batch) == 1 or not is_out_of_memory(error):
            raise
    else:
        yield answered
        return
    refused(len(batch))
    release()
    middle = len(batch) // 2
    yield from halving(answer, batch[:middle], refused)
    yield from halving(answer, batch[middle:], refused)


def release() -> None:
    """Give memory back that nothing holds."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text
