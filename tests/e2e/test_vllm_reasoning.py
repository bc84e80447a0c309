"""A thought on the real vLLM engine: closed at its budget, and its tokens counted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from tests.e2e.conftest import CHAT, NO_SECOND, VLLM_SETTINGS

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None, reason="vllm is not installed; .ci/run has an environment with it"),
    # The engine's libraries warn of their own deprecations.
    pytest.mark.filterwarnings("default"),
]


def test_vllm_closes_a_real_models_thought_at_its_budget_and_counts_its_tokens(thinking_checkpoint: Path) -> None:
    own = {"max_tokens": 24, "reasoning": 6, "logit_bias": NO_SECOND, **VLLM_SETTINGS}
    values = {"model_name_or_path": str(thinking_checkpoint), **own}
    backend = VllmBackend(VllmParameters.model_validate(values))
    ((_, closed),) = backend.run([CHAT])
    backend.close()
    thought, mark, said = (closed.text or "").partition("</think>")
    assert (thought[: len("<think>")], mark, bool(said.strip())) == ("<think>", "</think>", True)
    own = AutoTokenizer.from_pretrained(thinking_checkpoint)(thought.removeprefix("<think>"), add_special_tokens=False)
    assert closed.reasoning_tokens == len(own["input_ids"])
    # Of a mark in the prompt that is three tokens the engine (0.32) counts two as if they were still to come.
    assert 6 <= len(own["input_ids"]) <= 6 + 2
    assert closed.completion_tokens == 24
