"""Texts of options to values, each mistake as one clear line."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from pytest_haerae.errors import UsageError, unknown

if TYPE_CHECKING:
    from pytest_haerae.types import Method


def parse_mapping(option: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - text or an already parsed mapping
    """Read parameters given as JSON, as ``@file.json``, or as ``key=value,key=value``.

    Args:
        option: The option's name on the command line, for messages.
        value: Its text, a mapping (from the Python API), or None.

    Returns:
        The parameters; in the ``key=value`` form each value is read as JSON where it is JSON, else as text.

    Raises:
        UsageError: The file cannot be read, the JSON is malformed (line and column are named) or is no object.
    """
    if value is None:
        return {}
    parameters = dict(value) if isinstance(value, dict) else _parse_parameters(option, str(value).strip())
    # Imported here: every pytest start imports this module.
    from pytest_haerae.redact import secrets_in

    # From here on no message has them, not even those of this mapping's own mistakes.
    secrets_in(parameters)
    _refuse_no_number(option, parameters)
    return parameters


def _parse_parameters(option: str, text: str) -> dict[str, Any]:
    place = option
    if text.startswith("@"):
        # Imported here: every pytest start imports this module.
        from pytest_haerae.typed_files import read_typed_text

        place = f"{option} file {text[1:]}"
        try:
            text = read_typed_text(Path(text[1:])).strip()
        except (OSError, UnicodeDecodeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"{place}: cannot be read ({reason})") from None
    elif text and text[0] not in "{[":
        return _parse_pairs(option, text)
    return _parse_json_object(place, text) if text else {}


def _parse_json_object(place: str, text: str) -> dict[str, Any]:
    """Messages name the place in the text and quote nothing of it: it may be a key."""
    try:
        value = json.loads(text, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        raise UsageError(f"{place}: malformed JSON at line {error.lineno} column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise UsageError(f"{place}: the JSON is nested too deeply") from None
    except ValueError as error:
        raise UsageError(f"{place}: malformed JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f'{place}: a JSON object is needed, such as {{"max_tokens": 64}}, not {type(value).__name__}')
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"'{next(name for name in names if names.count(name) > 1)}' stands in it twice")
    return dict(pairs)


def _refuse_no_number(place: str, value: Any, path: str = "") -> None:  # noqa: ANN401 - any JSON value
    """JSON has no NaN and no infinity, so that no report could hold them; Python reads both."""
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{place}: {path or 'the value'} is no finite number")
    if isinstance(value, dict):
        for name, part in value.items():
            _refuse_no_number(place, part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            _refuse_no_number(place, part, f"{path}[{number}]")


def _parse_pairs(option: str, text: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for number, pair in enumerate(text.split(","), start=1):
        name, equals, value = map(str.strip, pair.partition("="))
        if not equals or not name:
            raise UsageError(
                f"{option}: part {number} of {text.count(',') + 1} between commas is not key=value (it is not shown: it"
                " may be a secret); write key=value,key=value, JSON, or @file.json"
            )
        if name in result:
            raise UsageError(f"{option}: '{name}' stands in it twice; keep one")
        result[name] = _json_or_text(value)
    return result


def _json_or_text(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


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
        percent = str(value).strip().removesuffix("%")
        hint = f"; write {float(percent) / 100:g}" if percent != str(value) and percent.isdecimal() else ""
        raise UsageError(f"{option}: '{value}' is not a number from 0 to 1{hint}") from None
    if not math.isfinite(number) or not 0 <= number <= 1:
        hint = f"; for {number:g} percent write {number / 100:g}" if 1 < number <= 100 else ""  # noqa: PLR2004
        raise UsageError(f"{option}: {value} is not between 0 and 1{hint}")
    return number


def parse_level(option: str, value: Any) -> float:  # noqa: ANN401 - text or number
    """Read a test's level; at 1 any drop is one, while at 0 nothing would ever be shown.

    Raises:
        UsageError: It is no number above 0, up to 1.
    """
    level = parse_share(option, value)
    if not level:
        raise UsageError(f"{option}: at a level of 0 the gate could never fail; the usual one is 0.05")
    return level


def parse_seconds(option: str, value: Any) -> float:  # noqa: ANN401 - text or number
    """Read a number of seconds; 0 stands for no limit.

    Raises:
        UsageError: It is no number, negative, or without end.
    """
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise UsageError(f"{option}: '{value}' is not a number of seconds, such as 600, or 0 for no limit")
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


def parse_names(option: str, values: Any, separator: str = ",") -> tuple[str, ...]:  # noqa: ANN401 - text, or a list
    """Read separated names from one text or several, in order, each once; in NFC, as data are read."""
    names = (normalize("NFC", name).strip() for text in texts(values) for name in text.split(separator))
    return tuple(dict.fromkeys(name for name in names if name))


def parse_text(option: str, value: Any) -> str:  # noqa: ANN401 - text
    """Take a text as it is."""
    return str(value)


def parse_path(option: str, value: Any) -> Path:  # noqa: ANN401 - text or path
    """Read a file's path, relative to the current folder.

    Raises:
        UsageError: It is written as a folder, or no file can have this name.
    """
    if str(value).endswith(("/", os.sep)):
        raise UsageError(f"{option} {value}: names a folder; name a file")
    return parse_typed_path(option, value).absolute()


def parse_typed_path(option: str, value: Any) -> Path:  # noqa: ANN401 - text or path
    """Read a path that is shown as it was typed.

    Raises:
        UsageError: No file can have this name.
    """
    # Imported here: every pytest start imports this module.
    from pytest_haerae.typed_files import typed_path

    return typed_path(f"{option} {value}", str(value))


def parse_method(option: str, value: Any) -> Method:  # noqa: ANN401 - text
    """Read a method's name.

    Raises:
        UsageError: There is none of this name.
    """
    # Imported here: every pytest start imports this module.
    from pytest_haerae.types import CAPABILITY

    for method in CAPABILITY:
        if str(value) == method:
            return method
    raise UsageError(unknown("method", str(value), CAPABILITY))


def parse_choice(option: str, value: Any, choices: Iterable[str]) -> str:  # noqa: ANN401 - text
    """Read one of a few words.

    Raises:
        UsageError: It is none of them.
    """
    if str(value) in choices:
        return str(value)
    raise UsageError(f"{option}: {unknown('choice', str(value), choices)}")


def parse_address(option: str, value: Any) -> str:  # noqa: ANN401 - text
    """Read the address of a Ray cluster.

    Raises:
        UsageError: It is blank.
    """
    if not str(value).strip():
        raise UsageError(f"{option}: is empty; name HOST:PORT or auto, or leave it out")
    return str(value)


def parse_thresholds(option: str, values: Any) -> tuple[tuple[str | None, float], ...]:  # noqa: ANN401 - text, number or list of them
    """Read shares: ``0.5`` for all items (named None), ``SUBSET=0.5`` for those of a subset.

    Raises:
        UsageError: One is no share, or names no subset before its equals sign.
    """
    return tuple(_threshold(option, text) for text in texts(values))


def _threshold(option: str, text: str) -> tuple[str | None, float]:
    subset, equals, number = text.rpartition("=")
    if equals and not subset:
        raise UsageError(f"{option}: '{text}' names no subset; write SUBSET=0.5 or 0.5")
    return normalize("NFC", subset) or None, parse_share(option, number)


def texts(values: Any) -> list[str]:  # noqa: ANN401 - text, number or list of them
    """What was given once or several times, as texts."""
    return [str(entry) for entry in values] if isinstance(values, list | tuple) else [str(values)]
