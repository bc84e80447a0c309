"""Texts of options to values, each mistake as one clear line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError


def parse_mapping(option: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - text or an already parsed mapping
    """Read parameters given as JSON, as ``@file.json``, or as ``key=value,key=value``.

    Args:
        option: The option's name on the command line, for messages.
        value: Its text, a mapping (from the Python API), or None.

    Returns:
        The parameters; in the ``key=value`` form each value is read as JSON where it is JSON, else as text.

    Raises:
        UsageError: The file can not be read, the JSON is malformed (line and column are named) or is no object.
    """
    if value is None:
        return {}
    if isinstance(value, dict):
        return dict(value)
    text = str(value).strip()
    place = option
    if text.startswith("@"):
        place = f"{option} file {text[1:]}"
        try:
            text = Path(text[1:]).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{place}: can not be read ({_reason(error)})") from None
    elif text and text[0] not in "{[":
        return _parse_pairs(option, text)
    return _parse_json_object(place, text) if text else {}


def _parse_json_object(place: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{place}: malformed JSON at line {error.lineno} column {error.colno}: {error.msg}"
            f" (near {text[max(0, error.pos - 10) : error.pos + 10]!r})"
        ) from None
    if not isinstance(value, dict):
        raise UsageError(f'{place}: a JSON object is needed, such as {{"max_tokens": 64}}, not {type(value).__name__}')
    return value


def _parse_pairs(option: str, text: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for pair in text.split(","):
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option}: '{pair}' is not key=value; write key=value,key=value, JSON, or @file.json")
        result[name.strip()] = _json_or_text(value.strip())
    return result


def _json_or_text(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def parse_integer(option: str, value: Any, minimum: int) -> int:  # noqa: ANN401 - text or number
    """Read a whole number of at least `minimum`.

    Raises:
        UsageError: It is no whole number, or too small.
    """
    try:
        number = int(str(value))
    except ValueError:
        raise UsageError(f"{option}: '{value}' is not a whole number") from None
    if number < minimum:
        raise UsageError(f"{option}: {number} is too small; the least is {minimum}")
    return number


def parse_share(option: str, value: Any) -> float:  # noqa: ANN401 - text or number
    """Read a number from 0 to 1.

    Raises:
        UsageError: It is no number, or outside; a percentage is recognised and the share is suggested.
    """
    try:
        number = float(str(value))
    except ValueError:
        raise UsageError(f"{option}: '{value}' is not a number from 0 to 1") from None
    if not math.isfinite(number) or not 0 <= number <= 1:
        hint = f"; for {number:g} percent write {number / 100:g}" if 1 < number <= 100 else ""  # noqa: PLR2004
        raise UsageError(f"{option}: {value} is not between 0 and 1{hint}")
    return number


def parse_gpus(option: str, value: Any) -> float:  # noqa: ANN401 - text or number
    """Read a number of GPUs as Ray hands them out: a whole number, or a part of one.

    Raises:
        UsageError: It is no number, negative, or a mixed one.
    """
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0 or (number > 1 and not number.is_integer()):
        raise UsageError(f"{option}: '{value}' is not a whole number of GPUs, nor a part of one such as 0.5")
    return number


def parse_boolean(option: str, value: Any) -> bool:  # noqa: ANN401 - text or bool
    """Read a switch of the ini file: true/false, yes/no, on/off, 1/0.

    Raises:
        UsageError: It is none of these.
    """
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise UsageError(f"{option}: '{value}' is not one of true, false")


def parse_names(values: Any) -> tuple[str, ...]:  # noqa: ANN401 - text, list of texts, or None
    """Read comma-separated names from one text or several, in order, each once."""
    texts = [values] if isinstance(values, str) else list(values or ())
    names = (name.strip() for text in texts for name in str(text).split(","))
    return tuple(dict.fromkeys(name for name in names if name))
