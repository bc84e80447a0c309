"""A GGUF file of a few kilobytes for llama.cpp: a random model whose tokens are bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

_SPECIAL = ("<unk>", "<s>", "</s>")
VOCABULARY = len(_SPECIAL) + 256
_WIDTH, _INNER, _LAYERS, _HEADS, _CONTEXT = 32, 64, 2, 4, 2048


def write_tiny(path: Path, template: str = "") -> Path:
    """Write it; weights are large enough that contexts tell apart, and small enough that many tokens are likely.

    Args:
        path: Where.
        template: Its chat template; empty for none.
    """
    writer = GGUFWriter(str(path), "llama")
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_feed_forward_length(_INNER)
    writer.add_block_count(_LAYERS)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(VOCABULARY)
    writer.add_file_type(0)
    if template:
        writer.add_chat_template(template)
    _add_tokenizer(writer)
    _add_weights(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: GGUFWriter) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list(
        [*(token.encode() for token in _SPECIAL), *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    )
    writer.add_token_scores([0.0] * VOCABULARY)
    writer.add_token_types([TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL] + [TokenType.BYTE] * 256)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)


def _add_weights(writer: GGUFWriter) -> None:
    chance = np.random.default_rng(0)

    def add(name: str, rows: int, columns: int, scale: float = 0.3) -> None:
        writer.add_tensor(name, (chance.standard_normal((rows, columns)) * scale).astype(np.float32))

    def add_norm(name: str) -> None:
        writer.add_tensor(name, np.ones(_WIDTH, dtype=np.float32))

    add("token_embd.weight", VOCABULARY, _WIDTH, 1.0)
    add("output.weight", VOCABULARY, _WIDTH, 0.35)
    add_norm("output_norm.weight")
    for layer in range(_LAYERS):
        add_norm(f"blk.{layer}.attn_norm.weight")
        add_norm(f"blk.{layer}.ffn_norm.weight")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{name}.weight", _WIDTH, _WIDTH)
        add(f"blk.{layer}.ffn_gate.weight", _INNER, _WIDTH)
        add(f"blk.{layer}.ffn_up.weight", _INNER, _WIDTH)
        add(f"blk.{layer}.ffn_down.weight", _WIDTH, _INNER)
