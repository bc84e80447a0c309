from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.init import settings
from pytest_haerae.doors.command_line.init.settings import INI, demo, existing, next_command

SETTINGS = [
    ("pytest.ini", ""),
    (".pytest.ini", "[pytest]\n"),
    ("pytest.toml", ""),
    ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = ['-q']\n"),
    ("pyproject.toml", "[project]\nname = 'x'\n\n[tool.pytest]\n"),
    ("tox.ini", "[tox]\n[pytest]\n"),
    ("setup.cfg", "[metadata]\n[tool:pytest]\n"),
]
OTHERS = [("pyproject.toml", "[project]\n"), ("tox.ini", "[tox]\n"), ("setup.cfg", "[flake8]\n"), ("conftest.py", "")]


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "demo_is_installed", lambda: True)


@pytest.mark.parametrize(("name", "text"), SETTINGS)
def test_settings_of_pytest_are_found_here_and_above(tmp_path: Path, name: str, text: str) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert existing(tmp_path) == existing(below) == tmp_path / name
    plan = demo(below)
    assert plan.files == {}
    assert f"{tmp_path / name}: has pytest's settings" in plan.kept[0]
    assert "haerae_demo = " in plan.kept[0]


@pytest.mark.parametrize(("name", "text"), OTHERS)
def test_other_files_have_none(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert existing(tmp_path) is None
    assert demo(tmp_path).files == {tmp_path / "pytest.ini": INI}


def test_settings_that_name_a_model_need_no_word(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nhaerae_model = random\n", encoding="utf-8")
    plan = demo(tmp_path)
    assert not plan.files
    assert not plan.kept
    assert next_command(tmp_path, "suites") == "pytest suites"


def test_the_next_command_runs_without_a_model_where_none_is_named(tmp_path: Path) -> None:
    assert next_command(tmp_path, "suites").startswith("pytest suites --model=random")
    (tmp_path / "pytest.ini").write_text(INI, encoding="utf-8")
    assert next_command(tmp_path, "suites") == "pytest suites"


def test_without_the_demo_nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "demo_is_installed", lambda: False)
    assert demo(tmp_path).files == {}
