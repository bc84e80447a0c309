from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae import Benchmark, Protocol, UsageError, register_benchmark
from pytest_haerae.catalogue import protocol_registry, registry
from pytest_haerae.config.protocols import is_local, plainly, settings_of, with_protocol
from pytest_haerae.config.run_config import build_config, dataset_names, with_shorthands
from tests.unit.config.followed import FIELDS, config, register

ROW = '{"question": "한글날은?", "options": ["10월 3일", "10월 9일"], "answer": "B"}\n'


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One of ours, forgotten after the test; and a folder to be in."""
    monkeypatch.setattr(protocol_registry, "_REGISTERED", {})
    monkeypatch.chdir(tmp_path)
    register(**FIELDS)


def test_it_stands_behind_what_is_typed_and_before_what_the_benchmark_brings_along() -> None:
    found = config()
    assert (found.dataset, found.method, found.prompt) == ("kmmlu", "string_match", "letter")
    assert (found.num_few_shot, found.few_shot_split) == (5, "dev")
    assert found.evaluator_params == {"scorer": "partial_match", "ignore_case": False}
    assert found.deviations == ()
    typed = config(prompt="cot", num_few_shot="0", evaluator_params="ignore_numbers=true")
    assert (typed.prompt, typed.num_few_shot) == ("cot", 0)
    assert typed.evaluator_params == {"scorer": "partial_match", "ignore_case": False, "ignore_numbers": True}
    assert typed.deviations == (
        "--evaluator-params ignore_numbers: true; the protocol has none",
        "--num-few-shot: 0; the protocol has 5",
        "--prompt: cot; the protocol has letter",
    )


def test_the_data_set_is_the_protocols_for_every_door() -> None:
    raw = {"model": "random", "protocol": "mine/all@1"}
    assert dataset_names(with_shorthands(raw)) == ("kmmlu",)
    assert dataset_names(with_shorthands({**raw, "demo": True, "model": None})) == ("kmmlu",)
    assert dataset_names(with_shorthands({"protocol": "haerae/chat-letter@1"})) == ("haerae_bench_1_0",)


def test_another_method_takes_nothing_that_is_not_for_it() -> None:
    found = config(method="log_likelihood")
    assert (found.prompt, found.evaluator_params) == ("kmmlu", {})
    assert found.deviations[0] == "--method: log_likelihood; the protocol has string_match"
    assert any(line.startswith("--prompt: kmmlu") for line in found.deviations)


def test_rows_on_this_machine_stand_for_the_protocols(tmp_path: Path) -> None:
    register(subsets=["Law", "Real-Estate"], method="log_likelihood", prompt=None, evaluator_params={})
    (tmp_path / "rows").mkdir()
    for name in ("law", "real_estate", "other"):
        (tmp_path / "rows" / f"{name}.jsonl").write_text(ROW, encoding="utf-8")
    found = config(dataset="rows")
    assert (found.dataset, set(found.subset)) == ("rows", {"law", "real_estate"})
    # The benchmark's own prompt, though nobody knows that these rows are its.
    assert found.prompt == "kmmlu"
    assert found.deviations == ("data: the local rows, whose rows nobody has compared with those of kmmlu",)
    assert config(dataset="rows", subset="law").deviations[1:] == ("--subset: law; the protocol has Law,Real-Estate",)
    (tmp_path / "all.jsonl").write_text(ROW, encoding="utf-8")
    assert config(dataset="all.jsonl").subset == ()
    assert is_local("sample")
    assert not is_local("kmmlu")
    assert plainly("Real-Estate") == plainly("real_estate") == plainly("Real Estate")


@pytest.mark.parametrize("dataset", ["click", "kmmlu,click", "owner/name", "all"])
def test_another_benchmark_is_refused(dataset: str) -> None:
    with pytest.raises(UsageError, match=r"^--protocol=mine/all@1 is about kmmlu, and --dataset names "):
        config(dataset=dataset)


def test_other_data_that_have_the_same_rows_are_no_deviation() -> None:
    register(also=["owner/copy"], revision="0" * 40)
    found = config(dataset="owner/copy")
    assert (found.dataset, found.dataset_revision, found.deviations) == ("owner/copy", None, ())
    assert config().dataset_revision == "0" * 40
    typed = config(dataset_params="revision=abc")
    assert (typed.dataset_revision, len(typed.deviations)) == ("abc", 1)


def test_a_benchmark_may_call_subsets_otherwise_than_its_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", {})
    names = {"real_estate": "Real-Estate", "law": "Law"}
    register_benchmark(Benchmark("mine", repository="owner/mine", configurations=names))
    register(dataset="owner/mine", subsets=["Law"], prompt="raw", num_few_shot=0, few_shot_split=None)
    for dataset, subsets in (("mine", ("law",)), ("owner/mine", ("Law",)), (None, ("Law",))):
        found = config(dataset=dataset)
        assert (found.subset, found.deviations) == (subsets, ())
    register(dataset="mine", subsets=["law"])
    assert config(dataset="owner/mine").subset == ("Law",)


def test_a_profile_is_the_users_own_words(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest-haerae.models]\nsmall = {model = "random", prompt = "cot"}\n', encoding="utf-8"
    )
    found = build_config({"model": "small", "protocol": "mine/all@1"}, tmp_path)
    assert found.prompt == "cot"
    assert found.deviations == ("--prompt: cot; the protocol has letter",)


def test_a_judge_is_the_protocols() -> None:
    judge = {"name": "openai", "params": {"model_name": "o"}, "template": "score_ko"}
    register(judge=judge, evaluator_params={})
    found = config()
    assert (found.judge, found.judge_params) == (("openai",), {"model_name": "o"})
    assert found.evaluator_params == {"scorer": "judge", "template": "score_ko"}
    assert found.deviations == ()
    other = config(judge="random", judge_params={"seed": 1})
    assert other.deviations == (
        "--judge: random; the protocol has openai",
        "--judge-params model_name: none; the protocol has o",
    )
    keyed = config(judge_params={"model_name": "o", "api_key": "sk-none"})
    assert keyed.deviations == ()


def test_another_judge_takes_nothing_that_is_the_protocols_judges(tmp_path: Path) -> None:
    register(judge={"name": "openai", "params": {"model_name": "o"}}, evaluator_params={})
    models = "[tool.pytest-haerae.models]\n" + "".join(
        f'{name} = {{model = "openai", model_params = {{model_name = "{model}", api_base = "http://127.0.0.1:9/v1"}}}}\n'
        for name, model in (("grader", "other"), ("same", "o"))
    )
    (tmp_path / "pyproject.toml").write_text(models, encoding="utf-8")
    found = config(judge="grader")
    assert (found.judge, found.judge_params["model_name"]) == (("openai",), "other")
    assert found.deviations == ("--judge-params model_name: other; the protocol has o",)
    assert config(judge="same").deviations == ()
    other = config(judge="litellm")
    assert (other.judge, other.judge_params) == (("litellm",), {})
    assert other.deviations[0] == "--judge: litellm; the protocol has openai"
    panel = config(judge="grader,same")
    assert [each.params["model_name"] for each in panel.panel] == ["other", "o"]
    assert panel.deviations[0] == "--judge: grader,same; the protocol has openai"


def test_parameters_of_the_protocols_judge_stand_each_for_itself() -> None:
    register(judge={"name": "openai", "params": {"model_name": "o"}}, evaluator_params={})
    found = config(judge_params={"api_base": "http://127.0.0.1:9/v1"})
    assert found.judge_params == {"model_name": "o", "api_base": "http://127.0.0.1:9/v1"}
    assert config(judge="openai", judge_params="api_key=none").judge_params == {"model_name": "o", "api_key": "none"}
    assert found.deviations == ()
    assert config(judge_params="model_name=p").deviations == ("--judge-params model_name: p; the protocol has o",)


def test_a_mistake_in_one_is_named_with_it() -> None:
    register(evaluator_params={"scorer": "strikt"})
    with pytest.raises(UsageError, match=r"^--protocol=mine/all@1: .*unknown scorer 'strikt'"):
        config()


def test_a_demo_stands_behind_it() -> None:
    found = build_config({"demo": True, "protocol": "mine/all@1"}, Path())
    assert (found.model, found.dataset, found.method, found.deviations) == ("llamacpp", "kmmlu", "string_match", ())


def test_without_one_nothing_stands_behind() -> None:
    assert with_protocol({"model": "random"}) == {"model": "random"}
    found = build_config({"model": "random"}, Path())
    assert (found.protocol, found.recipe, found.deviations) == (None, None, ())


def test_what_is_left_to_the_benchmark_is_no_setting() -> None:
    bare = Protocol.of_fields(
        {"name": "mine/bare@1", "description": "x", "dataset": "kmmlu", "method": "log_likelihood"}, "here"
    )
    assert settings_of(bare) == {
        "dataset": ("kmmlu",),
        "split": "test",
        "method": "log_likelihood",
        "repeats": 1,
    }
