from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.config.profiles import OF_A_PROFILE, read_profiles, with_judge, with_profile
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import make_plan

PROFILES = """
[tool.pytest-haerae.models]
small = {model = "random", model_params = {seed = 1, other = 2}, method = "log_likelihood"}
[tool.pytest-haerae.models.large]
model = "vllm"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder below that of a pyproject.toml with two profiles."""
    (tmp_path / "pyproject.toml").write_text(PROFILES, encoding="utf-8")
    (tmp_path / "below").mkdir()
    return tmp_path / "below"


def test_the_nearest_file_is_read(folder: Path) -> None:
    assert list(read_profiles(folder)) == ["small", "large"]
    (folder / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    assert read_profiles(folder) == {}


def test_a_file_that_says_nothing_of_this_project_is_none_of_its_business(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n", encoding="utf-8")
    assert read_profiles(tmp_path) == {}


def test_what_is_given_stands_before_the_profile_and_each_parameter_for_itself(folder: Path) -> None:
    values = with_profile({"model": "small", "model_params": "seed=3", "limit": 5}, read_profiles(folder))
    assert values == {
        "model": "random",
        "method": "log_likelihood",
        "model_params": {"seed": 3, "other": 2},
        "limit": 5,
    }
    assert with_profile({"model": "small", "method": "string_match"}, read_profiles(folder))["method"] == "string_match"
    assert with_profile({"model": "random", "limit": 5}, read_profiles(folder)) == {"model": "random", "limit": 5}


def test_a_configuration_has_the_profiles_name(folder: Path) -> None:
    config = build_config({"model": "large", "output_file": "r.json", "baseline": "b.json"}, folder)
    assert (config.model, config.called, config.model_name) == ("vllm", "large", "large")
    assert config.output_file.name == "r.json"
    beside = build_config({"model": "large", "output_file": "r.json", "baseline": "b.json"}, folder, beside=True)
    assert (beside.output_file.name, str(beside.baseline)) == ("r.large.json", "b.large.json")
    assert beside.store == config.store
    alone = build_config({"model": "random"}, folder)
    assert (alone.called, alone.model_name) == ("", "random")
    assert build_config({"model": "random"}, folder, beside=True).called == "random"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("models = 3", r"\[tool.pytest-haerae.models\]: it has a table a model"),
        ("models.x = 3", "x is no table"),
        ('models."a b" = {model = "random"}', "'a b': a name has letters"),
        ("models.x = {}", "it names no backend"),
        ("models.x = {model = 3}", "it names no backend"),
        ('models.x = {model = "random", limit = 3}', "unknown option 'limit'"),
        ('models.x = {model = "random", replicas = "many"}', r"models.x\]: --replicas"),
        ("models.x = {", "malformed TOML"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path: Path, table: str, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest-haerae]\n{table}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        with_profile({"model": "x"}, read_profiles(tmp_path))


def test_a_profile_sets_options_that_there_are() -> None:
    from pytest_haerae.config.options import BY_NAME

    assert set(OF_A_PROFILE) <= BY_NAME.keys()


def test_judges_in_a_list_are_those_that_are_named() -> None:
    assert with_judge({"model": "random", "judge": ["random"]}, {}) == {"model": "random", "judge": ["random"]}
    named = with_judge({"model": "random", "judge": ["random", "openai"]}, {})
    assert (named["judge"], [each.backend for each in named["panel"]]) == (("random", "openai"), ["random", "openai"])


@pytest.mark.parametrize("judge", [{"a": 1}, len, 4])
def test_a_judge_that_is_no_text_is_refused(judge: object, tmp_path: Path) -> None:
    raw = {"model": "random", "judge": judge, "evaluator_params": {"scorer": "judge"}}
    with pytest.raises(UsageError, match="--judge: unknown backend "):
        make_plan(build_config(raw, tmp_path))
