from __future__ import annotations

import json

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.orients import ROWS_KEYS, rows_of

CELLS = st.one_of(st.text("가a1"), st.integers(0, 9), st.lists(st.text("가"), min_size=1))
ROWS = st.lists(st.fixed_dictionaries({"question": st.text("가a"), "answer": CELLS}), min_size=1, max_size=4)


@given(ROWS)
def test_b5_every_way_in_which_pandas_writes_a_table_gives_its_rows(rows: list[dict[str, object]]) -> None:
    frame = pandas.DataFrame(rows)
    for orient in ("records", "split", "columns", "index"):
        assert rows_of(json.loads(frame.to_json(orient=orient))) == rows
    assert rows_of(frame.to_dict("list")) == rows
    assert rows_of({"rows": [{"row_idx": 0, "row": row} for row in rows]}) == rows
    for key in ROWS_KEYS:
        assert rows_of({"version": 1, key: rows}) == rows


@pytest.mark.parametrize(
    "found",
    [
        None,
        "x",
        {"metrics": {"n": 1}, "samples": [{"question": "가"}]},
        {"features": {"question": {"dtype": "string"}, "answer": {"dtype": "string"}}},
        {"question": "가", "options": ["나", "다"], "answer": "A"},
        {"question": ["가"], "answer": []},
        {"question": {"0": "가"}, "answer": {"1": "나"}},
        {"models": [], "pairs": []},
        {"data": [1], "rows": [2]},
    ],
)
def test_e3_what_is_no_table_has_no_rows(found: object) -> None:
    assert rows_of(found) is None


def test_a_table_without_rows_is_one() -> None:
    assert rows_of({"data": []}) == []
    assert rows_of([]) == []
