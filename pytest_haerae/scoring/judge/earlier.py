"""The answers of an earlier report, with which a judge compares this run's."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.reading.marks import answered_text
from pytest_haerae.typed_files import read_typed


def earlier_answers(name: str) -> Mapping[tuple[str, str], str]:
    """The answers of a report, without reasoning, by subset and what the item is known by there.

    Args:
        name: The path as typed.

    Raises:
        UsageError: It cannot be read, is no report, or has no answer.
    """
    return _answers_of(name, _state_of(Path(name)))


def _state_of(path: Path) -> tuple[int, ...] | None:
    """What tells a file from what it was before: of a pipe, which is read once, its number alone; None without any."""
    try:
        found = path.expanduser().stat()
    except (OSError, RuntimeError):
        return None
    changing = (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else ()
    return found.st_dev, found.st_ino, *changing


@lru_cache(maxsize=1)
def _answers_of(name: str, state: tuple[int, ...] | None) -> Mapping[tuple[str, str], str]:
    """Read a report once a process: configuration and plan each choose the scorer, for each data set and model."""
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
        # The judge sees no reasoning of either side: this run's answers come without theirs, too.
        (row["subset"], str(row.get("key") or row["id"])): answered_text(row["raw_output"])
        for row in rows
        if isinstance(row, dict) and all(isinstance(row.get(name), str) for name in ("subset", "id", "raw_output"))
    }
    if not answers:
        raise UsageError(f"{place}: none of its items has a text as its answer")
    return answers
