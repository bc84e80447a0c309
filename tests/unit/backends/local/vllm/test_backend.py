"""How vLLM's engine is asked, on the small model in its place; the real engine is in tests/e2e."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm import backend as vllm
from pytest_haerae.backends.local.vllm import forcing
from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.backends.sampling import SAMPLING
from pytest_haerae.errors import BackendFailure, UsageError
from pytest_haerae.images import image_of
from pytest_haerae.types import Message, Request
from tests.unit.backends.local.vllm.stepped import SteppedEngine
from tests.unit.backends.small_model import VOCABULARY, distribution, oracle, tokenize
from tests.unit.pictures import PNG

REQUESTS = [Request("loglikelihood", context, (" (A)", " (B)", " 정답")) for context in ("정답:", "가나 정답:", "다 ")]


class SamplingParams:
    """The engine's settings, of a version that knows `logprob_token_ids`."""

    def __init__(
        self,
        *,
        logprob_token_ids: Sequence[int] | None = None,
        extra_args: dict[str, Any] | None = None,
        **more: Any,  # noqa: ANN401
    ) -> None:
        self.token_ids, self.extra_args, self.more = logprob_token_ids, extra_args or {}, more


class OlderSamplingParams:
    """Of a version that does not."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - any setting
        self.token_ids, self.more = None, more
        self.extra_args: dict[str, Any] = {}


class Tokenizer:
    bos_token = eos_token = "<none>"  # noqa: S105 - no password
    bos_token_id, eos_token_id = 0, -1

    def __call__(self, texts: Sequence[str], add_special_tokens: bool = True) -> dict[str, Any]:
        return {"input_ids": [tokenize(text) for text in texts]}


class Engine(SteppedEngine):
    """vLLM's offline engine as far as it is used.

    Attributes:
        settings: Of all requests.
        disobedient: How many requests with a path still generate what they like.
        generated: The tokens that each text has.
    """

    finish_reason, stop_reason = "length", None

    def __init__(self) -> None:
        super().__init__(lambda prompt, settings: vars(self._output(prompt, settings)))
        self.brought: dict[str, Any] = {}
        self.settings: list[Any] = []
        self.disobedient = 0
        self.generated = [1]
        self.llm_engine.engine_core = SimpleNamespace(shutdown=lambda: None)
        self.llm_engine.model_config = SimpleNamespace(
            max_model_len=64,
            get_diff_sampling_param=lambda: self.brought,
            get_vocab_size=lambda: len(VOCABULARY),
            logits_processors=None,
        )

    def get_tokenizer(self) -> Tokenizer:
        return Tokenizer()

    def follows(self) -> None:
        """Start it with what makes its requests follow a path."""
        self.llm_engine.model_config.logits_processors = [forcing._PROCESSOR]

    def _output(self, prompt: list[int], settings: Any) -> Any:  # noqa: ANN401 - the engine's output
        self.settings.append(settings)
        path = settings.extra_args.get(forcing.PATH, [])
        if path and self.disobedient:
            self.disobedient -= 1
            path = [token + 1 for token in path]
        generated = [*path, *self.generated]
        listed = None
        if settings.token_ids is not None:
            listed = [self._listed(prompt + generated[:at], settings.token_ids) for at in range(len(generated))]
        whole = [None, *(self._listed(prompt[:at], [token]) for at, token in enumerate(prompt) if at)]
        if settings.more.get("logprobs") == 0:
            listed = [self._listed(prompt + generated[:at], [token]) for at, token in enumerate(generated)]
        completion = SimpleNamespace(
            text=f"{len(prompt)}",
            finish_reason=self.finish_reason,
            stop_reason=self.stop_reason,
            token_ids=generated,
            logprobs=listed,
        )
        return SimpleNamespace(outputs=[completion], prompt_logprobs=whole)

    @staticmethod
    def _listed(prompt: list[int], tokens: Sequence[int]) -> dict[int, Any]:
        values = distribution(prompt)
        return {token: SimpleNamespace(logprob=values[token]) for token in tokens}


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
    assert all(settings.more["max_tokens"] == 1 for settings in engine.settings)
    assert list(backend.run([])) == []
    backend.close()


@pytest.mark.parametrize("engine", [SamplingParams], indirect=True)
def test_a_chat_with_images_is_rendered_by_the_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    image = image_of("one.png", PNG, PNG)
    pictured = Request("generate", "", messages=(Message("user", "무슨 색?", images=(image,)),))
    long = replace(pictured, messages=(Message("user", "?!", images=(image, image)),))
    backend = VllmBackend(VllmParameters(max_tokens=60))
    engine.llm_engine.model_config.is_multimodal_model = False
    with pytest.raises(UsageError, match=r"EleutherAI/polyglot-ko-1\.3b reads texts alone"):
        list(backend.run([pictured]))
    engine.llm_engine.model_config.is_multimodal_model = True
    monkeypatch.setattr(Tokenizer, "decode", lambda self, tokens, **how: "<think>\n", raising=False)
    answers = dict(backend.run([pictured, Request("generate", "가나 정답:"), long]))
    assert (answers[0].text, answers[0].prompt_tokens, answers[0].truncated) == ("<think>\n2", 2, False)
    assert (answers[1].text, answers[1].prompt_tokens, answers[1].truncated) == ("4", 4, True), "texts are cut as ever"
    assert str(answers[2].error).startswith("vllm: ValueError: The decoder prompt is longer")


@pytest.mark.parametrize("engine", [SamplingParams], indirect=True)
def test_a_path_is_read_by_one_request(engine: Engine) -> None:
    expected = list(VllmBackend(VllmParameters()).run(REQUESTS))
    nodes = len(engine.asked)
    engine.follows()
    assert sorted(VllmBackend(VllmParameters()).run(REQUESTS)) == sorted(expected)
    chains = engine.settings[nodes:]
    assert sum(settings.more["max_tokens"] for settings in chains) == nodes
    assert len(chains) < nodes
    # A request for a single node is what it was.
    alone = [settings for settings in chains if settings.more["max_tokens"] == 1]
    assert alone
    assert [settings.more for settings in alone] == [engine.settings[0].more] * len(alone)


@pytest.mark.parametrize("engine", [SamplingParams], indirect=True)
def test_an_engine_that_does_not_follow_is_asked_node_by_node(engine: Engine) -> None:
    expected = list(VllmBackend(VllmParameters()).run(REQUESTS))
    engine.follows()
    engine.disobedient = 1
    assert sorted(VllmBackend(VllmParameters()).run(REQUESTS)) == sorted(expected)
    assert engine.settings[-1].extra_args == {}


@pytest.mark.parametrize("engine", [SamplingParams], indirect=True)
def test_an_item_is_handed_on_when_its_last_request_has_ended(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm, "_ENCODED_AT_ONCE", 5)
    backend = VllmBackend(VllmParameters(max_num_seqs=1))
    too_long = Request("loglikelihood", "가", (" " + "가나" * 40,))
    answers = backend.run([*REQUESTS * 2, too_long, *REQUESTS * 2])
    first = next(answers)
    asked = len(engine.asked)
    found = dict([first, *answers])
    assert "does not fit" in str(found.pop(6).error)
    assert [response for _, response in sorted(found.items())] == [found[number] for number in range(3)] * 4
    # Of the twelve items, the first one's requests and those that may be in flight.
    assert asked < len(engine.asked) / 4


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
    with pytest.raises(BackendFailure, match=r"without an answer to 1 of its prompts"):
        list(VllmBackend(VllmParameters()).run(REQUESTS))


def test_speculative_decoding_scores_nothing(engine: Engine) -> None:
    parameters = VllmParameters.model_validate({"speculative_config": {"method": "ngram"}})
    with pytest.raises(UsageError, match="no exact log-probabilities with speculative_config"):
        list(VllmBackend(parameters).run(REQUESTS))
    assert engine.asked == []


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


def test_sampling_parameters_take_the_places_of_the_models_own(engine: Engine) -> None:
    engine.brought = {"repetition_penalty": 1.3, "top_k": 64, "min_p": 0.2}
    backend = VllmBackend(VllmParameters(temperature=0.7, repetition_penalty=1.1, presence_penalty=0.5))
    one = Request("generate", "가", sampling=(("logit_bias", ((3, -1.0),)), ("top_k", 3)))
    list(backend.run([one, replace(one, repeat=1), replace(one, context="나")]))
    assert backend.generation() == {"min_p": 0.2}
    told = {"repetition_penalty": 1.1, "presence_penalty": 0.5, "top_k": 3, "min_p": 0.2, "logit_bias": {3: -1.0}}
    assert all(told.items() <= each.more.items() for each in engine.settings)
    assert "frequency_penalty" not in engine.settings[0].more
    assert len({each.more["seed"] for each in engine.settings}) == 3


def test_a_bias_of_no_token_is_refused(engine: Engine) -> None:
    backend = VllmBackend(VllmParameters(logit_bias={len(VOCABULARY): 1}))
    with pytest.raises(UsageError, match=f"logit_bias: {len(VOCABULARY)} is no token of the model"):
        list(backend.run([Request("generate", "가")]))


def test_no_parameter_of_sampling_but_the_seed_is_the_engines() -> None:
    parameters = VllmParameters(top_k=3, min_p=0.1, logit_bias={3: -1}, frequency_penalty=1, temperature=0.5, seed=4)
    assert SAMPLING & parameters.engine_arguments().keys() == {"seed"}


def test_a_text_is_kept_to_its_own_choices(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType("vllm.sampling_params")
    module.StructuredOutputsParams = SimpleNamespace
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", module)
    backend = VllmBackend(VllmParameters(stop=("A",)))
    requests = [Request("generate", "가", choices=choices) for choices in (("A", "B"), ("A", "B", "C"), ())]
    list(backend.run(requests))
    told = {id(settings): settings.more for settings in engine.settings}.values()
    assert [getattr(each.get("structured_outputs"), "choice", None) for each in told] == [
        ["A", "B"],
        ["A", "B", "C"],
        None,
    ]
    assert [each["stop"] for each in told] == [[], [], ["A"]]


@pytest.mark.parametrize(
    ("finish_reason", "stop_reason", "count"),
    [("length", None, 3), ("stop", "가", 3), ("stop", None, 2), ("stop", 7, 2)],
)
def test_the_log_probability_is_of_all_tokens_but_the_one_that_ends_the_text(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, finish_reason: str, stop_reason: str | int | None, count: int
) -> None:
    monkeypatch.setattr(Engine, "finish_reason", finish_reason)
    monkeypatch.setattr(Engine, "stop_reason", stop_reason)
    engine.generated = [4, 9, 2]
    plain = Request("generate", "가나")
    answers = dict(VllmBackend(VllmParameters()).run([replace(plain, log_probability=True), replace(plain, repeat=1)]))
    told, prompt = answers[0], engine.asked[0]
    expected = sum(distribution([*prompt, *engine.generated[:at]])[engine.generated[at]] for at in range(count))
    assert told.log_probability == pytest.approx(expected)
    assert told.log_probability_tokens == count
    assert answers[1].log_probability is None
    assert sorted("logprobs" in settings.more for settings in engine.settings) == [False, True]


def test_what_is_not_the_models_own_log_probability_is_refused(engine: Engine) -> None:
    ranked = Request("generate", "가", log_probability=True)
    parameters = VllmParameters.model_validate({"speculative_config": {"method": "ngram"}})
    with pytest.raises(UsageError, match="rank: vllm gives no exact log-probabilities with speculative_config"):
        list(VllmBackend(parameters).run([ranked]))
    with pytest.raises(
        UsageError, match=r"rank: of a text that is kept to letters vllm .*; leave constrain=letters out"
    ):
        list(VllmBackend(VllmParameters()).run([ranked, replace(ranked, choices=("A", "B"))]))
    assert engine.asked == []
