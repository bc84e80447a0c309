"""What a file of answers looks like, before one of the readers takes it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_haerae.typed_files import read_typed_text

_FIRST_KEY = re.compile(r'\s*\{\s*"([^"\\]*)"\s*:')
_OWN = "schema_version"
"""What a report of this project begins with."""


def first_object(path: Path) -> dict[str, Any]:
    """The object in the first line of a .jsonl file; empty where there is none.

    The readers say what is wrong with a file; here it only looks like none of theirs.
    """
    if path.suffix.lower() != ".jsonl":
        return {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            line = next((line for line in file if line.strip()), "")
        found = json.loads(line)
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keys_of(path: Path) -> frozenset[str]:
    """The keys of the object that a .json file is; empty where it is none."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return frozenset()
    status = path.stat()
    return _keys_of(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1)  # each reader looks once
def _keys_of(path: Path, _changed: int, _size: int) -> frozenset[str]:
    try:
        text = read_typed_text(path, "utf-8-sig")
        first = _FIRST_KEY.match(text)
        if first and first[1] == _OWN:  # the larger files are not read twice
            return frozenset({_OWN})
        found = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return frozenset()
    return frozenset(found) if isinstance(found, dict) else frozenset()
