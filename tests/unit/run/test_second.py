from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import make_plan
from pytest_haerae.run.second import REWARD, SecondModel, make_reward, make_seconds
from pytest_haerae.scoring.parameters import ChosenScorer, choose_scorer
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Capability, Message, Request

OPTIONS: Mapping[str, Any] = {"model": "random", "judge": "random"}


JUDGE = choose_scorer("string_match", {"scorer": "judge"})
STRUCTURED = choose_scorer("string_match", {"scorer": "judge", "structured": True})


def second(options: Mapping[str, Any] = OPTIONS) -> SecondModel:
    (found,) = make_seconds(build_config(options, Path("/nowhere")), [JUDGE])
    return found


def test_its_answers_are_never_those_of_the_model_that_answers_items() -> None:
    plan = make_plan(build_config({**OPTIONS, "evaluator_params": {"scorer": "judge"}}, Path("/nowhere")))
    (found,) = plan.seconds
    assert found.identity != plan.identity
    assert second({**OPTIONS, "judge_params": {"seed": 1}}).identity != second().identity


def test_a_chat_is_plain_text_to_a_model_without_a_template() -> None:
    request = Request("generate", "", messages=(Message("system", "가"), Message("user", "나")), repeat=1)
    plain = second().asked(request)
    assert (plain.context, plain.messages, plain.repeat) == ("가\n\n나", None, 1)
    assert second({**OPTIONS, "apply_chat_template": True}).asked(request) is request


def test_no_scorer_asks_and_no_judge_is_named() -> None:
    assert make_seconds(build_config({"model": "random"}, Path("/nowhere")), []) == ()


PROFILES = """
[tool.pytest-haerae.models]
one = {model = "random", model_params = {seed = 1}}
two = {model = "random", model_params = {seed = 2}}
same = {model = "random", model_params = {seed = 2}}
"""


def test_each_of_several_has_its_own_parameters_and_identity(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROFILES, encoding="utf-8")
    for judge in ("one,two,random", ["one", "two,random"]):
        found = make_seconds(build_config({"model": "random", "judge": judge}, tmp_path), [JUDGE])
        assert [(each.name, each.params) for each in found] == [
            *(("one", {"seed": 1}), ("two", {"seed": 2}), ("random", {})),
        ]
        assert len({each.identity for each in found}) == 3
    assert found[0].named == "one (random random(seed=1))"
    assert found[0].identity == second({"model": "random", "judge": "random", "judge_params": {"seed": 1}}).identity


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"judge": "two,same"}, "--judge: two and same are the same model; name it once"),
        ({"judge": "one,randon"}, "--judge: unknown backend 'randon'"),
        (
            {"judge": "one,two", "judge_params": "seed=3"},
            r"--judge-params: they are one judge's, and --judge names 2 \(one, two\): give each its own in a profile",
        ),
        ({"judge": ["one", "a/b"]}, "'a/b': of several models each has a name"),
    ],
)
def test_what_is_no_panel_is_refused(tmp_path: Path, options: Mapping[str, Any], words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(PROFILES, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        make_seconds(build_config({"model": "random", **options}, tmp_path), [JUDGE])


@pytest.mark.parametrize(
    ("options", "asking", "words"),
    [
        (
            {"model": "random", "dataset": "sample,k2_eval,hrc"},
            [JUDGE],
            "^--dataset=k2_eval,hrc: a second model grades the answers and none is named",
        ),
        (
            {"model": "random"},
            [JUDGE],
            "^--evaluator-params scorer=judge: a second model grades the answers and none is named: add --judge=NAME",
        ),
        (OPTIONS, [], "--judge=random: no scorer of this run asks it"),
        ({"model": "random", "judge_params": {"seed": 1}}, [], "no model is named that takes them"),
        ({**OPTIONS, "judge": "randon"}, [JUDGE], "--judge: unknown backend 'randon'"),
        ({**OPTIONS, "judge_params": {"sed": 1}}, [JUDGE], "--judge-params of random: unknown parameter 'sed'"),
        ({**OPTIONS, "max_cost": 1.0}, [JUDGE], "--max-cost: --judge=random: its answers have no price"),
        (
            {"model": "random", "judge": "function", "judge_params": {"path": "json:lods"}},
            [JUDGE],
            "^--judge=function: path=json:lods: unknown function 'lods': did you mean 'loads'",
        ),
        (
            {"model": "random", "judge": "function", "judge_params": {"path": "no_such_module:answer"}},
            [JUDGE],
            "^--judge=function: path=no_such_module:answer: there is no module no_such_module",
        ),
        (OPTIONS, [STRUCTURED], "structured: backend 'random' cannot keep its texts to choices; huggingface, .*can"),
    ],
)
def test_what_cannot_grade_is_refused(options: Mapping[str, Any], asking: list[ChosenScorer], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_seconds(build_config(options, Path("/nowhere")), asking)


class Rewards(ScriptedBackend):
    """A backend that gives rewards and nothing else."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"reward"})


RANKED: Mapping[str, Any] = {
    "model": "random",
    "repeats": 2,
    "evaluator_params": {"rank": "reward"},
    "reward_model": "rewards",
}


def rewarding(options: Mapping[str, Any] = RANKED) -> SecondModel | None:
    return make_reward(build_config(options, Path("/nowhere")), {"rewards": Rewards})


def test_a_reward_model_has_answers_of_its_own() -> None:
    found = rewarding()
    assert found is not None
    assert (found.role, found.option, found.named) == (REWARD, "--reward-model=rewards", "rewards")
    plan = make_plan(build_config(RANKED, Path("/nowhere")), {"rewards": Rewards})
    assert plan.reward is not None
    assert plan.reward.identity == found.identity != plan.identity
    other = rewarding({**RANKED, "reward_params": {"error": "x"}})
    assert other is not None
    assert other.identity != found.identity
    assert rewarding({"model": "random"}) is None


def test_a_reward_model_in_this_process_costs_nothing() -> None:
    assert rewarding({**RANKED, "max_cost": 1.0}) is not None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"reward_model": None},
            "rank=reward: a reward model ranks the answers and none is named: add --reward-model=",
        ),
        ({"evaluator_params": {}}, "--reward-model=rewards: nothing asks it: add --evaluator-params rank=reward"),
        (
            {"reward_model": None, "evaluator_params": {}, "reward_params": {"seed": 1}},
            "--reward-params: no model is named that takes them: add --reward-model=NAME",
        ),
        ({"reward_model": "random"}, "--reward-model=random: it has no reward models; huggingface has"),
        ({"reward_model": "vllm"}, "--reward-model=vllm: it has no reward models; huggingface has"),
        ({"reward_model": "rewardz"}, "--reward-model: unknown backend 'rewardz': did you mean 'rewards'"),
        ({"reward_params": {"eror": "x"}}, "--reward-params of rewards: unknown parameter 'eror'"),
        (
            {"reward_model": "huggingface"},
            "--reward-params of huggingface: model_name_or_path: Field required; write --reward-params model_name",
        ),
    ],
)
def test_what_ranks_nothing_is_refused(options: Mapping[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        rewarding({**RANKED, **options})
    assert words in str(refused.value)


def test_a_profile_names_a_reward_model(tmp_path: Path) -> None:
    profile = '[tool.pytest-haerae.models]\nbest = {model = "rewards", model_params = {error = "x"}}\n'
    (tmp_path / "pyproject.toml").write_text(profile, encoding="utf-8")
    config = build_config({**RANKED, "reward_model": "best"}, tmp_path)
    assert (config.reward_model, config.reward_params) == ("rewards", {"error": "x"})
