"""What vLLM samples, against the softmax after the same filters, in its order; on a model of a few kilobytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from pytest_haerae.backends.local.vllm import backend as module
from pytest_haerae.backends.local.vllm.asking import answers
from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.types import Request
from tests.e2e.conftest import VLLM_SETTINGS
from tests.sampled import DRAWS, Probabilities, agree, expected
from tests.unit.backends.local.tiny import SIZE, save_tiny

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None, reason="vllm is not installed; .ci/run has an environment with it"),
    pytest.mark.filterwarnings("default"),
]

PROMPT = "가나다가나"
HOT = 1.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = LlamaConfig(**{**SIZE, "vocab_size": 257, "hidden_size": 128, "max_position_embeddings": 256})
    saved = save_tiny(tmp_path_factory.mktemp("tiny"), config, eos_token="</s>")  # noqa: S106 - no password
    model = AutoModelForCausalLM.from_pretrained(saved)
    with torch.no_grad():
        # So that it has more than one likely token; the engine takes no temperature above 2.
        model.get_output_embeddings().weight.mul_(0.2)
    model.save_pretrained(saved)
    return saved


@pytest.fixture(scope="module")
def backend(folder: Path) -> Iterator[VllmBackend]:
    values = {**VLLM_SETTINGS, "max_model_len": 128, "max_tokens": 1, "temperature": HOT}
    opened = VllmBackend(VllmParameters.model_validate({"model_name_or_path": str(folder), **values}))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def logits_after(folder: Path, backend: VllmBackend) -> Callable[..., Probabilities]:
    """Of the same weights in the library that the other backends stand on, behind the prompt and further tokens."""
    model = AutoModelForCausalLM.from_pretrained(folder).eval()

    def after(*more: int) -> Probabilities:
        with torch.inference_mode():
            found: Probabilities = model(torch.tensor([(*tokens_of(backend), *more)])).logits[0, -1].double().numpy()
        return found

    return after


def tokens_of(backend: VllmBackend) -> tuple[int, ...]:
    return backend._encoder.tokenize([PROMPT])[0]


def drawn(backend: VllmBackend, monkeypatch: pytest.MonkeyPatch, **given: Any) -> list[tuple[int, ...]]:  # noqa: ANN401 - any parameter
    """The tokens of as many answers: a text may be half a character."""
    found: list[tuple[int, ...]] = []

    def noted(*asked: Any) -> Any:  # noqa: ANN401 - as the engine is asked
        for number, output in answers(*asked):
            found.append(tuple(output.outputs[0].token_ids))
            yield number, output

    monkeypatch.setattr(module, "answers", noted)
    choices: tuple[str, ...] = given.pop("choices", ())
    names = {name: tuple(value.items()) if isinstance(value, dict) else value for name, value in given.items()}
    sampling = tuple(sorted(names.items()))
    requests = [
        Request("generate", PROMPT, sampling=sampling, repeat=repeat, choices=choices) for repeat in range(DRAWS)
    ]
    assert all(response.error is None for _, response in backend.run(requests))
    return found


@pytest.mark.parametrize(
    "given",
    [{}, {"top_k": 7}, {"top_p": 0.6}, {"min_p": 0.15}, {"min_p": 0.05, "top_k": 40, "top_p": 0.8}],
    ids=str,
)
def test_first_tokens_are_drawn_from_the_softmax_after_the_filters(
    backend: VllmBackend,
    logits_after: Callable[..., Probabilities],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
) -> None:
    order = [("temperature", HOT), *((name, given[name]) for name in ("min_p", "top_k", "top_p") if name in given)]
    agree([first for first, *_ in drawn(backend, monkeypatch, **given)], expected(logits_after(), order))


def test_the_penalty_of_repetition_sees_the_prompt_and_the_others_do_not(
    backend: VllmBackend, logits_after: Callable[..., Probabilities], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"repetition_penalty": 1.7, "presence_penalty": 2.0, "frequency_penalty": 2.0, "logit_bias": {7: 3.0}}
    tokens = drawn(backend, monkeypatch, **given)
    changed = logits_after()
    changed[7] += 3
    seen = sorted(set(tokens_of(backend)))
    changed[seen] = np.where(changed[seen] > 0, changed[seen] / 1.7, changed[seen] * 1.7)
    agree([first for first, *_ in tokens], expected(changed, [("temperature", HOT)]))


def test_penalties_of_presence_and_frequency_see_the_output(
    backend: VllmBackend, logits_after: Callable[..., Probabilities], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the answers that begin with the same token twice, the third is drawn with that one lowered by what it has."""
    # Biased so, this one is about as likely as all others together.
    own, bias = 83, 13.0
    given = {"presence_penalty": 1.5, "frequency_penalty": 0.5, "logit_bias": {own: bias}, "max_tokens": 3}
    thirds = [each[2] for each in drawn(backend, monkeypatch, **given) if each[:2] == (own, own) and len(each) > 2]
    assert len(thirds) > DRAWS / 10
    changed = logits_after(own, own)
    changed[own] += bias - 1.5 - 2 * 0.5
    agree(thirds, expected(changed, [("temperature", HOT)]))


