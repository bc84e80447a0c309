from __future__ import annotations

import pytest

from pytest_haerae.scoring.mathematics.dates import read_clock, read_date, read_duration, same_clock


@pytest.mark.parametrize(
    "text", ["2005.9.1", "2005.09.01", "2005. 9. 1.", "2005-09-01", "2005/9/1", "2005년 9월 1일", "2005년9월1일"]
)
def test_one_day_is_written_in_many_ways(text: str) -> None:
    assert read_date(text) == (2005, 9, 1)


@pytest.mark.parametrize("text", ["2005.9", "2005", "9월 1일", "2005.9-1", "2005.9.100", "12005.9.1", "2005.M.1", ""])
def test_what_is_no_day(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("2시간 30분", 9000), ("150분", 9000), ("2 시간 30 분", 9000), ("90초", 90)]
)
def test_a_duration_is_its_seconds(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "150", "2시", "30분 2시간", "3분의 2"])
def test_what_is_no_duration(text: str) -> None:
    assert read_duration(text) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("오후 3시 20분", "3:20", True),
        ("15:20", "오후 3시 20분", True),
        ("15:20", "오전 3시 20분", False),
        ("오전 3시 20분", "오후 3시 20분", False),
        ("3:20", "3:21", False),
    ],
)
def test_times_of_day(one: str, other: str, same: bool) -> None:
    first, second = read_clock(one), read_clock(other)
    assert first is not None
    assert second is not None
    assert same_clock(first, second) is same
    assert read_clock("3:4") is None
