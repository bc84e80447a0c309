"""Loading and encoding on checkpoints of a few kilobytes; the real model is in tests/e2e."""

from __future__ import annotations

import gc
import json
import math
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PromptTuningConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, MambaConfig

from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import check_backend
from pytest_haerae.types import Request
from tests.unit.backends.local.tiny import SIZE, save_tiny

EOS = "</s>"
OPTIONS = (" (A)", " (B)", " (A) 나", " 서울특별시")


def open_backend(folder: Path, **more: Any) -> HuggingFaceBackend:  # noqa: ANN401 - any parameter
    values = {"model_name_or_path": str(folder), "dtype": "float32", "device": "cpu", **more}
    return HuggingFaceBackend(HuggingFaceParameters.model_validate(values))


def scored(backend: HuggingFaceBackend, context: str) -> tuple[float, ...]:
    ((_, response),) = backend.run([Request("loglikelihood", context, OPTIONS)])
    assert response.error is None
    return response.loglikelihoods or ()


def by_hand(folder: Path, sequence: list[int], length: int) -> float:
    """The sum of the last `length` tokens' log-probabilities, from one plain forward of a freshly loaded model."""
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.inference_mode():
        steps = model(torch.tensor([sequence])).logits[0].log_softmax(dim=-1)
    return float(sum(steps[place - 1, sequence[place]] for place in range(len(sequence) - length, len(sequence))))


def test_it_keeps_the_contract(tmp_path: Path) -> None:
    config = LlamaConfig(vocab_size=257, **SIZE | {"max_position_embeddings": 512})
    folder = save_tiny(tmp_path, config, eos_token=EOS)
    values = {"model_name_or_path": str(folder), "dtype": "float32", "device": "cpu", "max_tokens": 4}
    check_backend(HuggingFaceBackend, values)


def test_a_closed_backend_keeps_neither_model_nor_tokenizer(tmp_path: Path) -> None:
    backend = open_backend(save_tiny(tmp_path, eos_token=EOS))
    scored(backend, "서울")
    kept = [weakref.ref(each) for each in (backend._model, backend._tokenizer)]
    gc.disable()
    try:
        backend.close()
        assert [each() for each in kept] == [None, None]
    finally:
        gc.enable()


def test_an_empty_context_without_bos_is_the_eos(tmp_path: Path) -> None:
    backend = open_backend(save_tiny(tmp_path, eos_token=EOS))
    eos = backend._tokenizer.eos_token_id
    assert backend._tokenizer.bos_token_id is None
    for option, value in zip(OPTIONS, scored(backend, ""), strict=True):
        tokens = backend._tokenizer(option)["input_ids"]
        assert value == pytest.approx(by_hand(tmp_path, [eos, *tokens], len(tokens)), abs=1e-4)


def test_an_empty_context_without_bos_and_eos_is_an_error_of_its_item(tmp_path: Path) -> None:
    backend = open_backend(save_tiny(tmp_path))
    requests = [Request("loglikelihood", "", OPTIONS), Request("loglikelihood", "가", OPTIONS)]
    answers = dict(backend.run(requests))
    assert answers[0].error == "huggingface: the context is empty and the tokenizer has neither BOS nor EOS"
    assert answers[1].error is None


def test_a_text_that_ends_with_the_eos_keeps_it(tmp_path: Path) -> None:
    backend = open_backend(save_tiny(tmp_path, eos_token=EOS))
    assert backend._encoder.tokenize([f"가{EOS}"])[0][-1] == backend._tokenizer.eos_token_id


def test_a_cut_context_is_cut_for_each_options_length(tmp_path: Path) -> None:
    backend = open_backend(save_tiny(tmp_path, eos_token=EOS), max_length=32)
    context = "0123456789" * 5
    ((_, response),) = backend.run([Request("loglikelihood", context, OPTIONS)])
    assert (response.truncated, response.prompt_tokens) == (True, 33 - len(" 서울특별시".encode()))
    for option, value in zip(OPTIONS, response.loglikelihoods or (), strict=True):
        # lm-evaluation-harness: (context + continuation)[-(max_length + 1):], the last token is only predicted.
        sequence = backend._tokenizer(context + option)["input_ids"][-33:]
        assert value == pytest.approx(by_hand(tmp_path, sequence, len(option.encode())), abs=1e-4)


def test_a_state_space_model_is_scored_by_full_sequences_and_says_so(tmp_path: Path) -> None:
    config = MambaConfig(vocab_size=257, hidden_size=32, num_hidden_layers=2, state_size=8)
    backend = open_backend(save_tiny(tmp_path, config, eos_token=EOS))
    context = "대한민국의 수도는"
    for option, value in zip(OPTIONS, scored(backend, context), strict=True):
        sequence = backend._tokenizer(context + option)["input_ids"]
        assert value == pytest.approx(by_hand(tmp_path, sequence, len(option.encode())), abs=1e-4)
    assert backend.method_detail == (
        "full sequences, one option at a time: MambaForCausalLM keeps no cache that options can share"
    )


