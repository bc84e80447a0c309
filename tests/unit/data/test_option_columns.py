from __future__ import annotations

import pytest

from pytest_haerae.data.option_columns import counted_columns, lettered_columns, next_letter
from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS

PLACE = RowPlace("a.csv", 2)


def test_each_row_has_the_columns_that_it_has() -> None:
    find = counted_columns("AB", next_letter)
    for count in (3, 2, 26, 26, 4):
        columns = LETTERS[:count]
        row = {"question": "가", **dict.fromkeys(columns, "나"), "AA": "다"}
        assert list(find(row, PLACE)) == list(lettered_columns(row, "AB")) == list(columns)


@pytest.mark.parametrize("columns", ["ABD", "ABCE", "ABE", "ABF"])
def test_b4_a_column_behind_a_missing_one_is_refused(columns: str) -> None:
    find = counted_columns("AB", next_letter)
    for _ in range(2):
        with pytest.raises(UsageError, match=rf"row 2, field '{columns[-1]}': is a column of options, but the column"):
            find(dict.fromkeys(columns, "가"), PLACE)


def test_what_is_no_letter_has_no_next_one() -> None:
    assert [next_letter(column) for column in ("A", "y", "Z", "z", "AB", "1", "가", "")] == ["B", "z", *[""] * 6]
