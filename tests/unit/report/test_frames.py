from __future__ import annotations

from pytest_haerae.report.frames import COLUMNS, samples_frame
from tests.unit.reports import make, sample


def test_one_row_a_sample_with_the_promised_columns() -> None:
    rows = [sample(0), sample(1, options=None, loglikelihoods=None, nodeid=None)]
    frame = samples_frame(make(rows))
    assert list(frame.columns) == list(COLUMNS)
    assert frame["id"].tolist() == [row["id"] for row in rows]
    assert frame["options"].tolist() == [rows[0]["options"], None]
    assert samples_frame(make([])).empty


def test_half_of_a_surrogate_pair_is_shown_as_its_escape() -> None:
    frame = samples_frame(make([sample(0, raw_output="a\ud800b", options=["\ud801", "나"])]))
    assert frame["raw_output"].tolist() == ["a\\ud800b"]
    assert frame["options"].tolist() == [["\\ud801", "나"]]


def test_metadata_are_a_dictionary_a_row_or_not_known() -> None:
    frame = samples_frame(make([sample(0, metadata={"분류": "지리"}), sample(1)]))
    assert frame["metadata"].tolist() == [{"분류": "지리"}, None]
