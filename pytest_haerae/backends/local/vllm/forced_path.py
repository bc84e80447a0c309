"""Makes a request generate given tokens, whatever the model would say; loaded by vLLM by its name (`forcing`).

The log-probabilities that an engine returns are taken from the logits before any processor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from vllm.v1.sample.logits_processor import AdapterLogitsProcessor

from pytest_haerae.backends.local.vllm.forcing import PATH


class ForcedPath(AdapterLogitsProcessor):  # type: ignore[misc]
    """Raises the next token of a request's path above all others; leaves requests without a path alone."""

    def is_argmax_invariant(self) -> bool:
        """It is there to change what is sampled."""
        return False

    def new_req_logits_processor(self, params: Any) -> Callable[..., torch.Tensor] | None:  # noqa: ANN401
        """A request's own part, or none."""
        path = (params.extra_args or {}).get(PATH)
        return partial(force, path) if path else None


def force(path: Sequence[int], generated: Sequence[int], logits: torch.Tensor) -> torch.Tensor:
    """Put the next token of a path first.

    Args:
        path: The tokens to generate; what follows them is free.
        generated: Those that were generated so far; only their number counts.
        logits: One row over the vocabulary, changed in place.
    """
    if len(generated) < len(path):
        logits[path[len(generated)]] = torch.finfo(logits.dtype).max
    return logits
