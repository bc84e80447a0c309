"""How vLLM's engine is asked, on the small model in its place; the real engine is in tests/e2e."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm import backend as vllm
from pytest_haerae.backends.local.vllm.backend import VllmBackend, _waves
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.errors import BackendFailure, UsageError
from pytest_haerae.types import Request
from tests.unit.backends.local.vllm.stepped import SteppedEngine
from tests.unit.backends.small_model import VOCABULARY, distribution, oracle, tokenize

REQUESTS = [Request("loglikelihood", context, (" (A)", " (B)", " 정답")) for context in ("정답:", "가나 정답:", "다 ")]


class SamplingParams:
    """The engine's settings, of a version that knows `logprob_token_ids`."""

    def __init__(self, *, logprob_token_ids: Sequence[int] | None = None, **more: Any) -> None:  # noqa: ANN401
        self.token_ids, self.more = logprob_token_ids, more


class OlderSamplingParams:
    """Of a version that does not."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - any setting
        self.token_ids, self.more = None, more


class Tokenizer:
    bos_token = eos_token = "<none>"  # noqa: S105 - no password
    bos_token_id, eos_token_id = 0, -1

    def __call__(self, texts: Sequence[str], add_special_tokens: bool = True) -> dict[str, Any]:
        return {"input_ids": [tokenize(text) for text in texts]}


class Engine(SteppedEngine):
    """vLLM's offline engine as far as it is used."""

    def __init__(self) -> None:
        super().__init__(lambda prompt, settings: vars(self._output(prompt, settings)))
        self.calls: list[list[list[int]]] = []
        self.brought: dict[str, Any] = {}
        self.settings: list[Any] = []
        self.llm_engine.engine_core = SimpleNamespace(shutdown=lambda: None)
        self.llm_engine.model_config = SimpleNamespace(max_model_len=64, get_diff_sampling_param=lambda: self.brought)

    def get_tokenizer(self) -> Tokenizer:
        return Tokenizer()

    def generate(self, prompts: Sequence[dict[str, Any]], settings: Sequence[Any], use_tqdm: bool) -> list[Any]:
        tokens = [prompt["prompt_token_ids"] for prompt in prompts]
        self.calls.append(tokens)
        return [self._output(*pair) for pair in zip(tokens, settings, strict=True)][self.lost :]

    def _output(self, prompt: list[int], settings: Any) -> Any:  # noqa: ANN401 - the engine's output
        if settings not in self.settings:
            self.settings.append(settings)
        listed = None
        if settings.token_ids is not None:
            values = distribution(prompt)
            listed = [{token: SimpleNamespace(logprob=values[token]) for token in settings.token_ids}]
        whole = [
            None,
            *(
                {token: SimpleNamespace(logprob=distribution(prompt[:at])[token])}
                for at, token in enumerate(prompt)
                if at
            ),
        ]
        completion = SimpleNamespace(text=f"{len(prompt)}", finish_reason="length", token_ids=[1], logprobs=listed)
        return SimpleNamespace(outputs=[completion], prompt_logprobs=whole)


@pytest.fixture(params=[SamplingParams, OlderSamplingParams])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Engine:
    module: Any = ModuleType("vllm")
    module.SamplingParams = request.param
    started = Engine()
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setattr(vllm, "start_engine", lambda parameters: started)
    return started


def test_the_sums_are_those_of_full_sequences(engine: Engine) -> None:
    backend = VllmBackend(VllmParameters())
    answers = dict(backend.run(REQUESTS[:2]))
    for index, response in answers.items():
        assert response.loglikelihoods == pytest.approx(oracle(REQUESTS[index]))
    by_trie = sys.modules["vllm"].SamplingParams is SamplingParams
    assert ("option trie" in str(backend.method_detail)) is by_trie
    assert len(engine.calls) == 1
    assert list(backend.run([])) == []
    backend.close()


def test_a_prompt_is_cut_from_the_left(engine: Engine) -> None:
    backend = VllmBackend(VllmParameters(max_tokens=14))
    answers = dict(backend.run([Request("generate", "가나" * 50), Request("generate", "가")]))
    assert [(answers[index].text, answers[index].truncated) for index in (0, 1)] == [("50", True), ("2", False)]
    assert engine.asked[0] == tokenize("가나" * 50)[-50:]


def test_an_engine_that_loses_an_answer_gives_none_to_another_request(engine: Engine) -> None:
    engine.lost = 1
    with pytest.raises(BackendFailure, match="without an answer to 1 of its prompts"):
        list(VllmBackend(VllmParameters()).run([Request("generate", "가"), Request("generate", "나")]))
    engine.lost = 1
    with pytest.raises(BackendFailure, match=r"vllm answered \d+ of \d+ prompts"):
        list(VllmBackend(VllmParameters()).run(REQUESTS))


def test_speculative_decoding_scores_nothing(engine: Engine) -> None:
    parameters = VllmParameters.model_validate({"speculative_config": {"method": "ngram"}})
    with pytest.raises(UsageError, match="no exact log-probabilities with speculative_config"):
        list(VllmBackend(parameters).run(REQUESTS))
    assert engine.calls == []


def test_waves_hold_every_job_once_and_grow_with_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 2))
    monkeypatch.setattr(vllm, "perf_counter", lambda: float(next(clock)))
    jobs = range(500)
    waves = list(_waves(jobs, 10))
    assert [job for wave in waves for job in wave] == list(jobs)
    # Ten in two seconds make a hundred in twenty.
    assert [len(wave) for wave in waves[:2]] == [10, 100]
    assert all(len(wave) >= 10 for wave in waves[:-1])


def test_the_small_model_is_what_its_tokens_say() -> None:
    assert len(VOCABULARY) == len(set(VOCABULARY))


def test_d3_what_a_model_brings_along_is_applied_as_the_engine_does_and_said(engine: Engine) -> None:
    """D3: `repetition_penalty` of generation_config.json: vLLM generates with it, unless it is asked for otherwise."""
    brought = {"repetition_penalty": 1.3, "temperature": 0.6, "top_k": 64, "max_tokens": 7}
    engine.brought = brought
    for temperature, own in ((0.0, {}), (0.7, {"top_k": 64})):
        backend = VllmBackend(VllmParameters(max_tokens=5, temperature=temperature))
        list(backend.run([Request("generate", "가")]))
        assert backend.generation() == {"repetition_penalty": 1.3, **own}
        assert backend.generation().items() <= engine.settings[-1].more.items()
        assert [engine.settings[-1].more[name] for name in ("max_tokens", "temperature")] == [5, temperature]
        assert "repetition_penalty=1.3" in backend.notes[0]
    scoring = VllmBackend(VllmParameters())
    list(scoring.run(REQUESTS[:1]))
    assert (scoring.generation(), list(scoring.notes)) == ({}, [])
    assert "repetition_penalty" not in engine.settings[-1].more
