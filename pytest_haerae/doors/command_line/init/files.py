"""Files that are written where none are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_haerae.errors import UsageError


@dataclass(frozen=True, slots=True)
class Plan:
    """Files that belong together.

    Attributes:
        files: What is to be written, by path; empty where nothing is.
        written: What is said once they are.
        kept: What is said where none is.
    """

    files: Mapping[Path, str] = field(default_factory=dict)
    written: Sequence[str] = ()
    kept: Sequence[str] = ()


def write_new(files: Mapping[Path, str]) -> int:
    """Write files; one that has come into being meanwhile is not written over.

    Returns:
        How many were written.

    Raises:
        UsageError: One cannot be written.
    """
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written ({error.strerror})") from None
    return len(files)
