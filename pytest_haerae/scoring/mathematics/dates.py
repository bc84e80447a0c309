"""Dates as answers: ``2005.9.1``, ``2005-09-01`` and ``2005년 9월 1일`` are one day."""

from __future__ import annotations

import re

DATE = r"(?:\d{4}\s?(?P<separator>[.\-/])\s?\d{1,2}\s?(?P=separator)\s?\d{1,2}(?![\d])|\d{4}년\s?\d{1,2}월\s?\d{1,2}일)"
"""A pattern of a day, year first."""
_DATE = re.compile(rf"{DATE}\.?")


def read_date(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text that is a date; None where it is none."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        return None
    year, month, day = (int(part) for part in re.findall(r"\d+", text))
    return year, month, day
