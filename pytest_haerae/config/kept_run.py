"""A baseline that is looked up in the history instead of read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_haerae.config.parsing import parse_typed_path
from pytest_haerae.errors import UsageError

LAST, OF_GIT = "last", "git"


@dataclass(frozen=True)
class NamedRun:
    """A run of the history, as ``--baseline`` names it.

    Attributes:
        text: As typed.
        ref: The branch, or the commit in git's words; empty for the last run, whatever its branch.
        is_commit: Whether `ref` is no branch.
        found: Which run it came to, in words; empty before it is looked up.
    """

    text: str
    ref: str = ""
    is_commit: bool = False
    found: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.found})" if self.found else self.text


def parse_baseline(option: str, value: Any) -> Path | NamedRun:  # noqa: ANN401 - text or a path
    """Read ``last``, ``last:BRANCH``, ``git:REF``, or the name of a file; ``./last`` is a file.

    Raises:
        UsageError: No branch or ref stands behind the colon, or no file can have this name.
    """
    if isinstance(value, NamedRun):
        return value
    kind, colon, ref = str(value).partition(":")
    if kind not in (LAST, OF_GIT) or (kind == OF_GIT and not colon):
        return parse_typed_path(option, value)
    if colon and not ref:
        raise UsageError(f"{option} {value}: write {kind}:{'BRANCH' if kind == LAST else 'REF'}, or the name of a file")
    return NamedRun(str(value), ref, kind == OF_GIT)
