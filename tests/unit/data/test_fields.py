from __future__ import annotations

import pytest

from pytest_haerae.data.fields import passage, text_of
from pytest_haerae.data.metadata import WatchedRow
from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError

PLACE = RowPlace("a.jsonl", 2)


@pytest.mark.parametrize(("value", "text"), [("가 ", "가 "), (5, "5"), (5.0, "5"), (0.5, "0.5"), ("nan" * 99,) * 2])
def test_a_field_says_what_stands_in_it(value: object, text: str) -> None:
    assert text_of({"f": value}, "f", PLACE) == text


@pytest.mark.parametrize("value", ["", " ", None, "nan", float("nan"), "\u3000" * 200])
def test_b3_a_field_without_a_text_is_refused(value: object) -> None:
    for row in ({"f": value}, {}):
        with pytest.raises(UsageError, match=r"a\.jsonl, row 2, field 'f': is empty"):
            text_of(row, "f", PLACE)


def test_b3_a_passage_is_the_first_that_says_something() -> None:
    fields = ("paragraph", "context")
    assert passage({"context": "봄", "paragraph": None}, fields, PLACE) == "봄"
    assert passage({"context": "봄", "paragraph": "여름"}, fields, PLACE) == "여름"
    assert passage({"context": "None", "other": "봄"}, fields, PLACE) == ""


def test_all_columns_of_passages_are_looked_at_whichever_is_shown() -> None:
    row = WatchedRow({"context": "봄", "paragraph": "여름", "other": "가을"})
    assert passage(row, ("paragraph", "context"), PLACE) == "여름"
    assert row.used == {"context", "paragraph"}
