from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.catalogue import protocol_registry
from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.config.deviations import with_deviations
from pytest_haerae.config.protocols import Followed
from pytest_haerae.config.run_config import build_config
from pytest_haerae.run.plan import make_plan
from tests.unit.config.followed import FIELDS, config, register


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One of ours, forgotten after the test; and a folder to be in."""
    monkeypatch.setattr(protocol_registry, "_REGISTERED", {})
    monkeypatch.chdir(tmp_path)
    register(**FIELDS)


def test_what_is_typed_as_the_protocol_has_it_is_no_deviation() -> None:
    typed = config(prompt="letter", num_few_shot="5", method="string_match", dataset="kmmlu", split="test")
    assert typed.deviations == ()
    assert config(dataset="HAERAE-HUB/KMMLU").deviations == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"limit": "3"}, "--limit: 3; the protocol has none"),
        ({"subset": "Law"}, "--subset: Law; the protocol has all"),
        ({"dataset_revision": "abc"}, "--dataset-revision: abc; the protocol has none"),
        ({"dataset_params": {"revision": "abc"}}, "--dataset-revision: abc; the protocol has none"),
        ({"split": "dev"}, "--split: dev; the protocol has test"),
        ({"repeats": "2"}, "--repeats: 2; the protocol has 1"),
        ({"system_prompt": "짧게"}, "--system-prompt: 짧게; the protocol has none"),
        ({"apply_chat_template": True}, "--apply-chat-template: true; the protocol has none"),
        ({"evaluator_params": {"scorer": "strict"}}, "--evaluator-params scorer: strict; the protocol has partial_mat"),
    ],
)
def test_each_contradiction_is_named(options: dict[str, object], words: str) -> None:
    assert any(line.startswith(words) for line in config(**options).deviations), config(**options).deviations


def test_what_is_free_or_decides_no_accuracy_is_no_deviation() -> None:
    register(free=["system_prompt"], evaluator_params={})
    options = {"system_prompt": "짧게", "by": "category", "output_file": "x.json", "min_accuracy": "0.5", "reuse": True}
    assert config(**options, evaluator_params="further_metrics=hangul").deviations == ()


def test_parameters_of_a_generation_are_those_of_the_backend() -> None:
    params = {"model_name": "m", "api_base": "http://127.0.0.1:9/v1", "api_key": "not-needed"}
    plan = make_plan(config(model="openai", model_params=params))
    assert plan.config.model_params == {**params, "temperature": 0.5, "max_tokens": 64}
    assert plan.config.deviations == ()
    typed = make_plan(config(model="openai", model_params={**params, "max_tokens": 8, "top_p": 0.9, "seed": 3}))
    assert typed.config.model_params["max_tokens"] == 8
    assert typed.config.deviations == (
        "--model-params max_tokens: 8; the protocol has 64",
        "--model-params top_p: 0.9; the protocol has none",
    )
    register(free=["top_p"])
    free = make_plan(config(model="openai", model_params={**params, "top_p": 0.9, "temperature": 0.5}))
    assert free.config.deviations == ()
    assert make_plan(config()).config.deviations == (
        "temperature: backend random has no such parameter; the protocol has 0.5",
        "max_tokens: backend random has no such parameter; the protocol has 64",
    )


def test_reasoning_and_fields_of_a_body_are_told_however_they_are_said() -> None:
    params = {"model_name": "m", "api_base": "http://127.0.0.1:9/v1", "api_key": "not-needed"}
    body = {"extra_body": {"chat_template_kwargs": {"enable_thinking": False}}}
    found = make_plan(config(model="openai", model_params={**params, **body}))
    assert found.config.deviations == ("--model-params extra_body: chat_template_kwargs; the protocol has none",)
    assert make_plan(config(model="openai", model_params={**params, "extra_body": {}})).config.deviations == ()
    for typed in ({"reasoning": "low"}, {"model_params": {**params, "reasoning": "low"}}):
        plan = make_plan(config(model="openai", **{"model_params": params, **typed}))
        assert plan.config.deviations == ("--reasoning: low; the protocol has none",)
        assert plan.parameters.model_dump()["reasoning"] == "low"
    register(reasoning="high")
    low = make_plan(config(model="openai", model_params={**params, "reasoning": "low"}))
    assert low.config.deviations == ("--reasoning: low; the protocol has high",)
    assert low.parameters.model_dump()["reasoning"] == "low"
    assert make_plan(config(model="openai", model_params={**params, "reasoning": "high"})).config.deviations == ()
    register(free=["reasoning", "extra_body"])
    for free in ({**params, "reasoning": "low"}, {**params, **body}):
        assert make_plan(config(model="openai", model_params=free)).config.deviations == ()


def test_how_a_judge_draws_is_compared_and_how_it_is_reached_is_not() -> None:
    register(judge={"name": "openai", "params": {"model_name": "o", "top_p": 0.9}}, evaluator_params={})
    reached = {
        "api_base": "http://127.0.0.1:9/v1",
        "api_key": "none",
        "max_concurrency": 2,
        "seed": 3,
        "temperature": 0,
    }
    assert config(judge_params=reached).deviations == ()
    drawn = {"temperature": 0.7, "reasoning": "low", "extra_body": {"a": 1}, "top_p": 0.9, "top_k": 5}
    assert config(judge_params=drawn).deviations == (
        "--judge-params temperature: 0.7; the protocol has none",
        "--judge-params reasoning: low; the protocol has none",
        "--judge-params extra_body: a; the protocol has none",
        "--judge-params top_k: 5; the protocol has none",
    )


def test_a_revision_is_compared_by_whatever_name_the_data_go() -> None:
    register(dataset="kobalt", num_few_shot=0, few_shot_split=None, evaluator_params={})
    hub = find_benchmark("kobalt")
    assert hub is not None
    found = config(dataset=hub.repository.lower())
    assert (found.dataset_revision, found.deviations) == (hub.revision, ())
    assert config(dataset="kobalt").deviations == ()
    for name in ("kobalt", hub.repository):
        for typed in ({"dataset_revision": "abc"}, {"dataset_params": {"revision": "abc"}}):
            assert config(dataset=name, **typed).deviations == (
                f"--dataset-revision: abc; the protocol has {hub.revision}",
            )
    register(revision="0" * 40, also=["owner/copy"])
    assert config(dataset="HAERAE-HUB/KMMLU", dataset_revision="abc").deviations == (
        f"--dataset-revision: abc; the protocol has {'0' * 40}",
    )
    assert config(dataset="owner/copy", dataset_revision="abc").deviations == (
        "--dataset-revision: abc; the protocol has none",
    )


def test_options_that_are_scored_have_no_parameters_of_a_generation() -> None:
    assert make_plan(config(method="log_likelihood")).config.model_params == {}


def test_answers_made_elsewhere_were_not_asked_here() -> None:
    Path("answers.jsonl").write_text('{"id": "a", "response": "A"}\n', encoding="utf-8")
    found = build_config({"protocol": "mine/all@1", "responses": "answers.jsonl"}, Path())
    assert found.deviations == ("answers: made elsewhere (answers.jsonl), so that nothing was asked here",)


def test_items_that_are_chosen_by_their_columns_are_a_deviation() -> None:
    made = config()
    assert made.recipe is not None
    found = with_deviations(made, Followed(made.recipe, made, {"sample": 5}))
    assert found.deviations == ("items: chosen by --dataset-params sample: 5",)
