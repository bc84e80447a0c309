from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.errors import UsageError
from pytest_haerae.report import trackers
from pytest_haerae.report.trackers import (
    Tracker,
    check_installed,
    find_tracker,
    missing_install,
    send_to,
    tracker_names,
)
from pytest_haerae.report.trackers.tracked import TrackedRun, tracked_run
from tests.unit.kept import run_of
from tests.unit.reports import write


@pytest.fixture
def run(tmp_path: Path) -> TrackedRun:
    report = run_of()
    return tracked_run(report, write(tmp_path / "report.json", report))


def given(monkeypatch: pytest.MonkeyPatch, tracker: Tracker) -> None:
    monkeypatch.setattr(trackers, "find_tracker", lambda name: tracker)


def test_each_file_is_a_tracker_with_an_extra() -> None:
    assert tracker_names() == ("mlflow", "trackio", "wandb")
    for name in tracker_names():
        assert find_tracker(name).help


def test_a_missing_package_is_one_line_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, Tracker("", ("no_such_package",), {}, lambda *_: ""))
    assert missing_install("mlflow") == "pip install 'pytest-haerae[mlflow]'"
    with pytest.raises(
        UsageError, match=r"^--to mlflow: needs no_such_package: pip install 'pytest-haerae\[mlflow\]'$"
    ):
        check_installed("mlflow")


def test_the_environment_is_quiet_unless_the_user_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, run: TrackedRun, tmp_path: Path
) -> None:
    monkeypatch.setenv("A_MODE", "online")
    monkeypatch.delenv("B_MODE", raising=False)
    seen: dict[str, str] = {}

    def send(run: TrackedRun, folder: Path | None, project: str) -> str:
        import os

        seen.update({name: os.environ[name] for name in ("A_MODE", "B_MODE")})
        return f"{folder} {project}"

    given(monkeypatch, Tracker("", (), {"A_MODE": "offline", "B_MODE": "offline"}, send))
    assert send_to("x", run, tmp_path / "new", "p") == f"{tmp_path / 'new'} p"
    assert (tmp_path / "new").is_dir()
    assert seen == {"A_MODE": "online", "B_MODE": "offline"}
    monkeypatch.delenv("B_MODE")


def test_what_a_package_raises_is_one_line_without_keys(monkeypatch: pytest.MonkeyPatch, run: TrackedRun) -> None:
    def send(*_: object) -> str:
        raise RuntimeError("no\nroom for api_key=sk-0123456789abcdef")

    given(monkeypatch, Tracker("", (), {}, send))
    with pytest.raises(UsageError) as caught:
        send_to("x", run, None, "p")
    assert str(caught.value).startswith("--to x: RuntimeError: no")
    assert "\n" not in str(caught.value)
    assert "0123456789" not in str(caught.value)


def test_the_command_tells_where_the_run_is(
    monkeypatch: pytest.MonkeyPatch, run: TrackedRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def send(sent: TrackedRun, folder: Path | None, project: str) -> str:
        print("noise of a package")
        assert sent.metrics == run.metrics
        return f"{project} {folder}"

    given(monkeypatch, Tracker("", (), {}, send))
    assert main(["export", str(run.report), "--to", "mlflow", "--output", str(tmp_path / "s"), "--project=mine"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"mlflow: mine {tmp_path / 's'}\n"
    assert "noise of a package" in captured.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to=mlflow", "--csv=a.csv"], "--to mlflow: stands alone"),
        (["--to=mlflow", "--output={file}"], "--output {file}: is no folder"),
        (["--format=csv", "--project=p"], "--project p: is of mlflow, trackio, wandb"),
        (["--to=mlfow"], "--format: unknown format 'mlfow': did you mean 'mlflow'?"),
    ],
)
def test_bad_input_is_one_line(
    monkeypatch: pytest.MonkeyPatch, run: TrackedRun, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, Tracker("", (), {}, lambda *_: ""))
    assert main(["export", str(run.report), *(word.format(file=run.report) for word in words)]) == 4
    assert capsys.readouterr().err.startswith(f"ERROR: {said.format(file=run.report)}")


def test_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "formats", "--json"]) == 0
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)["formats"]}
    assert {"mlflow", "trackio", "wandb", "csv"} <= listed.keys()
    assert listed["wandb"]["install"] in (None, "pip install 'pytest-haerae[wandb]'")
