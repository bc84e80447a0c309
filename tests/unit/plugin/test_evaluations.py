from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.evaluations import Evaluations
from pytest_haerae.plugin.given import Given
from pytest_haerae.plugin.scope import Scope
from tests.unit.plugin.sessions import a_config

PROFILES = """
[tool.pytest-haerae.models]
small = {model = "random", model_params = {seed = 1}}
large = {model = "random", model_params = {seed = 2}, method = "log_likelihood"}
"""


def made(folder: Path, *, listed: bool = False, **options: Any) -> tuple[Evaluations, Scope]:  # noqa: ANN401 - as typed
    (folder / "pyproject.toml").write_text(PROFILES, encoding="utf-8")
    scope = Scope()
    given = a_config(folder, {"dataset": "sample", **options})
    given.option.collectonly = listed
    return Evaluations(given, Given(given), scope), scope


def test_the_only_model_has_no_name_of_its_own(tmp_path: Path) -> None:
    evaluations, _ = made(tmp_path, model=["small"])
    assert evaluations.names == ("",)
    assert evaluations.key_of("small") == ""
    assert evaluations.key_of("large") == "large"
    assert evaluations.of("") is evaluations.first
    assert evaluations.first.plan.config.output_file.name == "report.json"


def test_several_have_their_items_in_common_and_are_asked_as_each_says(tmp_path: Path) -> None:
    evaluations, _ = made(tmp_path, model=["small,large"])
    assert not evaluations
    assert evaluations.names == ("small", "large")
    small, large = evaluations.of("small"), evaluations.of("large")
    assert list(evaluations.made) == ["small", "large"]
    assert small.source is large.source
    assert (small.plan.config.method, large.plan.config.method) == ("string_match", "log_likelihood")
    assert {each.plan.config.output_file.name for each in (small, large)} == {"report.small.json", "report.large.json"}


def test_a_model_that_tests_alone_name_stands_beside_those_of_the_options(tmp_path: Path) -> None:
    evaluations, _ = made(tmp_path, model=["small"])
    large = evaluations.of("large")
    assert list(evaluations.made) == ["", "large"]
    assert large.source is evaluations.first.source
    assert large.plan.config.output_file.name == "report.large.json"
    with pytest.raises(UsageError, match="unknown backend 'larg': did you mean 'large'"):
        evaluations.of("larg")


def test_without_options_tests_alone_name_models(tmp_path: Path) -> None:
    evaluations, _ = made(tmp_path, dataset=None)
    evaluations.of("large")
    assert list(evaluations.made) == ["large"]


def test_what_suites_decide_on_is_taken_over_by_all(tmp_path: Path) -> None:
    evaluations, scope = made(tmp_path, model=["small,large"], dataset=None)
    assert evaluations.first.plan.config.dataset == "haerae_bench"
    scope.datasets = ("kmmlu",)
    evaluations.decide()
    assert {each.plan.config.dataset for each in evaluations.made.values()} == {"kmmlu"}
    assert evaluations.of("large").plan.config.output_file.name == "report.large.json"


def test_a_list_of_tests_needs_no_model(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{}", encoding="utf-8")
    given = a_config(tmp_path, {"dataset": "sample"}, {"model": "small,nothing"})
    given.option.collectonly = True
    evaluations = Evaluations(given, Given(given), Scope())
    assert evaluations.names == ("small", "nothing")
    assert {each.plan.config.model for each in map(evaluations.of, evaluations.names)} == {"random"}
