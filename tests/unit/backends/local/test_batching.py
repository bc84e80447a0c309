from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from pytest_haerae.backends.local.batching import BatchBudget, BatchingBackend
from pytest_haerae.types import Request, Response


class ByKind(BatchingBackend):
    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        yield 0, Response(loglikelihoods=(-1.0,))

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        yield from ((index, Response(text="x")) for index in range(len(requests)))


def test_each_kind_is_answered_in_its_own_way() -> None:
    backend = ByKind(None)
    assert dict(backend.run([Request("loglikelihood", "", ("a",))])) == {0: Response(loglikelihoods=(-1.0,))}
    assert dict(backend.run([Request("generate", "")])) == {0: Response(text="x")}
    assert list(backend.run([])) == []


def budget(device: str = "cpu", layers: int = 18) -> BatchBudget:
    config: Any = SimpleNamespace(
        hidden_size=640, num_attention_heads=4, num_key_value_heads=1, head_dim=256, num_hidden_layers=layers
    )
    config.get_text_config = lambda: config
    return BatchBudget(SimpleNamespace(config=config, dtype=torch.float32, device=torch.device(device)))


@pytest.mark.parametrize(("longest", "rows"), [(50, 16), (900, 4), (5000, 1), (100_000, 1)])
def test_batches_on_a_processor_are_small(longest: int, rows: int) -> None:
    assert budget().rows(longest, 5) == rows


def test_a_large_model_takes_fewer_rows() -> None:
    assert budget(layers=400).rows(500, 5) < budget().rows(500, 5)


def test_an_accelerator_is_filled_to_a_share_of_its_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (8 << 30, 80 << 30))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 2 << 30)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 1 << 30)
    on_gpu = budget("cuda")
    each = 1000 * (2 * 18 * 256 * 4 * 6 + 16 * 640 * 4)
    assert on_gpu.rows(1000, 5) == ((9 << 30) // 2) // each
    assert on_gpu.rows(10, 0) == 256
