"""Each setting that may be a cause, made different; and none where they are equal."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.report.copies import settings
from pytest_haerae.report.copies.causes import SET
from tests.unit.report.copies.twins import copies, report

VERSIONS = {"pytest_haerae": "0.3.0", "python": "3.11"}
CHANGED: dict[str, tuple[dict[str, Any], str]] = {
    "precision": ({"model_params": {"seed": 0, "dtype": "bfloat16"}}, "precision: A says nothing, B dtype=bfloat16"),
    "model": ({"model": "other"}, "A is 'random(seed=0)', B is 'other'"),
    "measurement": ({"prompt": "letter", "num_few_shot": 5}, "prompt: A 'raw', B 'letter'; num_few_shot: A 0, B 5"),
    "parameters": (
        {"model_params": {"seed": 1, "top_k": 5}},
        "model parameters: seed: A 0, B 1; top_k: A not set, B 5",
    ),
    "generation": ({"generation": {"top_k": 64}}, "generation: A not set, B {'top_k': 64}"),
    "engine": ({"backend": "openai"}, "backend: A 'random', B 'openai'"),
}


@pytest.mark.parametrize("name", SET)
def test_a_setting_that_differs_is_told_and_no_other(name: str) -> None:
    info, words = CHANGED[name]
    pair = copies(report(3), report(3, **info))
    assert {other: detail for other, finder in SET.items() if (detail := finder(pair)) is not None} == {name: words}


def test_nothing_is_told_where_nothing_differs() -> None:
    pair = copies(report(3), report(3))
    assert [finder(pair) for finder in SET.values()] == [None] * len(SET)


def test_versions_of_libraries_and_the_way_to_the_numbers() -> None:
    before = report(3, versions={**VERSIONS, "vllm": "0.32", "torch": "2"}, method_detail="echo")
    after = report(3, versions={"pytest_haerae": "0.4", "python": "3.12", "vllm": "0.33", "torch": "2"})
    assert settings.engine(copies(before, after)) == (
        "version of vllm: A '0.32', B '0.33'; way to the numbers: A 'echo', B not set"
    )


def test_another_backend_has_other_names_and_parameters() -> None:
    pair = copies(report(3), report(3, backend="openai", model="gemma", model_params={"api_base": "http://x/v1"}))
    assert (settings.model(pair), settings.parameters(pair)) == (None, None)


def test_no_key_is_shown() -> None:
    pair = copies(report(3), report(3, model_params={"seed": 0, "api_key": "sk-abcdefghijklmnop1234"}))
    told = settings.parameters(pair)
    assert told is not None
    assert "api_key" in told
    assert "abcdefghijkl" not in told


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("model-Q4_K_M.gguf", "Q4_K_M"),
        ("models/model.q8_0.gguf", "Q8_0"),
        ("model-IQ3_XS", "IQ3_XS"),
        ("model-bf16", "BF16"),
        ("model-FP8", "FP8"),
        ("model_f16.gguf", "F16"),
        ("model-float32", "FLOAT32"),
        ("model-NVFP4", "NVFP4"),
        ("model-quantized.w8a8", "W8A8"),
        ("model-Int8", "INT8"),
        ("model-4bit", "4BIT"),
        ("model-8-bit", "8-BIT"),
        ("model-AWQ", "AWQ"),
        ("model-GPTQ-Int4", "GPTQ, INT4"),
        ("demo (gemma-3-270m, Q4_K_M)", "Q4_K_M"),
        ("gemma-3-270m", None),
        ("Llama-3.1-8B", None),
        ("qwen2", None),
        ("faq4u", None),
    ],
)
def test_names_of_models_say_how_weights_were_quantized(name: str, weights: str | None) -> None:
    assert settings.precision_of(report(1, model=name)["info"]).get("weights") == weights


def test_weights_in_other_precision_are_told_once() -> None:
    pair = copies(report(3, model="m-Q8_0.gguf"), report(3, model="m-Q4_K_M.gguf"))
    assert settings.precision(pair) == "precision: A weights=Q8_0, B weights=Q4_K_M"
    assert settings.model(pair) is None
