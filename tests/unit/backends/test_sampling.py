"""Sampling parameters: one name on every backend, part of the key, refused in words where an engine has none."""

from __future__ import annotations

import json
import re
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
from pytest_haerae.backends.sampling import SAMPLING, SampledParameters, check_bias, draw_seed
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
        ("random", "num_beams", "random has no num_beams; huggingface, vllm have it"),
        ("llamacpp", "num_beams", "llamacpp has no num_beams; huggingface, vllm have it"),
        ("random", "heat", "unknown parameter 'heat'"),
    ],
)
def test_what_an_engine_lacks_is_refused_with_those_that_have_it(
    monkeypatch: pytest.MonkeyPatch, backend: str, parameter: str, words: str
) -> None:
    monkeypatch.setattr(VllmParameters, "further_names", frozenset)
    with pytest.raises(UsageError, match=f"--model-params of {backend}: {words}"):
        validate_parameters(backend, find_backend(backend), {parameter: 0.5})


@pytest.mark.parametrize(
    ("backend", "given", "words"),
    [
        ("vllm", {"temperature": 2.1}, "temperature: Input should be less than or equal to 2"),
        ("vllm", {"temperature": 0.001}, "temperature: vllm draws at 0.01 where it is lower; 0 takes the likeliest"),
        ("vllm", {"seed": 1 << 32}, "seed: Input should be less than 4294967296"),
        ("vllm", {"stop": ["끝", ""]}, "stop.1: String should have at least 1 character"),
        *(
            (backend, given, words)
            for backend in ("huggingface", "llamacpp", "vllm", "openai", "litellm")
            for given, words in (
                ({"temperature": -0.1}, "temperature: Input should be greater than or equal to 0"),
                ({"temperature": float("inf")}, "temperature: Input should be "),
                ({"temperature": float("nan")}, "temperature: Input should be "),
                ({"top_p": 0}, "top_p: Input should be greater than 0"),
                ({"top_p": 1.1}, "top_p: Input should be less than or equal to 1"),
                ({"top_k": -1}, "top_k: Input should be greater than or equal to 0"),
                ({"min_p": 1.5}, "min_p: Input should be less than or equal to 1"),
                ({"repetition_penalty": 0}, "repetition_penalty: Input should be greater than 0"),
                ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
                ({"stop": [""]}, "stop.0: String should have at least 1 character"),
                ({"logit_bias": {"1": 101}}, "logit_bias.0.1: Input should be less than or equal to 100"),
            )
        ),
        *(
            (backend, given, words)
            for backend in ("huggingface", "vllm")
            for given, words in (
                ({"num_beams": 0}, "num_beams: Input should be greater than or equal to 1"),
                ({"num_beams": 2, "temperature": 0.5}, "num_beams searches for one text, and temperature draws; leave"),
            )
        ),
        *(
            (backend, {name: 2.5}, f"{name}: Input should be less than or equal to 2")
            for backend in ("llamacpp", "vllm", "openai", "litellm")
            for name in ("presence_penalty", "frequency_penalty")
        ),
    ],
)
def test_what_is_out_of_an_engines_bounds_is_refused_before_it_is_loaded(
    backend: str, given: dict[str, Any], words: str
) -> None:
    needed = {"model_name": "m"} if backend in ("openai", "litellm") else {}
    with pytest.raises(UsageError, match=re.escape(f"--model-params of {backend}: {words}")):
        validate_parameters(backend, find_backend(backend), {**needed, **given})


@pytest.mark.parametrize("temperature", [0, 0.01, 1.3, 2])
def test_vllms_bounds_themselves_are_taken(temperature: float) -> None:
    assert VllmParameters(temperature=temperature).temperature == temperature


def test_a_bias_of_a_token_that_the_model_does_not_have_is_refused() -> None:
    check_bias("vllm", None, 5)
    check_bias("vllm", ((4, 1.0),), 5)
    with pytest.raises(UsageError, match="--model-params of vllm: logit_bias: 5 is no token of the model, which has 5"):
        check_bias("vllm", ((4, 1.0), (5, 1.0)), 5)


@given(st.integers(0, 1 << 40), st.text(), st.text(), st.integers(0, 100))
def test_a_draw_is_of_its_prompt_and_its_repeat(seed: int, one: str, other: str, repeat: int) -> None:
    request = Request("generate", one, repeat=repeat)
    drawn = draw_seed(seed, request)
    assert 0 <= drawn < 1 << 31
    assert drawn == draw_seed(seed, Request("generate", one, stop=("\n",), repeat=repeat))
    others = [Request("generate", one, repeat=repeat + 1), Request("generate", one + "."), Request("generate", other)]
    others.append(Request("generate", "", messages=(Message("user", one),), repeat=repeat))
    assert all(draw_seed(seed, each) != drawn for each in others if each != request)


def test_a_search_ends_in_one_text_and_has_a_key_of_its_own(tmp_path: Path) -> None:
    for backend in ("huggingface", "vllm"):
        made = [
            validate_parameters(backend, find_backend(backend), {"model_name_or_path": str(tmp_path), **more})
            for more in ({}, {"num_beams": 1}, {"num_beams": 4})
        ]
        assert [each.repeats_problem() is None for each in made] == [True, True, False]
        assert [each.choices_problem() is None for each in made] == [True, True, backend == "huggingface"]
        plain, _, searching = (each.identity() for each in made)
        assert "num_beams" not in plain
        assert searching == {**plain, "num_beams": 4}
