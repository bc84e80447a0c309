"""Checkpoints of a few kilobytes with a real byte-level tokenizer, for tests that need a folder to load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    BertConfig,
    LlamaConfig,
    PreTrainedTokenizerFast,
)

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
    return _save_enlarged(folder, model, tokenizer)


def _save_enlarged(folder: Path, model: Any, tokenizer: Any) -> Path:  # noqa: ANN401 - of transformers
    # Random weights of the usual size give nearly equal numbers for everything; larger ones tell contexts apart.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(8)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


CHAT_TEMPLATE = "{% for message in messages %}<{{ message.role }}>{{ message.content }}</s>{% endfor %}"
"""A chat, each message behind its role, ended by the special token ``</s>``."""
_CHATS = {"eos_token": "</s>", "pad_token": "<pad>"}
_PAIRS = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>"}


def save_tiny_rewards(
    folder: Path,
    *,
    labels: int = 1,
    template: str | None = CHAT_TEMPLATE,
    pads: bool = True,
    length: int = 512,
) -> Path:
    """Write a random classifier: a Llama that reads chats, or without a template a BERT that reads pairs.

    Args:
        folder: Where it is written.
        labels: How many numbers it gives.
        template: Its chat template; None for a model of pairs.
        pads: Whether it knows a padding token, without which it reads one row at a time.
        length: The most tokens that it reads.
    """
    torch.manual_seed(0)
    size = {**SIZE, "max_position_embeddings": length, "num_labels": labels, "pad_token_id": None}
    if template is None:
        tokenizer = byte_tokenizer(**_PAIRS)
        ids = [(name, tokenizer.convert_tokens_to_ids(name)) for name in ("<s>", "</s>")]
        pair = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=ids)
        tokenizer.backend_tokenizer.post_processor = pair
        size["pad_token_id"] = tokenizer.pad_token_id
        config: Any = BertConfig(vocab_size=len(tokenizer), **size)
    else:
        tokenizer = byte_tokenizer(**_CHATS)
        tokenizer.chat_template = template
        size["pad_token_id"] = tokenizer.pad_token_id if pads else None
        config = LlamaConfig(vocab_size=len(tokenizer), **size)
    return _save_enlarged(folder, AutoModelForSequenceClassification.from_config(config), tokenizer)
