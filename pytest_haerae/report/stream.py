"""A report as JSON, piece by piece: its text is never held as a whole."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_haerae.report.schema import Report

BEFORE_SAMPLES = ',\n "samples": '
"""The piece of a report before the first of its rows."""
_CONSTANTS = {None: "null", True: "true", False: "false"}
_encode_other = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def json_pieces(report: Report) -> Iterator[str]:
    """What ``json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False)`` gives, and a newline, row by row.

    Args:
        report: A report; its `samples` may be any sequence of rows, and is gone over once.

    Raises:
        ValueError: A number in it is not finite.
    """
    separator = "{\n "
    for name, part in report.items():
        yield f"{separator}{encode_basestring(name)}: "
        separator = ",\n "
        if name == "samples":
            before = "[\n  "
            for row in report["samples"]:
                yield before + _encode(row, "\n  ")
                before = ",\n  "
            yield "\n ]" if len(report["samples"]) else "[]"
        else:
            # Inside a string a line end is written as two characters, so that each one here is the encoder's.
            yield json.dumps(part, ensure_ascii=False, indent=1, allow_nan=False).replace("\n", "\n ")
    yield "\n}\n"


def _encode(value: Any, newline: str) -> str:  # noqa: ANN401 - any JSON value whose names are strings
    """One value of a row; `newline` is a line end and the indentation of what the value stands in."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, float) and math.isfinite(value):
        return float.__repr__(value)
    inner = f"{newline} "
    if isinstance(value, dict) and value:
        fields = [f"{encode_basestring(name)}: {_encode(part, inner)}" for name, part in value.items()]
        return f"{{{inner}{f',{inner}'.join(fields)}{newline}}}"
    if isinstance(value, list) and value:
        return f"[{inner}{f',{inner}'.join([_encode(part, inner) for part in value])}{newline}]"
    return _encode_other(value)


def json_text(report: Report) -> str:
    """The whole text of a report, as it is written.

    Raises:
        ValueError: A number in it is not finite.
    """
    return "".join(json_pieces(report))