@pytest.mark.filterwarnings("ignore::FutureWarning:transformers")
def test_an_adapter_changes_the_numbers_as_peft_does(tmp_path: Path) -> None:
    base = save_tiny(tmp_path / "base", eos_token=EOS)
    torch.manual_seed(1)
    settings = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(base), settings)
    adapted.save_pretrained(str(tmp_path / "adapter"))
    backend = open_backend(base, adapter=str(tmp_path / "adapter"))
    context = "대한민국의 수도는"
    values = scored(backend, context)
    assert values != pytest.approx(scored(open_backend(base), context), abs=1e-3)
    sequence = backend._tokenizer(context + OPTIONS[0])["input_ids"]
    with torch.inference_mode():
        steps = adapted.eval()(torch.tensor([sequence])).logits[0].log_softmax(dim=-1)
    expected = sum(steps[place - 1, sequence[place]] for place in range(len(sequence) - 4, len(sequence)))
    assert values[0] == pytest.approx(float(expected), abs=1e-4)
    plain, with_adapter = ({"model_name_or_path": str(base)} | more for more in ({}, {"adapter": str(tmp_path)}))
    assert HuggingFaceParameters(**plain).identity() != HuggingFaceParameters(**with_adapter).identity()


@pytest.mark.filterwarnings("ignore::FutureWarning:transformers")
def test_prompt_tuning_is_refused(tmp_path: Path) -> None:
    base = save_tiny(tmp_path / "base", eos_token=EOS)
    settings = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2)
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), settings).save_pretrained(str(tmp_path / "adapter"))
    with pytest.raises(UsageError, match="is prompt tuning; only LoRA-like ones work"):
        open_backend(base, adapter=str(tmp_path / "adapter"))


@pytest.mark.parametrize(("quantization", "layer"), [("8bit", "Linear8bitLt"), ("4bit", "Linear4bit")])
def test_quantized_weights_give_other_numbers_near_by(tmp_path: Path, quantization: str, layer: str) -> None:
    # On processors with bfloat16 instructions bitsandbytes wants rows of at least one block, 64 weights.
    config = LlamaConfig(vocab_size=257, **SIZE | {"hidden_size": 64})
    folder = save_tiny(tmp_path, config, eos_token=EOS)
    exact = scored(open_backend(folder), "대한민국의 수도는")
    backend = open_backend(folder, quantization=quantization)
    assert type(backend._model.model.layers[0].mlp.up_proj).__name__ == layer
    values = scored(backend, "대한민국의 수도는")
    assert values != pytest.approx(exact, abs=1e-3)
    assert values == pytest.approx(exact, rel=0.2)


@pytest.mark.parametrize("kind", ["llama", "mamba"])
def test_what_is_not_a_number_is_an_error_of_its_item_alone(tmp_path: Path, kind: str) -> None:
    settings = {"vocab_size": 257, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 8}
    config = MambaConfig(**settings, tie_word_embeddings=False)
    folder = save_tiny(tmp_path, None if kind == "llama" else config, eos_token=EOS)
    backend = open_backend(folder)
    broken = backend._tokenizer("#")["input_ids"][0]
    with torch.no_grad():
        backend._model.get_input_embeddings().weight[broken] = torch.nan
    requests = [Request("loglikelihood", text, OPTIONS) for text in ("가나다", "가#다", "다나가")]
    # What the engine makes of them: sums that are not numbers are refused there.
    answers = {index: response.loglikelihoods for index, response in backend.run(requests) if response.error is None}
    refused = {index for index, values in answers.items() if not all(map(math.isfinite, values or ()))}
    assert set(answers) - refused == {0, 2}
    assert answers[0] == pytest.approx(scored(open_backend(folder), "가나다"), abs=1e-4)


def generated(folder: Path, config: dict[str, Any], **more: Any) -> tuple[list[str | None], HuggingFaceBackend]:  # noqa: ANN401
    """The texts of a model whose `generation_config.json` has these entries beside its own, and its backend."""
    path = folder / "generation_config.json"
    own = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(own | config), encoding="utf-8")
    backend = open_backend(folder, max_tokens=12, **more)
    path.write_text(json.dumps(own), encoding="utf-8")
    answers = dict(backend.run([Request("generate", text) for text in ("가나다", "라마바사", "아")]))
    return [answers[index].text for index in range(3)], backend


def test_d3_what_generation_config_brings_along_is_applied_and_said(tmp_path: Path) -> None:
    """D3: `repetition_penalty` in generation_config.json changed greedy text and nothing said so."""
    folder = save_tiny(tmp_path, eos_token=EOS)
    plain, backend = generated(folder, {})
    assert (set(backend.generation()) - {"eos_token_id"}, list(backend.notes)) == (set(), [])
    changed, backend = generated(folder, {"repetition_penalty": 30.0})
    assert changed != plain
    assert backend.generation()["repetition_penalty"] == 30.0
    assert [note for note in backend.notes if "repetition_penalty=30.0" in note]


def test_it_acts_on_no_log_likelihood(tmp_path: Path) -> None:
    backend = open_backend(save_tiny(tmp_path, eos_token=EOS))
    scored(backend, "가")
    assert backend.generation() == {}


def test_a_model_that_brings_several_rows_a_prompt_along_gives_each_item_its_own(tmp_path: Path) -> None:
    """A7's neighbour: with `num_return_sequences` the second row of an item was taken for the next item's answer."""
    folder = save_tiny(tmp_path, eos_token=EOS)
    plain, _ = generated(folder, {})
    many = {"num_return_sequences": 2, "return_dict_in_generate": True, "do_sample": True, "top_k": 5}
    assert generated(folder, many)[0] == plain
    assert len(set(plain)) > 1


def test_a_stop_that_a_model_brings_along_ends_its_text(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path, eos_token=EOS)
    (text, *_), _ = generated(folder, {})
    assert text
    stop = text[1:3]
    (cut, *_), backend = generated(folder, {"stop_strings": [stop]})
    assert cut == text[: text.index(stop)]
    assert backend.generation()["stop_strings"] == [stop]
