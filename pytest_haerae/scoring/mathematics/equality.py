"""Whether two answers of mathematics have the same value."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from pytest_haerae.scoring.mathematics.dates import read_clock, read_date, read_duration, same_clock
from pytest_haerae.scoring.mathematics.notation import plain_notation
from pytest_haerae.scoring.mathematics.numerals import Number, join_thousands, read_number
from pytest_haerae.scoring.mathematics.process import compare
from pytest_haerae.scoring.mathematics.sets import Interval, Several, is_ambiguous, read_intervals, read_several
from pytest_haerae.scoring.reading.cleaning import normalise

_EXACT_TO = Fraction(1, 2_000_000)
"""Half a unit of the sixth decimal, to which math-verify compares as well."""
_HUNDRED = 100
_MOST_VALUES = 40
_DEGREES = re.compile(r"\s?(?:°|\^\{?\\circ\}?)")
_MIXED = re.compile(r"(?<![\d.}])(\d+)\s?\\frac\{(\d+)\}\{(\d+)\}")


def same_value(answer: str, reference: str) -> bool | None:
    """Whether two answers have the same value; None where that of `answer` cannot be had.

    Args:
        answer: The model's, in the characters of `characters.PlainText`.
        reference: The right one, likewise.

    Raises:
        OSError: The process that compares formulas cannot be started.
    """
    given, wanted = plain_notation(answer), plain_notation(reference)
    same = _same(given, wanted)
    # The mark may be a factorial's, or that of somebody who is glad of the answer.
    return _same(given.rstrip("!"), wanted) if not same and given.endswith("!") else same


def _same(answer: str, reference: str) -> bool | None:
    if _squeeze(answer) == _squeeze(reference):
        return True
    for compared in (_same_dates, _same_numbers, _same_intervals, _same_lists):
        found = compared(answer, reference)
        if found is not None:
            return found
    return _same_formula(answer, reference)


def _same_dates(answer: str, reference: str) -> bool | None:
    day = read_date(reference)
    if day is not None:
        return read_date(answer) == day
    seconds, wanted = read_duration(answer), read_duration(reference)
    if seconds is not None and wanted is not None:
        return seconds == wanted
    clock, expected = read_clock(answer), read_clock(reference)
    return same_clock(clock, expected) if clock and expected else None


def _same_numbers(answer: str, reference: str) -> bool | None:
    given, wanted = read_number(answer), read_number(reference)
    if given is not None and wanted is not None:
        return _equal(given, wanted)
    if wanted is not None and (read_intervals(answer) or read_several(join_thousands(answer))):
        return False
    return None


def _same_lists(answer: str, reference: str) -> bool | None:
    given, wanted = read_several(join_thousands(answer)), read_several(join_thousands(reference))
    return _same_several(given, wanted) if given and wanted else None


def _squeeze(text: str) -> str:
    """A text without the spaces that tell nothing apart; those between digits do: ``4 1/2`` is not ``41/2``."""
    return re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", unicodedata.normalize("NFC", text))


def _equal(given: Number, wanted: Number) -> bool:
    if abs(given.value - wanted.value) < _EXACT_TO:
        return True
    if given.percent == wanted.percent:
        return False
    # 25% is 0.25, and where the question asks for a percentage it is 25.
    part, other = (given, wanted) if given.percent else (wanted, given)
    return abs(part.value / _HUNDRED - other.value) < _EXACT_TO


def _same_intervals(answer: str, reference: str) -> bool | None:
    """Whether both are the same intervals; None where one of them is none, or both may be points."""
    given, wanted = read_intervals(answer), read_intervals(reference)
    if given is None or wanted is None:
        return None
    if is_ambiguous(given, answer) and is_ambiguous(wanted, reference):
        return None
    return len(given) == len(wanted) and all(any(_same_interval(one, other) for other in wanted) for one in given)


def _same_interval(one: Interval, other: Interval) -> bool:
    if (one.low_closed, one.high_closed) != (other.low_closed, other.high_closed):
        return False
    return all(
        (left is None and right is None) or (left is not None and right is not None and bool(_same(left, right)))
        for left, right in ((one.low, other.low), (one.high, other.high))
    )


def _same_several(given: Several, wanted: Several) -> bool:
    """Whether two lists hold the same values; in the same order where both are points."""
    if len(given.values) != len(wanted.values) or len(given.values) > _MOST_VALUES:
        return False
    if given.ordered or wanted.ordered:
        return all(_same(one, other) for one, other in zip(given.values, wanted.values, strict=True))
    left = list(wanted.values)
    for value in given.values:
        match = next((other for other in left if _same(value, other)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _same_formula(answer: str, reference: str) -> bool | None:
    result = compare(_formula(answer), _formula(reference))
    if result == "no reference":
        return normalise(answer) == normalise(reference)
    return None if result == "no answer" else result == "equal"


def _formula(text: str) -> str:
    """What math-verify reads: thousands joined, degrees without their sign, mixed numbers as sums."""
    number = read_number(text)
    if number is not None:
        return str(number.value)
    text = _DEGREES.sub("", join_thousands(text))
    return _MIXED.sub(r"(\1+\\frac{\2}{\3})", text)
