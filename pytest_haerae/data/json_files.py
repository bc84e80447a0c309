"""Rows of .jsonl and .json files, whichever of the two the content is: a line each, or one array."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_haerae.data.cells import composed, unusable_character
from pytest_haerae.data.literals import WrittenNumber, load_json
from pytest_haerae.data.orients import QUESTION_COLUMNS, ROWS_KEYS, rows_of
from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError

PlacedDict = tuple[RowPlace, dict[str, Any]]

_DECODER = json.JSONDecoder(parse_float=WrittenNumber)
_ASKS = re.compile(r'"(?:question|query)"\s*:')


def read_jsonl(text: str, path: Path) -> Iterator[PlacedDict]:
    """Read the rows of a text with an object a line; one that is an array as a whole is read as that.

    Raises:
        UsageError: A line is malformed, is no object, or says something twice.
    """
    if text.lstrip()[:1] == "[":
        yield from read_json(text, path)
        return
    number, source = 0, str(path)
    # JSON has no bare line ends in its texts, and other characters end no line.
    for line_number, line in enumerate(_lines(text.replace("\r\n", "\n")), 1):
        if not line or line.isspace():
            continue
        number += 1
        place = RowPlace(source, number, line_number)
        yield place, _plain_row(line) or _row(_load(line, path, line_number), place, escaped="\\u" in line)


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, one at a time: all of them together would be a second copy of the file."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def read_json(text: str, path: Path) -> Iterator[PlacedDict]:
    """Read the rows of an array of objects, or of an object that holds it as `data`, `rows` or `items`.

    Raises:
        UsageError: There is no such array, or it is malformed.
    """
    try:
        found = _load(text, path, 1)
    except UsageError:
        # Many a .json file has an object a line.
        if text.lstrip()[:1] == "{" and _is_json(text.lstrip().split("\n")[0]):
            yield from read_jsonl(text, path)
            return
        raise
    source, escaped = str(path), "\\u" in text
    for number, row in enumerate(_array_of(found, path), 1):
        place = RowPlace(source, number)
        yield place, _row(row, place, escaped=escaped)


def holds_rows(text: str) -> bool:
    """Whether a .json file looks like one of questions: an array, rows under a key, or an object a line."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        # One that is broken and speaks of questions is refused where it is read, not passed over.
        return _is_json(text.lstrip().split("\n")[0]) or _ASKS.search(text) is not None
    rows = rows_of(found)
    if rows is None:
        return isinstance(found, dict) and not QUESTION_COLUMNS.isdisjoint(found)
    return not rows or any(isinstance(row, dict) for row in rows)


def _array_of(found: Any, path: Path) -> list[Any]:  # noqa: ANN401 - JSON
    rows = rows_of(found)
    if rows is None:
        keys = ", ".join(f"'{key}'" for key in ROWS_KEYS)
        raise UsageError(f"{path}: is neither an array of questions nor an object with one of {keys}")
    return rows


def _load(text: str, path: Path, line: int) -> Any:  # noqa: ANN401 - JSON
    try:
        return load_json(text)
    except json.JSONDecodeError as error:
        at = f"line {line + error.lineno - 1} column {error.colno}"
        raise UsageError(f"{path}: malformed JSON at {at}: {error.msg}") from None
    except ValueError as error:
        where = f", line {line}" if "\n" not in text.strip() else ""
        raise UsageError(f"{path}{where}: {error}") from None


def _row(row: Any, place: RowPlace, *, escaped: bool) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(row, dict):
        raise UsageError(f"{place}: is no JSON object")
    # An escape is the only way to write half of a character, or separate letters in a text that is composed.
    if not escaped:
        return row
    for field, value in row.items():
        problem = unusable_character([field, value])
        if problem:
            raise place.error(field, f"has {problem}")
    found: dict[str, Any] = composed(row)
    return found


def _plain_row(line: str) -> dict[str, Any] | None:
    """The row of a line without anything to look at twice, as most are; None for any other, or a mistake."""
    try:
        row, end = _DECODER.raw_decode(line)
    except (ValueError, RecursionError):
        return None
    # Each key has its colon: where there are no more colons than keys, no key stands twice.
    plain = type(row) is dict and end == len(line) and line.count(":") == len(row) and "\\u" not in line
    return row if plain else None


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
