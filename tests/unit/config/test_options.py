from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from pytest_haerae.config.option import Influence, Option
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.run_config import RunConfig, build_config
from pytest_haerae.config.tolerated_drops import ToleratedDrops
from pytest_haerae.errors import UsageError

DEFAULTS: dict[str, Any] = {
    "answer_timeout": 3600.0,
    "method": "string_match",
    "dataset": ("haerae_bench",),
    "split": "test",
    "repeats": 1,
    "pass_if": "majority",
    "num_few_shot": 0,
    "few_shot_seed": 0,
    "max_drop": ToleratedDrops(0.0, None, {}),
    "inconclusive": "pass",
    "across": False,
    "significance": 0.05,
    "max_error_rate": 0.0,
    "max_unjudged": 0.05,
    "judge": (),
    "judge_params": {},
    "reward_params": {},
    "output_file": Path(".haerae/report.json"),
    "store": Path(".haerae/responses.sqlite"),
    "history": True,
    "resume": True,
    "reuse": False,
    "demo": False,
    "dry_run": False,
    "batch_api": False,
    "yes": False,
    "model": (),
    "subset": (),
    "by": (),
    "prompts": (),
    "min_accuracy": (),
    "min_hangul": (),
    "model_params": {},
    "evaluator_params": {},
    "dataset_columns": {},
    "dataset_params": {},
}
"""What the documentation promises; all others are None. Numbers of two runs are comparable only while these stay."""

BAD: dict[str, Any] = {
    "model_params": "seed",
    "method": "likelihood",
    "evaluator_params": "[1]",
    "dataset_columns": "question",
    "dataset_params": "{",
    "limit": "0",
    "num_few_shot": "-1",
    "few_shot_seed": "x",
    "apply_chat_template": "maybe",
    "min_accuracy": "80",
    "min_hangul": "80",
    "max_drop": "law=1.1",
    "inconclusive": "warn",
    "baseline": "last:",
    "history": "maybe",
    "significance": "nan",
    "max_error_rate": "-0.1",
    "resume": "maybe",
    "reuse": "maybe",
    "rerun": "all",
    "junit_wrong": "skip",
    "shuffle_options": "1",
    "probe_order": "0",
    "replicas": "0",
    "ray_address": " ",
    "gpus_per_replica": "1.5",
    "demo": "maybe",
    "dry_run": "maybe",
    "batch_api": "maybe",
    "yes": "maybe",
}
"""A value that each option refuses; those that take any text are not here."""


def test_the_defaults_are_those_that_are_promised() -> None:
    assert {option.name: option.default for option in OPTIONS} == {name: DEFAULTS.get(name) for name in BY_NAME}


@pytest.mark.parametrize("option", OPTIONS, ids=list(BY_NAME))
def test_one_row_has_one_default(option: Option) -> None:
    """The configuration's value and the help's are the row's: nothing else decides one."""
    root = Path("/somewhere/folder")
    config = build_config({"model": "random"}, root)
    if option.name in RunConfig.model_fields and option.name not in ("model", "prompt"):
        default = root / option.default if isinstance(option.default, Path) else option.default
        # A data set has a configuration of its own.
        datasets = tuple(part.dataset for part in config.parts)
        assert (datasets if option.name == "dataset" else getattr(config, option.name)) == default
    if isinstance(option.default, str | float | int) and not isinstance(option.default, bool):
        assert option.help.endswith(f"(default: {option.default})")


def test_every_option_is_read_and_every_field_has_its_option() -> None:
    shorthands = {option.name for option in OPTIONS if option.influences == "shorthand"}
    made = {"rootdir", "called", "panel", "recipe", "deviations", "others", "item_scope"}
    assert (RunConfig.model_fields.keys() - made) | shorthands == BY_NAME.keys()


def test_no_two_options_share_a_name_or_a_spelling() -> None:
    spellings = Counter(
        text
        for option in OPTIONS
        for text in (*option.spellings(), *(option.negations() if option.kind == "switch" else ()))
    )
    assert set(spellings.values()) == {1}
    assert len(BY_NAME) == len(OPTIONS)
    assert {option.influences for option in OPTIONS} == set(get_args(Influence))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_refused_in_a_line_that_names_its_option(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        BY_NAME[name].read({name: BAD[name]})
    assert "\n" not in str(caught.value)
    assert BY_NAME[name].flag in str(caught.value) or name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("subset", ["history,law", "history"], ("history", "law")),
        ("by", ["분류, 대", "year", "year"], ("분류, 대", "year")),
        ("by", "category", ("category",)),
        ("min_accuracy", ["0.5", "history=0.25"], ((None, 0.5), ("history", 0.25))),
        ("method", "log_likelihood", "log_likelihood"),
        ("limit", "1", 1),
        ("num_few_shot", "0", 0),
        ("replicas", "1", 1),
        ("gpus_per_replica", "0.5", 0.5),
        ("baseline", "base.json", Path("base.json")),
        ("output_file", "/a/r.json", Path("/a/r.json")),
        ("rerun", "errors", "errors"),
        ("resume", "off", False),
    ],
)
def test_values_are_read(name: str, typed: object, value: object) -> None:
    assert BY_NAME[name].read({name: typed}) == value
