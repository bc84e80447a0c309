from __future__ import annotations

import pytest

from tests.unit.backends.local.vllm.processors import InstalledVllm


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> InstalledVllm:
    """vLLM on a processor that takes small blocks."""
    pytest.importorskip("torch")
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    return InstalledVllm(monkeypatch)
