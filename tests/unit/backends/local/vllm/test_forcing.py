from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm import forcing
from pytest_haerae.backends.local.vllm.forcing import can_force, follow
from tests.unit.backends.local.vllm.processors import InstalledVllm

FORCED = {"logits_processors": ["pytest_haerae.backends.local.vllm.forced_path:ForcedPath"]}


def test_an_engine_with_processors_of_logits_can_be_made_to_follow(installed: InstalledVllm) -> None:
    arguments = forcing.forcing({"model": "m"})
    assert arguments == FORCED
    configured = SimpleNamespace(llm_engine=SimpleNamespace(model_config=SimpleNamespace(**arguments)))
    assert can_force(configured)
    for other in (None, [], ["their.own:Processor"]):
        configured.llm_engine.model_config.logits_processors = other
        assert not can_force(configured)


@pytest.mark.parametrize("name", ["logits_processors", "speculative_config", "attention_config", "watermark_config"])
def test_what_the_user_decided_on_sampling_stands(installed: InstalledVllm, name: str) -> None:
    assert forcing.forcing({"model": "m", name: "given"}) == {}


@pytest.mark.parametrize(
    ("triton", "chosen", "arguments"),
    [(False, None, FORCED), (True, None, {}), (True, False, FORCED), (False, True, {})],
)
def test_the_second_model_runner_takes_other_processors(
    installed: InstalledVllm, triton: bool, chosen: bool | None, arguments: dict[str, Any]
) -> None:
    installed.runners(triton, chosen)
    assert forcing.forcing({"model": "m"}) == arguments


@pytest.mark.parametrize("missing", ["vllm.v1.sample.logits_processor", "vllm.triton_utils", "vllm.envs"])
def test_another_version_is_asked_node_by_node(
    installed: InstalledVllm, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, ModuleType(missing))
    monkeypatch.delattr(sys.modules["vllm"], missing.rpartition(".")[2], raising=False)
    assert forcing.forcing({"model": "m"}) == {}


def test_a_request_without_a_path_is_what_it_was() -> None:
    assert follow(()) == {}
    assert follow((3, 1)) == {"ignore_eos": True, "extra_args": {forcing.PATH: [3, 1]}}
