from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

import pytest

from pytest_haerae.backends.local.vllm.forcing import follow
from tests.unit.backends.local.vllm.processors import AdapterLogitsProcessor, InstalledVllm

NAME = "pytest_haerae.backends.local.vllm.forced_path"


def test_only_requests_with_a_path_are_made_to_follow(installed: InstalledVllm) -> None:
    torch = pytest.importorskip("torch")
    sys.modules.pop(NAME, None)
    try:
        module = importlib.import_module(NAME)
    finally:
        sys.modules.pop(NAME, None)
    assert issubclass(module.ForcedPath, AdapterLogitsProcessor)
    processor = module.ForcedPath()
    assert not processor.is_argmax_invariant()
    for free in ({}, follow(()), {"extra_args": {"their": "own"}}):
        assert processor.new_req_logits_processor(SimpleNamespace(**{"extra_args": None, **free})) is None
    settings = follow((3, 1))
    assert settings["ignore_eos"]
    forced = processor.new_req_logits_processor(SimpleNamespace(**settings))
    generated: list[int] = []
    for expected in (3, 1, 2):
        generated.append(int(forced(generated, torch.tensor([0.0, -9.0, 5.0, -torch.inf])).argmax()))
        assert generated[-1] == expected
