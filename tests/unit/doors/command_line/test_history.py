from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.report.history.folder import HISTORY, run_file
from pytest_haerae.report.stream import json_text
from tests.unit.kept import keep, run_of
from tests.unit.reports import HOSTILE, hostile


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs of a history below the current folder, the oldest first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    runs = ({"model": "one"}, {"model": "two", "git_branch": "x"}, {"model": "one", "dataset": "other.jsonl"})
    return [keep(HISTORY, run_of(day, **info)) for day, info in enumerate(runs, 1)]


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["history", *words, "--json"]) == 0
    return [each["hash"] for each in json.loads(capsys.readouterr().out)["runs"]]


def test_all_runs_are_listed(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [name[:10] for name in reversed(names)]
    assert listed(capsys) == names[::-1]


def test_some_are_listed(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys, "--model=one") == [names[2], names[0]]
    assert listed(capsys, "--model=one", "--model=two") == names[::-1]
    assert listed(capsys, "--benchmark=other.jsonl") == [names[2]]
    assert listed(capsys, "--branch=x") == [names[1]]
    assert listed(capsys, "--limit=1") == [names[2]]
    assert main(["history", "--model=none"]) == 0
    assert "no run that was asked for" in capsys.readouterr().out


def test_they_are_drawn(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--plot", "--html=page.html"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith(("one ·", "two ·"))]) == 3
    assert lines[-1].startswith("page: ")
    assert Path("page.html").read_text(encoding="utf-8").count("<circle") == 3
    Path("notes.html").write_text("mine", encoding="utf-8")
    assert main(["history", "--html=notes.html"]) == 4
    assert Path("notes.html").read_text(encoding="utf-8") == "mine"


def test_a_run_is_given_back(names: list[str], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    report = json_text(run_of(2, model="two", git_branch="x")).encode()
    assert main(["history", "show", names[1][:10]]) == 0
    assert capfdbinary.readouterr().out == report
    assert main(["history", "show", names[1][:10], "--output-file=back.json"]) == 0
    assert Path("back.json").read_bytes() == report
    assert main(["compare", "back.json", "back.json"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show"], "history show: which run?"),
        (["show", "abcdef"], "abcdef: "),
        (["--output-file=x.json"], "--output-file: which run?"),
        (["--limit=0"], "--limit"),
        (["--html=."], "--html"),
    ],
)
def test_bad_input_is_one_line(
    names: list[str], words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", *words]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"ERROR: {said}")


def test_a_damaged_run_is_a_warning(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run_file(HISTORY, names[0]).write_bytes(b"damaged")
    assert main(["history"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith(f"warning: {run_file(HISTORY, names[0])}: damaged (")
    assert names[0][:10] not in captured.out


def test_what_a_report_says_is_obeyed_by_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    report = hostile()
    report["info"]["git_branch"] = HOSTILE
    keep(HISTORY, report)
    for words in ([], ["--plot"]):
        assert main(["history", *words]) == 0
        assert "\x1b" not in capsys.readouterr().out
