"""Dates and times: ``2005.9.1`` and ``2005년 9월 1일`` are one day, ``2시간 30분`` and ``150분`` one time."""

from __future__ import annotations

import re

DATE = r"(?:\d{4}\s?(?P<separator>[.\-/])\s?\d{1,2}\s?(?P=separator)\s?\d{1,2}(?![\d])|\d{4}년\s?\d{1,2}월\s?\d{1,2}일)"
"""A pattern of a day, year first."""
_DURATION = re.compile(r"(?:(?P<hours>\d+)\s?시간)?\s?(?:(?P<minutes>\d+)\s?분)?\s?(?:(?P<seconds>\d+)\s?초)?")
_CLOCK = re.compile(r"(?P<half>오전|오후)?\s?(?P<hours>\d{1,2})(?:\s?시\s?(?P<minutes>\d{1,2})\s?분|:(?P<after>\d{2}))")
_NOON = 12
_DATE = re.compile(rf"{DATE}\.?")


def read_date(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text that is a date; None where it is none."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        return None
    year, month, day = (int(part) for part in re.findall(r"\d+", text))
    return year, month, day


def read_duration(text: str) -> int | None:
    """The seconds of a text that names hours, minutes or seconds; None where it names none."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(match[name] or 0) for name in ("hours", "minutes", "seconds"))
    return (60 * hours + minutes) * 60 + seconds


def read_clock(text: str) -> tuple[int, int, bool | None] | None:
    """Hour, 0 to 11, minute, and whether it is after noon, where that is said: ``오후 3시 20분``, ``15:20``."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes = int(match["hours"]), int(match["minutes"] or match["after"])
    half = None if match["half"] is None else match["half"] == "오후"
    return hours % _NOON, minutes, True if hours > _NOON else half


def same_clock(one: tuple[int, int, bool | None], other: tuple[int, int, bool | None]) -> bool:
    """Whether two times of day may be the same."""
    return one[:2] == other[:2] and (one[2] is None or other[2] is None or one[2] == other[2])
