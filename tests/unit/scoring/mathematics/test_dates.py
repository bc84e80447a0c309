from __future__ import annotations

import pytest

from pytest_haerae.scoring.mathematics.dates import read_date


@pytest.mark.parametrize(
    "text", ["2005.9.1", "2005.09.01", "2005. 9. 1.", "2005-09-01", "2005/9/1", "2005년 9월 1일", "2005년9월1일"]
)
def test_one_day_is_written_in_many_ways(text: str) -> None:
    assert read_date(text) == (2005, 9, 1)


@pytest.mark.parametrize("text", ["2005.9", "2005", "9월 1일", "2005.9-1", "2005.9.100", "12005.9.1", "2005.M.1", ""])
def test_what_is_no_day(text: str) -> None:
    assert read_date(text) is None
