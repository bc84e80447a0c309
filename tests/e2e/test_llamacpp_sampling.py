"""What llama.cpp samples, against the softmax after the same filters, in its order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from pytest_haerae import Evaluator
from pytest_haerae.backends.local.llamacpp import LlamaCppBackend, LlamaCppParameters
from pytest_haerae.types import Request
from tests.e2e.tiny_gguf import write_tiny
from tests.sampled import DRAWS, Probabilities, agree, expected

pytestmark = pytest.mark.engine

PROMPT = "가나"
OFF = {"top_k": 0, "min_p": 0.0}
"""Without llama.cpp's own filters."""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def drawn(weights: Path, monkeypatch: pytest.MonkeyPatch, prompt: str, **given: Any) -> tuple[list[int], Probabilities]:  # noqa: ANN401 - any parameter
    """The first tokens of as many answers, and the logits that they were drawn from."""
    choices: tuple[str, ...] = given.pop("choices", ())
    values = {"model_name_or_path": str(weights), "context_size": 512, "threads": 1, "max_tokens": 1, **given}
    backend = LlamaCppBackend(LlamaCppParameters.model_validate(values))
    server, complete = backend._server, backend._server.complete
    # The same weights in the library that the other backends stand on.
    model = AutoModelForCausalLM.from_pretrained(weights.parent, gguf_file=weights.name).eval()
    with torch.inference_mode():
        logits: Probabilities = model(torch.tensor([server.tokenize(prompt)])).logits[0, -1].double().numpy()
    tokens: list[int] = []

    def noted(*asked: Any, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - as the server is asked
        answer = complete(*asked, **settings)
        tokens.extend(answer["__verbose"]["tokens"])
        return answer

    monkeypatch.setattr(server, "complete", noted)
    requests = [Request("generate", prompt, repeat=repeat, choices=choices) for repeat in range(DRAWS)]
    for _, response in backend.run(requests):
        assert response.error is None
    backend.close()
    return tokens, logits


@pytest.mark.parametrize(
    "given",
    [
        OFF,
        {},
        {**OFF, "top_k": 7},
        {**OFF, "top_p": 0.6},
        {**OFF, "min_p": 0.02},
        {**OFF, "typical_p": 0.6},
        {"top_k": 40, "typical_p": 0.9, "top_p": 0.8, "min_p": 0.02},
    ],
    ids=str,
)
def test_first_tokens_are_drawn_from_the_softmax_after_the_filters(
    weights: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    tokens, logits = drawn(weights, monkeypatch, PROMPT, temperature=1.3, **given)
    steps = {"top_k": 40, "min_p": 0.05, **given, "temperature": 1.3}
    order = [(name, steps[name]) for name in ("top_k", "typical_p", "top_p", "min_p", "temperature") if steps.get(name)]
    agree(tokens, expected(logits, order))


def test_penalties_count_the_last_64_tokens_of_the_prompt(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # 90 bytes, so that what stands before the last 64 is a token of its own.
    prompt = "z" * 26 + "abca" * 16
    own = {"repetition_penalty": 1.4, "presence_penalty": 0.3, "frequency_penalty": 0.05, "logit_bias": {"70": 1.5}}
    tokens, logits = drawn(weights, monkeypatch, prompt, temperature=1, **own, **OFF)
    logits[70] += 1.5
    for token, count in Counter(byte + 3 for byte in b"abca" * 16).items():
        logits[token] = logits[token] / 1.4 if logits[token] > 0 else logits[token] * 1.4
        logits[token] -= 0.3 + 0.05 * count
    agree(tokens, expected(logits, []))


def test_choices_are_drawn_from_the_softmax_over_their_tokens(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, logits = drawn(weights, monkeypatch, PROMPT, choices=("A", "B", "C", "D"), temperature=1.3, **OFF)
    letters = [byte + 3 for byte in b"ABCD"]
    own = np.full(len(logits), -np.inf)
    own[letters] = logits[letters]
    agree(tokens, expected(own, [("temperature", 1.3)]))


def test_a_text_is_one_of_its_choices_whatever_they_are(weights: Path) -> None:
    values = {"model_name_or_path": str(weights), "context_size": 512, "threads": 1, "temperature": 1.5}
    backend = LlamaCppBackend(LlamaCppParameters.model_validate({**values, "max_tokens": 40}))
    every = [
        ("A", "B"),
        ('a"b', "c\\d", "e\nf", "[x]"),
        ("가", "나다", "가나"),
        ("1", "10", "100"),
        ("🙂", "🙃 ."),
    ]
    requests = [Request("generate", PROMPT, repeat=repeat, choices=choices) for choices in every for repeat in range(9)]
    for index, response in backend.run(requests):
        assert response.text in requests[index].choices
        assert response.finish_reason == "stop"
    backend.close()


def test_a_model_that_knows_no_letters_is_kept_to_them(weights: Path, tmp_path: Path) -> None:
    """A random model: by itself it writes bytes in which there is no answer."""
    options: dict[str, Any] = {
        "model_params": {"model_name_or_path": str(weights), "threads": 1, "context_size": 2048, "max_tokens": 8},
        "dataset": "sample",
        "subset": ["csat_geo", "history", "lyrics_denoising"],
        "limit": 4,
        "store": str(tmp_path / "store.sqlite"),
        "reuse": True,
    }
    free, kept = (
        Evaluator(progress=False).run(
            "llamacpp", evaluator_params=params, output_file=str(tmp_path / "report.json"), **options
        )
        for params in ({}, {"constrain": "letters"})
    )
    assert free.metrics["invalid"] + free.metrics["cut"] > 0
    assert (kept.metrics["errors"], kept.info["responses"]) == (0, {"computed": 8, "reused": 4})
    for sample in kept.samples:
        if sample["options"]:
            assert sample["raw_output"] == sample["prediction"] in "ABCDE"[: len(sample["options"])]
            assert sample["outcome"] in ("correct", "wrong")
    assert "8 of 12 answers were kept to the letters" in str(kept.info["method_detail"])


def test_the_log_probability_of_a_text_is_what_the_scorer_gives_it(weights: Path) -> None:
    """Of tokens that are bytes: of a Korean character the server tells the last one alone."""
    values = {"model_name_or_path": str(weights), "context_size": 512, "threads": 1, "max_tokens": 20}
    backend = LlamaCppBackend(LlamaCppParameters.model_validate({**values, "temperature": 0.7, "min_p": 0.02}))
    choices = ((), ("서울", "부산항"))
    wanted = [Request("generate", PROMPT, (), None, (), (), n, choices[n % 2], log_probability=True) for n in range(16)]
    drawn = dict(backend.run(wanted))
    texts = [drawn[number].text or "" for number in range(len(wanted))]
    scored = dict(backend.run([Request("loglikelihood", PROMPT, (text or "-",)) for text in texts]))
    backend.close()
    compared = Counter[bool]()
    for number, request in enumerate(wanted):
        assert drawn[number].error is None
        # A text that is no text, or has a space, comes back as other tokens.
        if len(texts[number].encode()) != drawn[number].log_probability_tokens or {*"\ufffd "} & {*texts[number]}:
            continue
        (expected,) = scored[number].loglikelihoods or ()
        assert drawn[number].log_probability == pytest.approx(expected, abs=1e-3)
        compared[bool(request.choices)] += 1
    assert compared[True] == 8
