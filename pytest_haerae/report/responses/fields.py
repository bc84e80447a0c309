"""The fields of another program's records: nothing of them is taken on trust."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from pytest_haerae.data.cells import composed
from pytest_haerae.data.literals import load_json
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Response

MOST_REPEATS = 100_000
"""Answers to one item."""
_SHOWN = 60


def refuse(place: object, field: str, problem: str) -> NoReturn:
    """Word the mistake of one field of a record.

    Raises:
        UsageError: Always.
    """
    raise UsageError(f"{place}, field '{field}': {problem}")


def text_in(record: Mapping[str, Any], field: str, place: object) -> str:
    """A text.

    Raises:
        UsageError: It is none.
    """
    value = record.get(field)
    return value if isinstance(value, str) else refuse(place, field, f"is {_said(value)}, not a text")


def list_in(record: Mapping[str, Any], field: str, place: object) -> list[Any]:
    """A list.

    Raises:
        UsageError: It is none.
    """
    value = record.get(field)
    return value if isinstance(value, list) else refuse(place, field, f"is {_said(value)}, not a list")


def mapping_in(record: Mapping[str, Any], field: str, place: object) -> dict[str, Any]:
    """An object.

    Raises:
        UsageError: It is none.
    """
    value = record.get(field)
    return value if isinstance(value, dict) else refuse(place, field, f"is {_said(value)}, not an object")


def texts_in(record: Mapping[str, Any], field: str, place: object) -> tuple[str, ...] | None:
    """A list of texts; None where there is none.

    Raises:
        UsageError: Something else stands there.
    """
    if record.get(field) is None:
        return None
    listed = list_in(record, field, place)
    wrong = [each for each in listed if not isinstance(each, str)]
    return refuse(place, field, f"has {_said(wrong[0])}, not a text") if wrong else tuple(listed)


def log_likelihood(value: Any, field: str, place: object) -> float:  # noqa: ANN401 - JSON
    """A log-likelihood, which may be written as a text.

    Raises:
        UsageError: It is no finite number, or above zero.
    """
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    return number if math.isfinite(number) and number <= 0 else refuse(place, field, f"{_said(value)} is impossible")


def count_in(record: Mapping[str, Any], field: str) -> int | None:
    """A number of tokens; None where there is none."""
    value = record.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def json_object(text: str, place: object) -> dict[str, Any]:
    """The object of a text of JSON, its texts in NFC.

    Raises:
        UsageError: It is malformed, or no object.
    """
    try:
        found = load_json(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{place}: malformed JSON at line {error.lineno} column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place}: {error}") from None
    if not isinstance(found, dict):
        raise UsageError(f"{place}: is no JSON object")
    return found if text.isascii() and "\\u" not in text else composed(found)


def json_file(path: Path, place: object) -> dict[str, Any]:
    """The object of a .json file.

    Raises:
        UsageError: It cannot be read, is malformed, or no object.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{place}: cannot be read ({error.strerror or error})") from None
    return json_object(decoded(content, place), place)


def decoded(content: bytes, place: object) -> str:
    """A text in UTF-8.

    Raises:
        UsageError: It is none.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}: not UTF-8 (byte {error.start})") from None


def in_order(answers: Mapping[int, Response | None]) -> tuple[Response | None, ...]:
    """Answers by their number, from 0; None where one is left out."""
    return tuple(answers.get(number) for number in range(max(answers, default=-1) + 1))


def lines_of(texts: Sequence[str]) -> str:
    """Parts of a text, one below another."""
    return "\n".join(part for part in texts if part)


def _said(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return "null"
    shown = str(value)
    return repr(shown[:_SHOWN] + ("…" if len(shown) > _SHOWN else ""))
