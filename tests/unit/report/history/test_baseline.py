from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_haerae.config.kept_run import NamedRun
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.errors import UsageError
from pytest_haerae.report.history.baseline import Baseline, read_earlier
from pytest_haerae.report.history.folder import HISTORY, run_file
from pytest_haerae.report.read import read_outlines
from tests.unit.kept import keep, run_of
from tests.unit.report.history.test_finding import wanted
from tests.unit.reports import write


def test_a_file_is_read_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "base.json", run_of())
    baseline = Baseline(path, tmp_path, "a-model")
    assert baseline.report == baseline.settle(wanted(run_of())) == run_of()
    assert (baseline.place, baseline.notes) == (f"--baseline {path}", [])
    with pytest.raises(UsageError, match=r"^--baseline .*none\.json: cannot be read"):
        Baseline(tmp_path / "none.json", tmp_path, "a-model")


def test_a_run_of_the_history_is_settled_on_once_it_is_known_what_is_measured(tmp_path: Path) -> None:
    name = keep(tmp_path, run_of(1))
    keep(tmp_path, run_of(2, prompt="letter"))
    baseline = Baseline(NamedRun("last"), tmp_path, "a-model")
    assert baseline.settle(wanted(run_of())) == run_of(1)
    assert str(baseline.named) == f"last (run {name[:10]} of 2026-01-01 on main)"
    assert baseline.notes == [f"baseline: {baseline.named}"]
    with pytest.raises(UsageError, match="no run of other"):
        Baseline(NamedRun("last"), tmp_path, "other")


def test_a_damaged_run_is_passed_over_and_told(tmp_path: Path) -> None:
    keep(tmp_path, run_of(1))
    path = run_file(tmp_path, keep(tmp_path, run_of(2)))
    path.write_bytes(path.read_bytes()[:-20])
    baseline = Baseline(NamedRun("last"), tmp_path, "a-model")
    assert baseline.settle(wanted(run_of())) == run_of(1)
    assert f"{path}: damaged (" in baseline.notes[0]
    (path,) = (tmp_path / "runs").glob("*.gz")
    path.write_bytes(path.read_bytes()[:-20])
    again = Baseline(NamedRun("last"), tmp_path, "a-model")
    with pytest.raises(UsageError, match=r"^--baseline last: .*damaged"):
        again.settle(wanted(run_of()))


def test_a_report_finds_the_run_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep(HISTORY, run_of(1))
    keep(HISTORY, run_of(2))
    path = write(tmp_path / "now.json", run_of(2))
    report = read_outlines(path, "now.json")
    earlier, notes = read_earlier(
        NamedRun("last"), path, report.info, report.metrics, read_outlines, place="--baseline last"
    )
    assert earlier.info == run_of(1)["info"]
    assert notes[-1].startswith("last: run ")


def test_a_report_of_a_pipe_has_no_run_before_it(tmp_path: Path) -> None:
    pipe, report = tmp_path / "pipe", run_of()
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match=r"^--baseline last: .*pipe is no file .*write the report to one$"):
        read_earlier(NamedRun("last"), pipe, report["info"], report["metrics"], read_outlines, place="--baseline last")


@pytest.mark.parametrize("words", [["gate", "now.json", "--baseline=last"], ["compare", "last", "now.json"]])
def test_across_finds_a_run_under_another_protocol(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    protocol = {"name": "p@1", "fingerprint": "f", "deviations": [], "published": []}
    keep(HISTORY, run_of(1, "cccc", protocol=protocol, selection={"items": 4, "by_hand": False}))
    write(tmp_path / "now.json", run_of(2, "cccc", selection={"items": 4, "by_hand": False}))
    assert main(words) == 4
    assert "--across compares them all the same" in capsys.readouterr().err
    assert main([*words, "--across"]) == 0
