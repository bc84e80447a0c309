from __future__ import annotations

from pathlib import Path

import pandas

from pytest_haerae.report.exchange.parquet import write_parquet
from pytest_haerae.report.frames import COLUMNS
from tests.unit.reports import make, sample


def test_lists_stay_lists(tmp_path: Path) -> None:
    rows = [sample(0, raw_output="a\ud800b"), sample(1, options=None, loglikelihoods=None)]
    write_parquet(make(rows), tmp_path / "rows.parquet")
    frame = pandas.read_parquet(tmp_path / "rows.parquet")
    assert list(frame.columns) == list(COLUMNS)
    assert frame["options"][0].tolist() == rows[0]["options"]
    assert frame["loglikelihoods"][0].tolist() == rows[0]["loglikelihoods"]
    assert frame["options"][1] is None
    assert frame["raw_output"][0] == "a\\ud800b"
