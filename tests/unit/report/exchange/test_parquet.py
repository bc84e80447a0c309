from __future__ import annotations

import json
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


def test_metadata_are_json_whose_columns_and_kinds_may_differ(tmp_path: Path) -> None:
    told: list[dict[str, object]] = [{"year": 2019}, {"year": "2019", "tags": [1, "a"]}, {}]
    write_parquet(make([*(sample(n, metadata=each) for n, each in enumerate(told)), sample(3)]), tmp_path / "r.parquet")
    found = pandas.read_parquet(tmp_path / "r.parquet")["metadata"].tolist()
    assert [json.loads(text) for text in found[:3]] == told
    assert pandas.isna(found[3])
