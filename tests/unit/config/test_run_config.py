from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pytest_haerae.catalogue import registry
from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.registry import own_benchmarks
from pytest_haerae.config.run_config import (
    DEFAULT_PROMPT,
    RunConfig,
    build_config,
    dataset_names,
    default_prompt,
    with_shorthands,
)
from pytest_haerae.errors import UsageError
from pytest_haerae.types import CAPABILITY

ROOT = Path("/somewhere/folder")


def config(**raw: Any) -> RunConfig:  # noqa: ANN401 - an option's value
    return build_config({"model": "random", **raw}, ROOT)


@pytest.mark.parametrize("raw", [{}, {"model": None}, {"dataset": "sample"}])
def test_a_run_without_a_model_says_which_there_are(raw: dict[str, Any]) -> None:
    with pytest.raises(
        UsageError, match=r"none is named: add --model=NAME \(one of .*llamacpp, .*random.*\) or --demo"
    ):
        build_config(raw, ROOT)


def test_the_demo_stands_for_three_options_that_stay_open() -> None:
    demo = build_config({"demo": True}, ROOT)
    assert (demo.model, demo.dataset, demo.method) == ("llamacpp", "sample", "log_likelihood")
    other = build_config({"demo": "yes", "method": "string_match", "model": "random"}, ROOT)
    assert (other.model, other.dataset, other.method) == ("random", "sample", "string_match")
    assert with_shorthands({"demo": False, "limit": 3}) == {"demo": False, "limit": 3}


def test_the_data_sets_parameters_stand_for_two_options_that_go_before() -> None:
    made = config(dataset_params='{"revision": "abc", "columns": {"question": "q"}}')
    assert (made.dataset_revision, made.dataset_columns) == ("abc", {"question": "q"})
    assert config(dataset_params="revision=abc", dataset_revision="def").dataset_revision == "def"
    with pytest.raises(UsageError, match="--dataset-params: unknown parameter 'revison': did you mean 'revision'"):
        config(dataset_params="revison=abc")


def test_the_environment_stands_for_the_models_parameters_where_none_are_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HAERAE_MODEL_PARAMS", "seed=7")
    assert config().model_params == {"seed": 7}
    assert config(model_params="seed=8").model_params == {"seed": 8}
    monkeypatch.setenv("HAERAE_MODEL_PARAMS", "seed")
    with pytest.raises(UsageError, match="HAERAE_MODEL_PARAMS: part 1 of 1 between commas is not key=value"):
        config()
    monkeypatch.setenv("HAERAE_MODEL_PARAMS", "")
    assert config().model_params == {}


