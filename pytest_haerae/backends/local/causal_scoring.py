"""Exact log-likelihoods on a causal model of `transformers`: what its ways have in common.

A prefix that all contexts of a batch share, such as few-shot examples, is computed once a group and kept.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch

from pytest_haerae.backends.local.batching import Load
from pytest_haerae.backends.local.grouping import Scorable
from pytest_haerae.backends.local.node_reader import NodeReader
from pytest_haerae.backends.local.trie import Tokens


class CausalScorer(ABC):
    """Scores batches on one model.

    Args:
        model: A causal language model in evaluation mode.
        pad: Any token's id; masked positions carry it.
    """

    detail: ClassVar[str]
    """The way in words, for reports."""

    def __init__(self, model: Any, pad: int) -> None:  # noqa: ANN401 - transformers' models are typed dynamically
        self._model = model
        self._pad = pad
        # transformers 5.24 renamed the argument; the older name warns there.
        named = inspect.signature(model.forward).parameters
        self._cache_argument = "cache" if "cache" in named else "past_key_values"
        self._window: int | None = getattr(model.config.get_text_config(), "sliding_window", None)
        self._prefix: Tokens = ()
        self._prefix_cache: Any = None

    def next_batch(self, prefix: Tokens, members: Sequence[Scorable]) -> Sequence[Scorable]:
        """The first of members that memory has room for, as far as they can be scored together behind a prefix."""
        return members

    @abstractmethod
    def load(self, prefix: Tokens, members: Sequence[Scorable]) -> Callable[[Scorable], Load]:
        """What a row of a batch of these members takes, by the longest in the batch."""

    @abstractmethod
    def score(self, prefix: Tokens, batch: Sequence[Scorable]) -> NodeReader:
        """Score a batch of requests that all begin with `prefix`; an accelerator may still work when this returns."""

    def forget(self) -> None:
        """Free the kept prefix."""
        self._prefix, self._prefix_cache = (), None

    def _cache_of(self, prefix: Tokens) -> Any:  # noqa: ANN401 - transformers' cache
        """The cache of a prefix, of one row: computed when it changes, and kept.

        It keeps every position, also of sliding-window layers: their mask does the windowing.
        """
        from transformers import DynamicCache

        if prefix != self._prefix or self._prefix_cache is None:
            self.forget()
            cache = DynamicCache()
            self._model(
                input_ids=self._tensor([prefix]), use_cache=True, logits_to_keep=1, **{self._cache_argument: cache}
            )
            self._prefix, self._prefix_cache = prefix, cache
        return self._prefix_cache

    def _tensor(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        return torch.tensor(rows, dtype=torch.long, device=self._model.device)


@torch.inference_mode()
def score_sequence(model: Any, context: Tokens, continuation: Tokens) -> float:  # noqa: ANN401 - transformers' model
    """Score one continuation by its full sequence; for models without a reusable cache.

    Args:
        model: A causal language model in evaluation mode.
        context: The context's tokens, at least one.
        continuation: The tokens to score.
    """
    sequence = torch.tensor([context + continuation], device=model.device)
    logits = model(input_ids=sequence[:, :-1], use_cache=False).logits[0]
    steps = logits[len(context) - 1 :].float().log_softmax(dim=-1)
    wanted = torch.tensor(continuation, device=steps.device).unsqueeze(1)
    return float(steps.gather(1, wanted).double().sum())