def test_choices_are_drawn_from_the_softmax_over_their_tokens(
    backend: VllmBackend, logits_after: Callable[..., Probabilities], monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [backend._encoder.tokenize([letter])[0][-1] for letter in "ABCD"]
    own = np.full(257, -np.inf)
    own[letters] = logits_after()[letters]
    tokens = drawn(backend, monkeypatch, choices=("A", "B", "C", "D"))
    agree([first for first, *_ in tokens], expected(own, [("temperature", HOT)]))


def test_a_text_is_one_of_its_choices_and_others_beside_it_are_free(backend: VllmBackend) -> None:
    every = [("A", "B"), ('a"b', "c\\d", "[x]"), ("가", "나다", "가나"), ("1", "10", "100"), ()]
    requests = [
        Request("generate", PROMPT, sampling=(("max_tokens", 20),), repeat=repeat, choices=choices)
        for repeat in range(9)
        for choices in every
    ]
    answered = dict(backend.run(requests))
    for index, request in enumerate(requests):
        assert answered[index].error is None
        assert not request.choices or answered[index].text in request.choices
    free = [answered[index].text for index, request in enumerate(requests) if not request.choices]
    assert not any(text in choices for text in free for choices in every)


def test_the_log_probability_of_a_text_is_the_models_own_whatever_it_was_drawn_with(
    backend: VllmBackend, logits_after: Callable[..., Probabilities], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: dict[int, tuple[int, ...]] = {}

    def noted(*asked: Any) -> Any:  # noqa: ANN401 - as the engine is asked
        for number, output in answers(*asked):
            tokens[number] = tuple(output.outputs[0].token_ids)
            yield number, output

    monkeypatch.setattr(module, "answers", noted)
    sampling = (("logit_bias", ((7, 3.0),)), ("max_tokens", 6), ("repetition_penalty", 1.5), ("top_p", 0.8))
    wanted = [Request("generate", PROMPT, sampling=sampling, repeat=n, log_probability=True) for n in range(12)]
    found = dict(backend.run(wanted))
    for number, response in found.items():
        own = tokens[number][: response.log_probability_tokens]
        assert len(own) >= len(tokens[number]) - 1
        expected = 0.0
        for place, token in enumerate(own):
            logits = logits_after(*own[:place])
            expected += logits[token] - np.logaddexp.reduce(logits)
        assert response.log_probability == pytest.approx(expected, abs=1e-3)
    assert len(set(tokens.values())) > 6


def test_a_search_ends_in_the_best_of_the_beginnings_that_it_follows(
    backend: VllmBackend, logits_after: Callable[..., Probabilities], monkeypatch: pytest.MonkeyPatch
) -> None:
    width, length = 3, 4
    end = backend._encoder._tokenizer.eos_token_id
    followed: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    ended: list[tuple[float, tuple[int, ...]]] = []
    for _ in range(length):
        further = []
        for total, tokens in followed:
            logits = logits_after(*tokens)
            values = logits - np.logaddexp.reduce(logits)
            likeliest = np.argsort(-values)[: 2 * width].tolist()
            ended += [(total + float(values[end]), tokens)] if end in likeliest else []
            further += [(total + float(values[token]), (*tokens, token)) for token in likeliest if token != end]
        followed = sorted(further, reverse=True)[:width]
    # The engine's search divides by the length of prompt and text.
    before = len(tokens_of(backend))
    _, best = max((total / (before + len(tokens)), tokens) for total, tokens in [*followed, *ended])
    searching = {"model_name_or_path": backend._parameters.model_name_or_path, "num_beams": width}
    monkeypatch.setattr(backend, "_parameters", VllmParameters(max_tokens=length, max_num_seqs=128, **searching))
    ((_, response),) = backend.run([Request("generate", PROMPT)])
    assert (response.text, response.completion_tokens) == (backend._text(best), len(best))
