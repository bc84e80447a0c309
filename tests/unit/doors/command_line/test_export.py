from __future__ import annotations

import json
import os
from pathlib import Path

import numpy
import pandas
import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.report.frames import ANSWER_COLUMNS


def test_export_is_one_row_a_sample(reports: tuple[str, str], tmp_path: Path) -> None:
    csv, parquet = tmp_path / "rows.csv", tmp_path / "rows.parquet"
    assert main(["export", reports[1], "--csv", str(csv), "--parquet", str(parquet)]) == 0
    rows = json.loads(Path(reports[1]).read_text(encoding="utf-8"))["samples"]
    table, frame = pandas.read_csv(csv), pandas.read_parquet(parquet)
    assert list(table.columns) == list(frame.columns) == list(ANSWER_COLUMNS)
    assert table["id"].tolist() == frame["id"].tolist() == [row["id"] for row in rows]
    assert json.loads(table["options"][0]) == frame["options"][0].tolist() == rows[0]["options"]
    assert table["input"].tolist() == [row["input"] for row in rows]
    assert numpy.array_equal(frame["outcome"], [row["outcome"] for row in rows])


def test_a_tracker_gets_no_pipe_which_is_empty_once_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pytest_haerae.report.trackers.check_installed", lambda name: None)
    os.mkfifo(tmp_path / "pipe")
    assert main(["export", str(tmp_path / "pipe"), "--to", "mlflow"]) == 4
    said = "is a pipe, of which mlflow cannot keep a copy; write the report to a file"
    assert capsys.readouterr().err == f"ERROR: {tmp_path / 'pipe'}: {said}\n"
