"""What the installed vLLM is asked for on a processor, and what it makes of that."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters, import_vllm
from pytest_haerae.backends.local.vllm.processor import SMALL_BLOCK, small_blocks
from pytest_haerae.types import Request
from tests.helpers import reference_items

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None, reason="vllm is not installed; .ci/run has an environment with it"),
    pytest.mark.filterwarnings("default"),
]

TINY = {
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "vocab_size": 256,
    "max_position_embeddings": 64,
}
LATENT = {"kv_lora_rank": 16, "q_lora_rank": None, "qk_rope_head_dim": 16, "qk_nope_head_dim": 16, "v_head_dim": 32}


def test_prefixes_are_cached_in_small_blocks_and_the_numbers_stay(
    vllm_backend: VllmBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each option's full sequence has no use for the cache, whatever its blocks are."""
    assert vllm_backend._engine.llm_engine.vllm_config.cache_config.block_size == SMALL_BLOCK
    items = reference_items(short=4, medium=2)
    requests = [
        Request("loglikelihood", item["query"], tuple(f" ({label})" for label in "ABCDE"[: len(item["options"])]))
        for item in items
    ]
    by_trie = dict(vllm_backend.run(requests))
    monkeypatch.setattr(VllmBackend, "_knows_token_ids", lambda self: False)
    by_prompt = dict(vllm_backend.run(requests))
    for index in range(len(requests)):
        assert by_trie[index].loglikelihoods == pytest.approx(by_prompt[index].loglikelihoods, abs=1e-4)


@pytest.mark.parametrize(
    ("model", "small"),
    [
        ({"architectures": ["LlamaForCausalLM"], "model_type": "llama"}, True),
        ({"architectures": ["DeepseekV2ForCausalLM"], "model_type": "deepseek_v2", **LATENT}, False),
        ({"architectures": ["FalconH1ForCausalLM"], "model_type": "falcon_h1"}, False),
    ],
    ids=["attention", "latent attention", "hybrid"],
)
def test_a_cache_of_another_layout_keeps_its_blocks(tmp_path: Path, model: dict[str, Any], small: bool) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**TINY, **model}), encoding="utf-8")
    import_vllm()
    parameters = VllmParameters(model_name_or_path=str(tmp_path), dtype="float32")
    assert small_blocks(parameters.engine_arguments()).get("block_size") == (SMALL_BLOCK if small else None)
