"""Half the smallest block that vLLM's attention on processors says it takes; loaded by the engine's own processes only.

Prefixes are cached by whole blocks, and what stands behind the last one is computed anew for each node of the options'
trie. The kernel takes blocks of 16 (vLLM calls that path "vec16"); only the backend's list of sizes leaves them out.
vLLM loads the module of its argument `worker_extension_cls` in each worker, before it makes the model.
"""

from __future__ import annotations

from typing import Any

from vllm.v1.attention.backend import MultipleOf
from vllm.v1.attention.backends.cpu_attn import CPUAttentionBackend
from vllm.v1.attention.backends.registry import AttentionBackendEnum, register_backend


@register_backend(AttentionBackendEnum.CPU_ATTN)
class SmallBlockAttention(CPUAttentionBackend):  # type: ignore[misc]
    """vLLM's own attention, with blocks of 16 tokens."""

    @staticmethod
    def get_supported_kernel_block_sizes(kv_cache_spec: Any = None) -> list[Any]:  # noqa: ANN401
        """Any multiple of 16."""
        return [MultipleOf(16)]


class WorkerExtension:
    """Adds nothing to a worker: naming it is how this module is loaded."""
