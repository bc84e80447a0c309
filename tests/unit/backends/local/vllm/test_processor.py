from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm import processor
from pytest_haerae.backends.local.vllm.processor import on_processor, small_blocks, suited
from tests.unit.backends.local.vllm.processors import CpuArchEnum, InstalledVllm

ARGUMENTS = {"model": "m", "dtype": "auto", "max_num_seqs": 4}
SMALL = {"block_size": 16, "worker_extension_cls": processor._EXTENSION}


def test_the_user_decides_before_the_processor(installed: InstalledVllm, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    assert on_processor()
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    assert suited(ARGUMENTS) == {**ARGUMENTS, "enforce_eager": True, "block_size": 32, "dtype": "float32"}
    given = {**ARGUMENTS, "dtype": "bfloat16", "block_size": 64, "enforce_eager": False}
    assert suited(given) == given


def test_blocks_are_small_where_nothing_speaks_against_it(installed: InstalledVllm) -> None:
    assert small_blocks(ARGUMENTS) == SMALL
    module, _, name = SMALL["worker_extension_cls"].rpartition(".")  # type: ignore[attr-defined]
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("name", ["block_size", "worker_extension_cls", "kv_cache_dtype", "kv_transfer_config"])
def test_what_the_user_decided_on_blocks_stands(installed: InstalledVllm, name: str) -> None:
    assert small_blocks({**ARGUMENTS, name: "given"}) == {}


@pytest.mark.parametrize("layout", ["use_mla", "is_hybrid", "is_attention_free", "is_encoder_decoder"])
def test_a_cache_of_another_layout_keeps_its_blocks(installed: InstalledVllm, layout: str) -> None:
    setattr(installed.model, layout, True)
    assert small_blocks(ARGUMENTS) == {}


@pytest.mark.parametrize(("dtype", "small"), [("bfloat16", {}), ("float32", SMALL), ("float16", SMALL)])
def test_amx_serves_bfloat16_in_blocks_of_32(installed: InstalledVllm, dtype: str, small: dict[str, Any]) -> None:
    import torch

    installed.amx = True
    installed.model.dtype = getattr(torch, dtype)
    assert small_blocks(ARGUMENTS) == small


def test_kernels_of_other_processors_keep_their_blocks(installed: InstalledVllm) -> None:
    installed.architecture = CpuArchEnum.ARM
    assert small_blocks(ARGUMENTS) == {}


@pytest.mark.parametrize("smallest", [16, 64])
def test_an_engine_with_other_blocks_is_left_alone(installed: InstalledVllm, smallest: int) -> None:
    installed.backend.smallest = smallest  # type: ignore[attr-defined]
    assert small_blocks(ARGUMENTS) == {}


def test_an_engine_that_cannot_be_asked_is_left_alone(installed: InstalledVllm) -> None:
    installed.model = SimpleNamespace()
    assert small_blocks(ARGUMENTS) == {}
