from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from pytest_haerae.backends.local.batching import BatchBudget, BatchingBackend, Load, halving
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


def budget(device: str = "cpu", layers: int = 18, fixed: int | None = None) -> BatchBudget:
    config: Any = SimpleNamespace(
        hidden_size=640,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=256,
        num_hidden_layers=layers,
        vocab_size=262_144,
    )
    config.get_text_config = lambda: config
    return BatchBudget(SimpleNamespace(config=config, dtype=torch.float32, device=torch.device(device)), fixed)


@pytest.mark.parametrize(("longest", "rows"), [(50, 16), (900, 4), (5000, 1), (100_000, 1)])
def test_batches_on_a_processor_are_small(longest: int, rows: int) -> None:
    assert budget().rows(Load(longest, 6)) == rows


def test_a_large_model_takes_fewer_rows() -> None:
    assert budget(layers=400).rows(Load(500, 6)) < budget().rows(Load(500, 6))


def test_an_accelerator_is_filled_to_a_share_of_its_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (8 << 30, 80 << 30))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 2 << 30)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 1 << 30)
    on_gpu = budget("cuda")
    each = 1000 * (2 * 18 * 256 * 4 * 6 + 16 * 640 * 4) + 7 * 262_144 * 4
    assert on_gpu.rows(Load(1000, 6, 7)) == ((9 << 30) // 2) // each
    assert on_gpu.rows(Load(10)) == 256


@pytest.mark.parametrize("fixed", [None, 12])
def test_what_did_not_fit_is_remembered(fixed: int | None) -> None:
    sizes = budget(fixed=fixed)
    load = Load(100, 2, 7)
    before = sizes.rows(load)
    sizes.refuse(load, 8)
    assert (before, sizes.rows(load), sizes.rows(Load(1000, 2, 7))) == (fixed or 16, 4, 1)
    sizes.refuse(load, 100)
    assert sizes.rows(load) == 4


def test_a_fixed_size_is_taken_as_it_is() -> None:
    assert budget(fixed=500).rows(Load(4000)) == 500


def answer(batch: Sequence[int]) -> list[int]:
    if len(batch) > 3:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
    return list(batch)


def test_halves_of_what_does_not_fit_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[int] = []
    collected: list[int] = []
    monkeypatch.setattr("gc.collect", lambda: collected.append(len(refused)))
    assert list(chain.from_iterable(halving(answer, range(20), refused.append))) == list(range(20))
    assert sorted(refused) == [5, 5, 5, 5, 10, 10, 20]
    assert collected == [1, 2, 3, 4, 5, 6, 7], "memory is given back once what does not fit was let go"


@pytest.mark.parametrize(("batch", "error"), [([1], MemoryError()), ([1, 2], RuntimeError("shapes do not fit"))])
def test_what_halves_do_not_help_is_raised(batch: list[int], error: BaseException) -> None:
    def fail(batch: Sequence[int]) -> int:
        raise error

    with pytest.raises(type(error)):
        list(halving(fail, batch, lambda rows: None))
