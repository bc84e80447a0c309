from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.config.run_config import build_config
from pytest_haerae.report.rerun import rerun_options, shared, shared_entries
from pytest_haerae.types import DataKey

RUNS: list[dict[str, Any]] = [
    {"model": "random"},
    {"model": "random", "method": "log_likelihood", "dataset": "sample", "split": "dev", "num_few_shot": 3},
    {
        "model": "random",
        "model_params": {"seed": 3, "note": 'it\'s "한글"'},
        "few_shot_seed": 7,
        "few_shot_split": "dev",
    },
    {"model": "random", "system_prompt": "두 줄\n'따옴표'", "apply_chat_template": True, "prompt": "raw"},
    {"model": "random", "apply_chat_template": False, "evaluator_params": {"scorer": "default"}},
    {"model": "random", "dataset": "x.tsv", "dataset_columns": {"question": "q", "options": "a|b"}, "limit": 3},
]
_SCOPE_AND_PATHS = {"limit", "subset", "output_file", "store"}


def parsed(options: list[str]) -> dict[str, Any]:
    names = {flag: option for option in BY_NAME.values() for flag in option.spellings()}
    names_of_negations = {flag: option for option in BY_NAME.values() for flag in option.negations()}
    values: dict[str, Any] = {}
    for text in options:
        flag, equals, value = text.partition("=")
        if flag in names_of_negations:
            values[names_of_negations[flag].name] = False
        else:
            values[names[flag].name] = value if equals else True
    return values


@pytest.mark.parametrize("run", RUNS)
def test_the_options_build_the_same_configuration(run: dict[str, Any]) -> None:
    config = build_config(run, Path("/somewhere"))
    again = build_config(parsed(rerun_options(config, ())), Path("/somewhere"))
    assert again.model_dump(exclude=_SCOPE_AND_PATHS) == config.model_dump(exclude=_SCOPE_AND_PATHS)


def test_no_key_is_in_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "environment-key-1")
    params = {
        "api_key": "secret-key-0",
        "extra_headers": {"Authorization": "Bearer secret-key-2", "X-Corp": "secret-key-4", "Accept": "y"},
        "api_base": "http://user:secret-key-3@localhost/v1",
    }
    config = build_config(
        {"model": "openai", "model_params": params, "system_prompt": "environment-key-1"}, Path("/somewhere")
    )
    rewards = {"reward_model": "mine", "reward_params": {"token": "secret-key-5", "revision": "x"}}
    of_rewards = build_config({"model": "random", **rewards}, Path("/somewhere"))
    assert '--reward-params={"revision": "x"}' in rerun_options(of_rewards, ())
    text = " ".join([*rerun_options(config, ()), *rerun_options(of_rewards, ())])
    assert "secret-key" not in text
    assert "environment-key" not in text
    assert '{"extra_headers": {"Accept": "y"}, "api_base": "http://***@localhost/v1"}' in text


def test_data_that_suites_mark_are_named_by_no_option() -> None:
    config = build_config({"model": "random", "dataset": "sample"}, Path("/somewhere"))
    marked, typed = DataKey("own.csv", "/somewhere/suites"), DataKey("sample")
    assert "--dataset=sample" not in rerun_options(config, {marked})
    assert "--dataset=sample" in rerun_options(config, {marked, typed})


def test_what_several_share() -> None:
    assert [shared([1, 1]), shared([1, 2]), shared([1])] == [1, None, 1]
    assert shared_entries([{"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}]) == {"a": 1}
    assert shared_entries([{"a": 1}]) == {"a": 1}
