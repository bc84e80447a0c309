from __future__ import annotations

import ast
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.init import suites
from pytest_haerae.doors.command_line.init.suites import for_data, of_the_package
from pytest_haerae.errors import UsageError
from tests.unit.fakes import question, write_rows


def test_an_installed_package_brings_its_suites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "installed"
    place.mkdir()
    (place / "test_dataset.py").write_text("# installed\n", encoding="utf-8")

    def find(name: str) -> ModuleSpec | None:
        if name != "pytest_haerae.suites":
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(place)]
        return spec

    monkeypatch.setattr(suites, "find_spec", find)
    assert of_the_package(tmp_path / "new").files == {tmp_path / "new" / "test_dataset.py": "# installed\n"}


def test_an_installation_without_suites_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suites, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="the suites are not in this installation"):
        of_the_package(tmp_path)


def test_a_suite_asks_its_data_from_wherever_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "한국 '사\".jsonl", [question(0)])
    plan = for_data("한국 '사\".jsonl", Path("deep/er"))
    ((path, text),) = plan.files.items()
    assert path == Path("deep/er/test_questions.py")
    (function,) = (each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef))
    (mark,) = function.decorator_list
    assert isinstance(mark, ast.Call)
    assert ast.literal_eval(mark.keywords[0].value) == "../../한국 '사\".jsonl"
    assert function.name == "test_questions"
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--diff", "-"], input=text, capture_output=True, text=True, check=False
    )
    assert formatted.returncode == 0, formatted.stdout


def test_a_folder_of_questions_is_one_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "My Quiz").mkdir()
    write_rows(tmp_path / "My Quiz" / "a.jsonl", [question(0)])
    write_rows(tmp_path / "My Quiz" / "b.jsonl", [question(1), question(2)])
    plan = for_data("My Quiz", Path("suites"))
    assert list(plan.files) == [Path("suites/test_my_quiz.py")]
    assert plan.written == ["suites/test_my_quiz.py: asks the 3 questions of My Quiz"]
