from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_haerae.backends.registry import backend_names
from pytest_haerae.catalogue.datasets import known_names
from pytest_haerae.doors.command_line import all_commands
from pytest_haerae.doors.command_line.completion import SHELLS, completed_words, values_of
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.report.history.folder import HISTORY
from tests.unit.kept import keep, run_of

MAIN = "from pytest_haerae.doors.command_line.main import main; main()"


def completed(folder: Path, line: str) -> set[str]:
    """What a shell is offered at the end of a line."""
    pytest.importorskip("argcomplete")
    answer = folder / "answer"
    environment = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    subprocess.run([sys.executable, "-c", MAIN], cwd=folder, env=environment, check=True, capture_output=True)
    return {each.strip() for each in answer.read_text(encoding="utf-8").splitlines()}


def test_commands_are_completed(tmp_path: Path) -> None:
    assert completed(tmp_path, "pytest-haerae ") == {"--help", "-h", "--version", *(c.name for c in all_commands())}
    assert completed(tmp_path, "pytest-haerae comp") == {"compare", "completion"}


def test_each_option_is_offered_once(tmp_path: Path) -> None:
    assert completed(tmp_path, "pytest-haerae run --mo") == {"--model", "--model-params"}
    assert completed(tmp_path, "pytest-haerae run --no-re") == {"--no-resume", "--no-reuse"}


def test_names_are_completed(tmp_path: Path) -> None:
    assert completed(tmp_path, "pytest-haerae run --model ") >= {*backend_names()}
    assert completed(tmp_path, "pytest-haerae run --model=ope") == {"--model=openai"}
    assert completed(tmp_path, "pytest-haerae list back") == {"backends"}
    assert completed(tmp_path, "pytest-haerae completion f") == {"fish"}


def test_files_are_completed_where_a_value_may_be_one(tmp_path: Path) -> None:
    (tmp_path / "clic.jsonl").touch()
    assert completed(tmp_path, "pytest-haerae run --dataset clic") == {"click", "clic.jsonl"}


def test_the_last_name_of_a_list_is_completed() -> None:
    assert values_of("dataset", "kmmlu,kob") == [f"kmmlu,{name}" for name in known_names()]
    assert values_of("dataset", "") == list(known_names())
    assert values_of("limit", "") == []


def test_what_the_history_has_is_completed(tmp_path: Path) -> None:
    names = [keep(tmp_path / HISTORY, run_of(day, model=f"model-{day}")) for day in (1, 2)]
    (tmp_path / "file.json").touch()
    assert completed(tmp_path, "pytest-haerae history show ") >= {name[:10] for name in names}
    assert completed(tmp_path, "pytest-haerae history --model m") == {"model-1", "model-2"}
    assert completed(tmp_path, "pytest-haerae history --benchmark ") == {"questions.jsonl"}
    assert completed(tmp_path, "pytest-haerae history --branch ") == {"main"}
    assert completed(tmp_path, "pytest-haerae gate file.json --baseline=l") == {
        "--baseline=last",
        "--baseline=last:main",
    }
    assert completed(tmp_path, "pytest-haerae gate file.json --baseline ") >= {"last", "file.json"}
    assert completed(tmp_path, "pytest-haerae export file.json --to m") >= {"mlflow", "model_card", "model_index"}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_gets_its_code(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    pytest.importorskip("argcomplete")
    assert main(["completion", shell]) == 0
    assert "pytest-haerae" in capsys.readouterr().out


def test_without_the_library_the_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    assert main(["completion", "bash"]) == 4
    assert "pip install 'pytest-haerae[completion]'" in capsys.readouterr().err
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", "pytest-haerae run ")
    assert completed_words() == ["pytest-haerae", "run"]
    with pytest.raises(SystemExit):  # and nothing is run
        main([])


def test_nothing_is_completed_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("_ARGCOMPLETE", raising=False)
    monkeypatch.setenv("COMP_LINE", "pytest-haerae run")
    assert completed_words() == []


def test_completion_leaves_the_history_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep(tmp_path / HISTORY, run_of())
    (path,) = (tmp_path / HISTORY / "runs").iterdir()
    path.write_bytes(b"damaged")
    assert values_of("run", "") == []
    assert path.read_bytes() == b"damaged"
