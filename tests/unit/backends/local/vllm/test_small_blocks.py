from __future__ import annotations

import importlib
import sys

from tests.unit.backends.local.vllm.processors import AttentionBackendEnum, InstalledVllm, MultipleOf

NAME = "pytest_haerae.backends.local.vllm.small_blocks"


def test_the_module_puts_a_backend_with_smaller_blocks_in_the_place_of_the_engines(installed: InstalledVllm) -> None:
    sys.modules.pop(NAME, None)
    try:
        module = importlib.import_module(NAME)
    finally:
        sys.modules.pop(NAME, None)
    adapted = installed.registered[AttentionBackendEnum.CPU_ATTN]
    assert adapted is module.SmallBlockAttention
    assert issubclass(adapted, installed.backend)
    assert adapted.get_supported_kernel_block_sizes() == [MultipleOf(16)]
    # Whatever it had, a worker could have, too, and would not start.
    assert [name for name in dir(module.WorkerExtension) if not name.startswith("__")] == []
