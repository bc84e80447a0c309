"""The answers of an earlier report, with which a judge compares this run's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.typed_files import read_typed


def earlier_answers(name: str) -> Mapping[tuple[str, str], str]:
    """The answers of a report, by subset and what the item is known by there.

    Args:
        name: The path as typed.

    Raises:
        UsageError: It cannot be read, is no report, or has no answer.
    """
    place = f"--evaluator-params against={name}"
    try:
        content: Any = json.loads(read_typed(Path(name)))
    except OSError as error:
        raise UsageError(f"{place}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"{place}: is no JSON") from None
    rows = content.get("samples") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise UsageError(f"{place}: is no report: it has no samples")
    answers = {
        (row["subset"], row.get("key") or row["id"]): row["raw_output"]
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("raw_output"), str) and {"subset", "id"} <= row.keys()
    }
    if not answers:
        raise UsageError(f"{place}: none of its items has a text as its answer")
    return answers
