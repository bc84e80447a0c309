"""Sampling parameters: one name on every backend, part of the key, refused in words where an engine has none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.local.huggingface import HuggingFaceParameters
from pytest_haerae.backends.local.llamacpp import LlamaCppParameters
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.backends.registry import find_backend, validate_parameters
from pytest_haerae.backends.sampling import SAMPLING, SampledParameters, draw_seed
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Message, Request

VALUES: dict[str, Any] = {
    "top_k": 5,
    "min_p": 0.1,
    "typical_p": 0.9,
    "repetition_penalty": 1.2,
    "presence_penalty": 0.5,
    "frequency_penalty": -0.5,
    "logit_bias": {"7": -100, "5": 2.5},
}


@pytest.fixture
def smallest(tmp_path: Path) -> dict[type[SampledParameters], dict[str, Any]]:
    """The parameters that each class cannot do without."""
    weights = tmp_path / "model.gguf"
    weights.write_bytes(b"GGUF")
    path = {"model_name_or_path": str(weights)}
    return {
        HuggingFaceParameters: path,
        LlamaCppParameters: path,
        VllmParameters: path,
        ApiParameters: {"model_name": "m"},
    }


def test_each_is_a_field_of_whoever_has_it_and_part_of_the_key(
    smallest: dict[type[SampledParameters], dict[str, Any]],
) -> None:
    for kind, needed in smallest.items():
        assert kind.sampling == SAMPLING & kind.model_fields.keys()
        plain = kind.model_validate(needed).identity()
        for name in VALUES.keys() & kind.sampling:
            other = kind.model_validate({**needed, name: VALUES[name]}).identity()
            assert json.dumps(other) != json.dumps(plain), name


def test_answers_that_were_stored_before_they_came_keep_their_keys(
    smallest: dict[type[SampledParameters], dict[str, Any]],
) -> None:
    for kind, needed in smallest.items():
        assert not VALUES.keys() & kind.model_validate(needed).identity().keys()
    identity = LlamaCppParameters.model_validate(smallest[LlamaCppParameters]).identity()
    assert "stop" not in identity
    identity = HuggingFaceParameters.model_validate(smallest[HuggingFaceParameters]).identity()
    assert identity["stop"] == []


@pytest.mark.parametrize("given", [{"7": -100, "5": 2.5}, {5: 2.5, 7: -100.0}, [[7, -100], [5, 2.5]]])
def test_a_bias_is_one_value_however_it_is_written(given: Any) -> None:  # noqa: ANN401 - as typed
    assert ApiParameters.model_validate({"model_name": "m", "logit_bias": given}).logit_bias == ((5, 2.5), (7, -100.0))


@pytest.mark.parametrize("given", ["5", {"a": 1}, {5: 101}, {-1: 1}, {5: "x"}])
def test_what_is_no_bias_is_refused(given: Any) -> None:  # noqa: ANN401 - as typed
    with pytest.raises(ValidationError):
        ApiParameters.model_validate({"model_name": "m", "logit_bias": given})


@pytest.mark.parametrize(
    ("backend", "parameter", "words"),
    [
        ("vllm", "typical_p", "vllm has no typical_p; huggingface, litellm, llamacpp, openai have it"),
        (
            "huggingface",
            "presence_penalty",
            "huggingface has no presence_penalty; litellm, llamacpp, openai, vllm have it",
        ),
        ("random", "temperature", "random has no temperature; huggingface, litellm, llamacpp, openai, vllm have it"),
        ("random", "heat", "unknown parameter 'heat'"),
    ],
)
def test_what_an_engine_lacks_is_refused_with_those_that_have_it(
    monkeypatch: pytest.MonkeyPatch, backend: str, parameter: str, words: str
) -> None:
    monkeypatch.setattr(VllmParameters, "further_names", frozenset)
    with pytest.raises(UsageError, match=f"--model-params of {backend}: {words}"):
        validate_parameters(backend, find_backend(backend), {parameter: 0.5})


@given(st.integers(0, 1 << 40), st.text(), st.text(), st.integers(0, 100))
def test_a_draw_is_of_its_prompt_and_its_repeat(seed: int, one: str, other: str, repeat: int) -> None:
    request = Request("generate", one, repeat=repeat)
    drawn = draw_seed(seed, request)
    assert 0 <= drawn < 1 << 31
    assert drawn == draw_seed(seed, Request("generate", one, stop=("\n",), repeat=repeat))
    others = [Request("generate", one, repeat=repeat + 1), Request("generate", one + "."), Request("generate", other)]
    others.append(Request("generate", "", messages=(Message("user", one),), repeat=repeat))
    assert all(draw_seed(seed, each) != drawn for each in others if each != request)
