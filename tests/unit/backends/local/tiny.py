"""Checkpoints of a few kilobytes with a real byte-level tokenizer, for tests that need a folder to load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

SIZE: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
}


def byte_tokenizer(**special: str) -> PreTrainedTokenizerFast:
    """One token a byte, and the special tokens that are named; none is added by itself."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={sign: number for number, sign in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)


def save_tiny(folder: Path, config: Any = None, **special: str) -> Path:  # noqa: ANN401 - transformers' configuration
    """Write a random model and its tokenizer."""
    torch.manual_seed(0)
    tokenizer = byte_tokenizer(**special)
    model = AutoModelForCausalLM.from_config(config or LlamaConfig(vocab_size=len(tokenizer), **SIZE))
    # Random weights of the usual size give nearly equal numbers for everything; larger ones tell contexts apart.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(8)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