@pytest.mark.parametrize(
    ("raw", "replicas"),
    [({}, None), ({"ray_address": "auto"}, 1), ({"gpus_per_replica": 0}, 1), ({"ray_address": "a", "replicas": 4}, 4)],
)
def test_what_only_replicas_have_asks_for_one(raw: dict[str, Any], replicas: int | None) -> None:
    assert config(**raw).replicas == replicas


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        (
            "string_match",
            "return_logits=true",
            "return_logits is of --method=log_likelihood, not of string_match",
        ),
        (
            "log_likelihood",
            "strict=true",
            "strict is of --method=string_match, not of log_likelihood",
        ),
        ("string_match", "strict=1", "strict is true or false, not 1"),
        ("string_match", "scorer=1", "scorer is a name, not 1"),
        ("string_match", "strict=true,scorer=math", "strict is a scorer of its own; leave out either it or 'math'"),
    ],
)
def test_parameters_of_another_methods_scorers_are_refused(method: str, params: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        config(method=method, evaluator_params=params)
    assert str(caught.value) == f"--evaluator-params: {message}"


@pytest.mark.parametrize(
    ("dataset", "params", "scorer"),
    [
        ("kmmlu", "", "default"),
        ("kmmlu", "strict=true", "strict"),
        ("kmmlu", "strict=false", "default"),
        ("kmmlu", "strict=true,scorer=strict", "strict"),
        ("hrm8k", "", "math"),
        ("hrm8k", "scorer=default", "default"),
        ("hrm8k", "strict=true", "strict"),
    ],
)
def test_who_judges(dataset: str, params: str, scorer: str) -> None:
    assert config(dataset=dataset, evaluator_params=params).scorer == scorer


def test_a_benchmarks_scorer_is_named_in_the_configuration() -> None:
    assert config(dataset="hrm8k").evaluator_params == {"scorer": "math"}
    assert config(dataset="hrm8k", method="log_likelihood").evaluator_params == {}


def test_log_likelihoods_are_reported_unless_told_otherwise() -> None:
    assert config(method="log_likelihood").return_logits
    assert not config(method="log_likelihood", evaluator_params="return_logits=false").return_logits


@pytest.mark.parametrize("method", CAPABILITY)
def test_the_prompt_is_the_benchmarks_or_the_methods(method: Any) -> None:  # noqa: ANN401 - a Method
    for benchmark in own_benchmarks():
        expected = benchmark.prompts.get(method, DEFAULT_PROMPT[method])
        assert default_prompt(benchmark.name, method) == expected
        assert config(dataset=benchmark.name, method=method).prompt == expected
        assert config(dataset=benchmark.name, method=method, prompt="letter").prompt == "letter"
    assert default_prompt("a/folder", method) == DEFAULT_PROMPT[method]


def test_whoever_gates_the_share_of_hangul_asks_for_it() -> None:
    told = config(min_hangul="0.8", evaluator_params={"further_metrics": "macro_f1", "time_limit": 5})
    assert told.evaluator_params == {"further_metrics": ["macro_f1", "hangul"], "time_limit": 5}
    assert config(min_hangul="0.8", evaluator_params="further_metrics=hangul").evaluator_params == {
        "further_metrics": ["hangul"]
    }
    assert config(min_accuracy="0.8").evaluator_params == {}


def test_a_run_that_writes_nothing_has_no_share_of_hangul() -> None:
    with pytest.raises(UsageError, match=r"--min-hangul: method log_likelihood .*--method=string_match"):
        config(min_hangul="0.8", method="log_likelihood")


def test_of_several_data_sets_those_that_are_answered_in_words_are_asked_for_their_hangul() -> None:
    both = config(min_hangul="k2_eval=0.8", dataset=["kobest", "k2_eval"], judge="random")
    methods = {part.dataset: (part.method, part.evaluator_params.get("further_metrics")) for part in both.parts}
    assert methods == {"kobest": (both.parts[0].method, methods["kobest"][1]), "k2_eval": ("string_match", ["hangul"])}
    assert (methods["kobest"][1] is None) == (methods["kobest"][0] == "log_likelihood")


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        config().limit = 3  # type: ignore[misc]


def test_each_of_several_data_sets_has_the_configuration_of_a_run_of_its_own() -> None:
    names = ("kmmlu", "hrm8k", "sample")
    for typed in ({}, {"method": "log_likelihood"}, {"prompt": "letter", "num_few_shot": 2}):
        several = config(dataset=list(names), **typed)
        alone = [config(dataset=name, **typed) for name in names]
        assert [part.model_copy(update={"others": ()}) for part in several.parts] == alone
        assert [part.dataset for part in several.parts] == list(names)
        assert alone[0].parts == (alone[0],)


def test_what_a_benchmark_brings_along_stands_behind_what_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Benchmark("mine", "owner/mine", method="log_likelihood", num_few_shot=5, few_shot_split="dev")
    monkeypatch.setitem(registry._REGISTERED, "mine", mine)
    made = config(dataset="mine")
    assert (made.method, made.num_few_shot, made.few_shot_split, made.prompt) == ("log_likelihood", 5, "dev", "raw")
    typed = config(dataset="mine", method="string_match", num_few_shot=0, few_shot_split="train")
    assert (typed.method, typed.num_few_shot, typed.few_shot_split) == ("string_match", 0, "train")
    several = config(dataset="sample,mine")
    assert [(part.method, part.num_few_shot) for part in several.parts] == [("string_match", 0), ("log_likelihood", 5)]
    typed = config(dataset="sample,mine", method="string_match")
    assert [part.method for part in typed.parts] == ["string_match", "string_match"]


def test_what_cannot_apply_to_one_of_several_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Benchmark("mine", "owner/mine", method="log_likelihood")
    monkeypatch.setitem(registry._REGISTERED, "mine", mine)
    with pytest.raises(UsageError, match=r"^dataset mine: --evaluator-params: unknown scorer 'strict'"):
        config(dataset="sample,mine", evaluator_params="scorer=strict")


@pytest.mark.parametrize("typed", [["kmmlu,sample"], ["kmmlu", "sample"], "kmmlu,sample", ("kmmlu", "sample")])
def test_the_names_of_data_sets_are_read_however_they_are_given(typed: object) -> None:
    assert dataset_names({"dataset": typed}) == ("kmmlu", "sample")
    assert dataset_names({}) == ("haerae_bench",)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (None, {"scorer": "judge", "template": "score5_ko"}),
        ("template=score5_en", {"scorer": "judge", "template": "score5_en"}),
        ("passes_from=3", {"scorer": "judge", "template": "score5_ko", "passes_from": 3}),
        ("scorer=judge", {"scorer": "judge", "template": "score5_ko"}),
        ("scorer=default", {"scorer": "default"}),
        ("strict=true", {"strict": True}),
    ],
)
def test_a_benchmarks_own_scorer_has_its_parameters_and_no_other_one_does(
    given: str | None, made: dict[str, object]
) -> None:
    config = build_config({"model": "random", "dataset": "k2_eval", "evaluator_params": given}, ROOT)
    assert config.evaluator_params == made
