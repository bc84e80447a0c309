"""Texts on checkpoints of a few kilobytes: drawn as the softmax says, ended where they end, by rows and by batches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, MambaConfig

from pytest_haerae.backends.local.causal_scoring import score_sequence
from pytest_haerae.backends.local.generations import GenerationRunner
from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.backends.local.token_choice import Row
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response
from tests.sampled import DRAWS, agree, expected
from tests.unit.backends.local.tiny import save_tiny

EOS = "</s>"
HOT = 6.0
"""A temperature at which the random model has more than one likely token."""
PROMPTS = ("가나다", "라마바사 아자차카", "아", "abc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # More threads gain nothing on matrices this small, and wait for each other.
    torch.set_num_threads(1)
    return save_tiny(tmp_path_factory.mktemp("tiny"), eos_token=EOS)


def opened(folder: Path, **more: Any) -> HuggingFaceBackend:  # noqa: ANN401 - any parameter
    values = {"model_name_or_path": str(folder), "dtype": "float32", "device": "cpu", "max_tokens": 12, **more}
    return HuggingFaceBackend(HuggingFaceParameters.model_validate(values))


def answered(backend: HuggingFaceBackend, requests: list[Request]) -> list[Response]:
    answers = dict(backend.run(requests))
    return [answers[index] for index in range(len(requests))]


def next_logits(backend: HuggingFaceBackend, prompt: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    (tokens,) = backend._encoder.tokenize([prompt])
    with torch.inference_mode():
        logits: np.ndarray[Any, np.dtype[np.float64]] = (
            backend._model(torch.tensor([tokens])).logits[0, -1].double().numpy()
        )
    return logits


def first_tokens(backend: HuggingFaceBackend, prompt: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tokens of answers of one token: a text may be half a character."""
    found: list[int] = []
    completion = GenerationRunner._completion

    def noted(self: GenerationRunner, row: Any, *rest: Any, **more: Any) -> Response:  # noqa: ANN401 - the runner's
        found.extend(row.tokens)
        return completion(self, row, *rest, **more)

    monkeypatch.setattr(GenerationRunner, "_completion", noted)
    answered(backend, [Request("generate", prompt, repeat=repeat) for repeat in range(DRAWS)])
    return found


