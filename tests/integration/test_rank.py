"""``pytest-haerae rank``, as it is typed: over reports of real runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import valid_report, write_questions
from tests.integration.test_command_line import run

MODELS = """
[tool.pytest-haerae.models]
one = {model = "random", model_params = {seed = 1}}
two = {model = "random", model_params = {seed = 2}}
three = {model = "random", model_params = {seed = 3}}
other = {model = "random", prompt = "letter"}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of four models, one of them with another prompt."""
    found = tmp_path_factory.mktemp("ranked")
    write_questions(found)
    (found / "pyproject.toml").write_text(MODELS, encoding="utf-8")
    names = [f"--model={name}" for name in ("one", "two", "three", "other")]
    command = [sys.executable, "-m", "pytest", "-q", *names, "--output-file=r.json"]
    result = subprocess.run(command, cwd=found, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return found


def ranked(folder: Path, *words: str) -> dict[str, Any]:
    result = run(folder, "rank", *words, "--json")
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_models_of_a_session_are_ranked(folder: Path) -> None:
    paths = ["r.one.json", "r.two.json", "r.three.json"]
    found = ranked(folder, *paths)
    reports = {each: valid_report(folder / each)["metrics"] for each in paths}
    assert [each["name"] for each in found["models"]] == [
        path.split(".")[1] for path in sorted(paths, key=lambda path: -reports[path]["accuracy"])
    ]
    for each in found["models"]:
        metrics = reports[each["report"]]
        assert (each["accuracy"], each["ci95"], each["n"]) == (metrics["accuracy"], metrics["ci95"], metrics["n"])
        assert each["rank"] == [1, 3]
        assert each["group"] == "a"
    # The order of the files decides between equally accurate models alone.
    again = ranked(folder, *reversed(paths))["models"]
    assert sorted(again, key=lambda each: str(each["name"])) == sorted(
        found["models"], key=lambda each: str(each["name"])
    )


def test_pairs_are_those_of_compare(folder: Path) -> None:
    found = ranked(folder, "r.one.json", "r.two.json")
    (pair,) = found["pairs"]
    files = {each["name"]: each["report"] for each in found["models"]}
    result = run(folder, "compare", files[pair["second"]], files[pair["first"]], "--json")
    total = json.loads(result.stdout)["total"]
    assert (pair["n"], pair["difference"], pair["ci95"]) == (total["n"], total["difference"], total["ci95"])
    assert pair["p_value"] == pair["p_value_holm"] == total["p_value"]
    assert (pair["first_only"], pair["second_only"]) == (len(total["gained"]), len(total["lost"]))


def test_another_prompt_is_refused_with_both_files(folder: Path) -> None:
    result = run(folder, "rank", "r.one.json", "r.other.json", "--html=never.html")
    assert result.returncode == 4
    (line,) = result.stderr.splitlines()
    assert line.startswith("ERROR: r.one.json and r.other.json cannot be ranked together: their prompt differs: ")
    assert not (folder / "never.html").exists()


def test_table_and_page_where_the_terminal_has_no_hangul(folder: Path) -> None:
    words = ("rank", "r.one.json", "r.two.json", "r.three.json", "--html", "ranks.html")
    result = run(folder, *words, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert max(map(len, lines[:-1])) <= 80
    assert lines[0].split()[:3] == ["model", "rank", "accuracy"]
    assert lines[-1] == f"page: {folder / 'ranks.html'}"
    page = (folder / "ranks.html").read_text(encoding="utf-8")
    assert "옳은 것은?" in page
    before = (folder / "r.one.json").read_bytes()
    assert run(folder, *words).returncode == 0, "an earlier page is written over"
    assert run(folder, *words[:-1], "r.one.json").returncode == 4
    assert (folder / "r.one.json").read_bytes() == before
