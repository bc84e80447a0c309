from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.layouts import make_items
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item

CITIES = ("부산", "서울", "대전")


def read(*rows: dict[str, Any]) -> list[Item]:
    return list(make_items("s", rows, "f.csv", {}, known_layouts()))


@pytest.mark.parametrize("question", ["문제", "질문", "문항"])
@pytest.mark.parametrize("answer", ["정답", "답"])
@pytest.mark.parametrize(
    "options",
    [
        dict(zip(("보기1", "보기2", "보기3"), CITIES, strict=True)),
        dict(zip(("선택지 A", "선택지 B", "선택지 C"), CITIES, strict=True)),
        dict(zip(("①", "②", "③"), CITIES, strict=True)),
        dict(zip(("1", "2", "3"), CITIES, strict=True)),
        dict(zip(("선지1", "선지2", "선지3"), CITIES, strict=True)),
        {"선지": "부산|서울|대전"},
        {"보기": "부산|서울|대전"},
        {"선택지": [*CITIES]},
    ],
)
@pytest.mark.parametrize("given", ["B", "②", "2번", "서울"])
def test_headings_of_a_korean_spreadsheet(question: str, answer: str, options: dict[str, Any], given: str) -> None:
    (item,) = read({"번호": "7", question: "수도는?", **options, answer: given, "분야": "지리"})
    (same,) = read({"question": "수도는?", "options": [*CITIES], "answer": "B"})
    assert (item.options, item.reference, item.query) == (CITIES, "B", same.query)
    assert item.metadata == {"번호": "7", "분야": "지리"}


def test_numbers_under_numbered_headings_are_these() -> None:
    row = {"문제": "수도는?", "보기1": "부산", "보기2": "서울", "보기3": "대전", "정답": "2"}
    assert [item.reference for item in read(row)] == ["B"]


def test_a_number_behind_the_last_option_is_told_from_where_to_where_they_count() -> None:
    row = {"문제": "수도는?", "보기1": "부산", "보기2": "서울", "정답": "3"}
    with pytest.raises(UsageError, match=r"f\.csv, row 1, field '정답': '3' is not a number from 1 to 2$"):
        read(row)


def test_a_row_with_english_headings_as_well_is_read_by_these() -> None:
    korean = {"문제": "수도는?", "①": "부산", "②": "서울", "정답": "2"}
    (item,) = read({"question": "Capital?", "options": ["Busan", "Seoul"], "answer": "A", **korean})
    assert (item.options, item.reference) == (("Busan", "Seoul"), "A")


@pytest.mark.parametrize("row", [{"문제": "q", "정답": "서울"}, {"문제": "q", "가": "a", "나": "b", "정답": "a"}])
def test_korean_headings_without_options_are_not_taken_for_free_text(row: dict[str, Any]) -> None:
    named = ", ".join(row)
    with pytest.raises(UsageError, match=f"the columns {named} are no known layout"):
        read(row)
