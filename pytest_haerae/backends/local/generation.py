"""The generation parameters that a checkpoint brings along, as far as they act on a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

_BOOKKEEPING = frozenset(
    {
        "_from_model_config",
        "bos_token_id",
        "cache_implementation",
        "decoder_start_token_id",
        "max_length",
        "max_new_tokens",
        "max_tokens",
        "num_return_sequences",
        "output_attentions",
        "output_hidden_states",
        "output_logits",
        "output_scores",
        "pad_token_id",
        "return_dict_in_generate",
        "transformers_version",
        "use_cache",
    }
)
"""Entries that choose no token, or that this program sets for every request."""
_OURS = frozenset({"do_sample", "temperature", "top_p"})
"""What `--model-params` decides."""
_SAMPLING = frozenset({"epsilon_cutoff", "eta_cutoff", "min_p", "top_h", "top_k", "typical_p"})
"""What acts only where a token is drawn."""
_ENDS = frozenset({"eos_token_id", "stop_strings"})
"""What ends a text where its model means it to end: no surprise to anybody."""


def applied(brought: Mapping[str, Any], *, sampling: bool, by_hand: Collection[str] = ()) -> dict[str, Any]:
    """The entries of a ``generation_config.json`` that act on a run.

    Args:
        brought: Its entries, as far as they differ from the engine's defaults.
        sampling: Whether tokens are drawn; greedy decoding leaves some without effect.
        by_hand: Names that the run's own parameters or a request's take the places of.
    """
    idle = _BOOKKEEPING | _OURS | (frozenset() if sampling else _SAMPLING) | frozenset(by_hand)
    return {name: value for name, value in brought.items() if name not in idle and value is not None}


def note_of(backend: str, generation: Mapping[str, Any]) -> str | None:
    """A line that says which of them change the text; None where none does."""
    changing = {name: value for name, value in generation.items() if name not in _ENDS}
    if not changing:
        return None
    listed = ", ".join(f"{name}={value}" for name, value in changing.items())
    return f"{backend}: the model's own generation parameters change its texts: {listed} (info.generation)"
