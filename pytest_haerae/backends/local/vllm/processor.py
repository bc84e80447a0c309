"""What suits an engine on a processor: no compilation, small blocks, and a cache that fits into the memory."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

SMALL_BLOCK = 16
"""The smallest block that vLLM's attention on processors can compute with (`small_blocks`)."""
_BLOCK = 32
"""The smallest that it says it takes; prefixes are cached by whole blocks."""
_EXTENSION = "pytest_haerae.backends.local.vllm.small_blocks.WorkerExtension"
_DECIDED = frozenset({"block_size", "worker_extension_cls", "kv_cache_dtype", "kv_transfer_config"})
"""Arguments of which one that the user set decides on the blocks, or on what is stored in them."""
_MOST_CACHE = 16
"""GiB."""


def on_processor() -> bool:
    """Whether the installed engine runs on processors."""
    from vllm.platforms import current_platform

    return bool(current_platform.is_cpu())


def suited(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's arguments, with what suits a processor where the user left it open.

    float32 where the processor has no bfloat16 instructions. The cache's size is read from the environment there;
    without it the engine claims 92% of the memory and refuses to start where that is not free. A quarter of what is
    free now is enough for many contexts.
    """
    import torch

    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", str(max(1, min(_MOST_CACHE, free // 4 >> 30))))

    defaults: dict[str, Any] = {"enforce_eager": True, "block_size": _BLOCK}
    if arguments.get("dtype") == "auto" and not getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)():
        defaults["dtype"] = "float32"
    return {**defaults, **{name: value for name, value in arguments.items() if (name, value) != ("dtype", "auto")}}


def small_blocks(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Further arguments under which the engine caches prefixes in smaller blocks; none where that is not to be had.

    Not where the user decided on blocks; not on other processors than x86, whose kernels are others; not where AMX
    serves bfloat16, with a kernel for blocks of 32 that is faster than what smaller blocks save; not for models whose
    cache has another layout (latent attention, hybrids with state spaces); not with an engine that has no such
    backend to adapt.

    Args:
        arguments: What the engine is started with, as far as the user or the backend set it.
    """
    if _DECIDED & arguments.keys():
        return {}
    try:
        return {"block_size": SMALL_BLOCK, "worker_extension_cls": _EXTENSION} if _takes(arguments) else {}
    except Exception:  # another engine, or arguments that its start refuses in its own words
        return {}


def _takes(arguments: Mapping[str, Any]) -> bool:
    import torch
    from vllm.engine.arg_utils import EngineArgs
    from vllm.platforms import CpuArchEnum, current_platform

    # Not from `small_blocks`, which would adapt the backend in this process, too.
    from vllm.v1.attention.backend import MultipleOf
    from vllm.v1.attention.backends.cpu_attn import CPUAttentionBackend

    known = {field.name for field in dataclasses.fields(EngineArgs)}
    named = {name: value for name, value in suited(arguments).items() if name in known}
    model = EngineArgs(**named).create_model_config()
    other_layout = model.use_mla or model.is_hybrid or model.is_attention_free or model.is_encoder_decoder
    return (
        CPUAttentionBackend.get_supported_kernel_block_sizes() == [MultipleOf(_BLOCK)]
        and current_platform.get_cpu_architecture() == CpuArchEnum.X86
        and not (torch.cpu._is_amx_tile_supported() and model.dtype == torch.bfloat16)
        and not other_layout
    )
