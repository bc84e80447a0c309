from __future__ import annotations

import pytest

from pytest_haerae.data.places import RowPlace


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (RowPlace("a.parquet", 3), "a.parquet, row 3"),
        (RowPlace("a.jsonl", 3, 3), "a.jsonl, row 3"),
        (RowPlace("a.csv", 3, 7), "a.csv, row 3 (line 7)"),
    ],
)
def test_a_place_says_the_row_and_the_line_where_that_is_another_number(place: RowPlace, words: str) -> None:
    assert str(place) == words
    assert str(place.error("answer", "is empty")) == f"{words}, field 'answer': is empty"