@pytest.mark.parametrize(
    "given",
    [
        {"top_k": 0},
        {},
        {"top_k": 7},
        {"top_k": 0, "top_p": 0.6},
        {"top_k": 0, "min_p": 0.15},
        {"top_k": 0, "typical_p": 0.6},
        {"top_k": 40, "top_p": 0.9, "min_p": 0.1, "typical_p": 0.9},
    ],
    ids=str,
)
def test_first_tokens_are_drawn_from_the_softmax_after_the_filters(
    folder: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    backend = opened(folder, temperature=HOT, max_tokens=1, batch_size=256, **given)
    steps = {"temperature": HOT, "top_k": 50, **given}
    order = [(name, steps[name]) for name in ("temperature", "top_k", "top_p", "min_p", "typical_p") if steps.get(name)]
    agree(first_tokens(backend, "가나다", monkeypatch), expected(next_logits(backend, "가나다"), order))
    assert ("top_k" in backend.generation()) is ("top_k" not in given)


def test_penalty_and_bias_act_as_they_are_defined(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = "가나다가나"
    backend = opened(
        folder,
        temperature=HOT,
        top_k=0,
        max_tokens=1,
        repetition_penalty=1.7,
        logit_bias={7: 3, 200: -2},
        batch_size=256,
    )
    logits = next_logits(backend, prompt)
    logits[7] += 3
    logits[200] -= 2
    seen = sorted(set(backend._encoder.tokenize([prompt])[0]))
    logits[seen] = np.where(logits[seen] > 0, logits[seen] / 1.7, logits[seen] * 1.7)
    agree(first_tokens(backend, prompt, monkeypatch), expected(logits, [("temperature", HOT)]))


def test_by_rows_and_by_batches_the_greedy_texts_are_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = answered(opened(folder), [Request("generate", prompt) for prompt in PROMPTS])
    # Each text has a stop of its own, and the third one none.
    stops = [(response.text or "")[place : place + 1] for place, response in enumerate(plain)]
    requests = [
        Request("generate", prompt, stop=(stop,) if stop and number != 2 else ())
        for number, (prompt, stop) in enumerate(zip(PROMPTS, stops, strict=True))
    ]
    for more in ({}, {"repetition_penalty": 1.3, "logit_bias": {5: 4}}):
        monkeypatch.setattr(GenerationRunner, "_has_rows", lambda self: True)
        by_rows = answered(opened(folder, **more), requests)
        monkeypatch.setattr(GenerationRunner, "_has_rows", lambda self: False)
        by_batches = answered(opened(folder, **more), requests)
        for one, other in zip(by_rows, by_batches, strict=True):
            # A batch goes on behind the end of a row, with padding.
            assert replace(one, completion_tokens=None) == replace(other, completion_tokens=None)
    assert {response.finish_reason for response in plain} == {"length"}


def test_a_row_ends_with_its_own_stop_and_counts_no_more(folder: Path) -> None:
    backend = opened(folder)
    (whole,) = answered(backend, [Request("generate", "가나다")])
    assert whole.text
    stop = whole.text[1:3]
    cut, other = answered(backend, [Request("generate", "가나다", stop=(stop,)), Request("generate", "가나다")])
    assert (cut.text, cut.finish_reason) == (whole.text[: whole.text.index(stop)], "stop")
    assert other == whole
    assert (cut.completion_tokens or 0) < (whole.completion_tokens or 0) == 12


@pytest.mark.parametrize("kind", ["llama", "mamba", "no_repeat_ngram_size"])
def test_drawn_texts_do_not_depend_on_what_shares_the_batch(tmp_path: Path, kind: str) -> None:
    """Of each model, by rows where it can be; what a model brings along beyond that leaves it to the library."""
    config = MambaConfig(vocab_size=257, hidden_size=32, num_hidden_layers=2, state_size=8)
    folder = save_tiny(tmp_path, config if kind == "mamba" else None, eos_token=EOS)
    if kind == "no_repeat_ngram_size":
        path = folder / "generation_config.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), kind: 3}), encoding="utf-8")
    backend = opened(folder, temperature=1.2)
    requests = [Request("generate", prompt, repeat=repeat) for prompt in PROMPTS for repeat in (0, 1)]
    together = answered(backend, requests)
    assert (kind in backend.generation()) is (kind == "no_repeat_ngram_size")
    assert [answered(backend, [request])[0] for request in requests] == together
    assert len({response.text for response in together}) > len(PROMPTS)


def test_a_prompt_of_nothing_is_an_error_of_its_item(folder: Path) -> None:
    empty, other = answered(opened(folder), [Request("generate", ""), Request("generate", "가")])
    assert (empty.error, other.error) == ("huggingface: the prompt is empty and the tokenizer adds no BOS", None)


def test_a_bias_of_no_token_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="logit_bias: 9999 is no token of the model, which has 257"):
        answered(opened(folder, logit_bias={9999: 1}), [Request("generate", "가")])


CHOICES = ("A", "B", "가", "가나", "10", "1")


def chosen(number: int) -> tuple[str, ...]:
    """Other choices for each request, and none for the last of three."""
    return CHOICES[number % 3 :] if number % 3 < 2 else ()


@pytest.mark.parametrize(
    "given", [{}, {"temperature": HOT}, {"temperature": 1.2, "typical_p": 0.5, "top_k": 3}], ids=str
)
@pytest.mark.parametrize("kind", ["llama", "mamba"])
def test_texts_that_are_kept_to_choices_are_these_and_others_are_as_ever(
    tmp_path: Path, kind: str, given: dict[str, Any]
) -> None:
    """By rows and by batches; what is free beside them is what it is alone."""
    config = MambaConfig(vocab_size=257, hidden_size=32, num_hidden_layers=2, state_size=8)
    backend = opened(save_tiny(tmp_path, config if kind == "mamba" else None, eos_token=EOS), **given)
    requests = [
        Request("generate", PROMPTS[number % 4], repeat=number, stop=("가",), choices=chosen(number))
        for number in range(24)
    ]
    together = answered(backend, requests)
    kept = [(request, response) for request, response in zip(requests, together, strict=True) if request.choices]
    assert all(response.text in request.choices and response.finish_reason == "stop" for request, response in kept)
    assert len({response.text for _, response in kept}) > 1
    free = [request for request in requests if not request.choices]
    assert answered(backend, free) == [response for response in together if response not in [each for _, each in kept]]


def test_choices_are_drawn_from_the_softmax_over_their_tokens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = opened(folder, temperature=HOT, top_k=0, max_tokens=1, batch_size=256)
    requests = [Request("generate", "가나다", repeat=repeat, choices=("A", "B", "C")) for repeat in range(DRAWS)]
    letters = [backend._encoder.tokenize([letter])[0][-1] for letter in "ABC"]
    logits = np.full(257, -np.inf)
    logits[letters] = next_logits(backend, "가나다")[letters]
    drawn = [letters["ABC".index(response.text or "")] for response in answered(backend, requests)]
    agree(drawn, expected(logits, [("temperature", HOT)]))


def test_an_answer_that_is_cut_before_its_choice_is_whole_is_none(folder: Path) -> None:
    (response,) = answered(opened(folder, max_tokens=2), [Request("generate", "가", choices=("가나", "다라"))])
    assert (response.finish_reason, response.text in ("가나", "다라")) == ("length", False)


@pytest.mark.parametrize("by_rows", [True, False])
def test_the_log_probability_of_a_text_is_that_of_its_tokens_after_the_prompt(
    folder: Path, monkeypatch: pytest.MonkeyPatch, by_rows: bool
) -> None:
    rows: dict[int, Row] = {}
    completion = GenerationRunner._completion

    def noted(self: GenerationRunner, row: Row, *rest: Any, **more: Any) -> Response:  # noqa: ANN401 - the runner's
        rows[row.number] = row
        return completion(self, row, *rest, **more)

    monkeypatch.setattr(GenerationRunner, "_completion", noted)
    monkeypatch.setattr(GenerationRunner, "_has_rows", lambda self: by_rows)
    backend = opened(folder, temperature=1.5, top_p=0.9, repetition_penalty=1.3, logit_bias={5: 4})
    plain = [Request("generate", prompt, repeat=repeat) for prompt in PROMPTS for repeat in range(6)]
    plain += [replace(request, stop=("가", "a")) for request in plain] + [replace(plain[0], choices=("abc", "가"))]
    free = answered(backend, plain)
    found = answered(backend, [replace(request, log_probability=True) for request in plain])
    ends = backend._model.generation_config.eos_token_id
    lengths = set()
    for number, response in enumerate(found):
        tokens = rows[number].tokens
        own = tuple(tokens[: tokens.index(ends)] if ends in tokens else tokens)
        own = own[: response.log_probability_tokens] if not by_rows else own
        assert response.log_probability_tokens == len(own)
        expected = score_sequence(backend._model, rows[number].prompt, own) if own else 0.0
        assert response.log_probability == pytest.approx(expected, abs=1e-3)
        lengths.add(len(own))
    assert len(lengths) > 2
    # To ask for it changes no answer, and whoever does not ask is not told.
    told = {"log_probability": None, "log_probability_tokens": None}
    assert [replace(response, **told) for response in found] == free  # type: ignore[arg-type] # both are None


def test_a_search_ends_in_the_text_of_the_librarys_own(folder: Path) -> None:
    requests = [Request("generate", prompt) for prompt in PROMPTS]
    model = AutoModelForCausalLM.from_pretrained(folder)
    greedy = [response.text for response in answered(opened(folder), requests)]
    for beams in (2, 5):
        backend = opened(folder, num_beams=beams)
        expected = []
        for request in requests:
            tokens = torch.tensor([backend._encoder.prompt(request)])
            found = model.generate(tokens, num_beams=beams, do_sample=False, max_new_tokens=12)
            expected.append(backend._tokenizer.decode(found[0, tokens.shape[1] :], skip_special_tokens=True))
        for size in (1, 3):
            found = answered(opened(folder, num_beams=beams, batch_size=size), requests)
            assert [response.text for response in found] == expected
        assert expected != greedy
        assert "num_beams" not in backend.generation()


def test_a_search_keeps_to_choices_and_ends_at_stops(folder: Path) -> None:
    backend = opened(folder, num_beams=3)
    requests = [Request("generate", prompt, choices=CHOICES) for prompt in PROMPTS]
    assert {response.text for response in answered(backend, requests)} <= set(CHOICES)
    (whole,) = answered(backend, [Request("generate", PROMPTS[0])])
    assert (whole.text, whole.finish_reason) != ("", "stop")


def test_what_the_model_brings_along_is_overruled(tmp_path: Path) -> None:
    save_tiny(tmp_path, eos_token=EOS)
    path = tmp_path / "generation_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "num_beams": 3}), encoding="utf-8")
    requests = [Request("generate", prompt, choices=CHOICES[number % 2 :]) for number, prompt in enumerate(PROMPTS)]
    brought = opened(tmp_path)
    assert all(response.text in CHOICES for response in answered(brought, requests))
    assert brought.generation()["num_beams"] == 3
    overruled = opened(tmp_path, num_beams=1)
    assert answered(overruled, requests)
    assert "num_beams" not in overruled.generation()
