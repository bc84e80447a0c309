"""A report's files: written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_haerae.errors import UsageError
from pytest_haerae.report.schema import Report
from pytest_haerae.report.stream import json_pieces


def check_writable(path: Path, option: str = "--output-file") -> None:
    """Find out before the run whether the file that an option names can be written.

    Raises:
        UsageError: The folder cannot be made or written, or the path is a folder.
    """
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder; name a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UsageError(f"{option} {path}: the folder cannot be written ({error.strerror})") from None


def write_report(report: Report, path: Path) -> None:
    """Write the JSON atomically.

    Raises:
        UsageError: As `write_text`.
    """
    write_text(json_pieces(report), path)


def write_text(text: str | Iterable[str], path: Path) -> None:
    r"""Write a file atomically, in UTF-8: readers see the old file or the whole new one.

    A text may come in pieces, which are written as they come.

    Half of a surrogate pair, which a model's API can send and UTF-8 has no bytes for, is written as ``\udXXX``: inside
    a string of JSON that is what it means.

    Raises:
        UsageError: The disk is full, or the folder cannot be written any more.
    """
    try:
        with _temporary(path) as new, new.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines([text] if isinstance(text, str) else text)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror}); the answers are stored: make room and run the same command"
            " again, nothing is asked twice"
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a new file beside `path` to write to; it takes the place of `path` once it is whole.

    Raises:
        UsageError: The disk is full, or the folder cannot be written any more.
    """
    try:
        with _temporary(path) as new:
            yield new
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from None


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The same ending, which some writers take for the format of what they compress.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix or ".tmp")
    os.close(handle)
    new = Path(name)
    try:
        yield new
        # mkstemp makes private files; a report is as readable as any file the user writes.
        mask = os.umask(0)
        os.umask(mask)
        new.chmod(0o666 & ~mask)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
