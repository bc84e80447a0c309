"""Keeping a report while it is written: its text goes by once, and never stands in memory as a whole."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pytest_haerae.report.history.folder import ENDING, FORMAT, GZIP, part_file, read_part, run_file, set_aside
from pytest_haerae.report.history.holes import HOLE, DamagedEntryError, group_of, take_out
from pytest_haerae.report.stream import BEFORE_SAMPLES
from pytest_haerae.typed_files import make_folder

_MOST_ROWS, _MOST_BYTES = 500, 256 << 10
"""What is kept together of questions: a file of them is written again where one of its questions is another."""
_LEVEL = 3
"""Level 6 takes two and a half times as long for a tenth less."""
_LEFT_BEHIND = 24 * 3600
"""Seconds after which a file that nobody finished is one of a process that was killed."""


class Keeper:
    """What keeps one report.

    Args:
        folder: The folder of the history.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digest = hashlib.sha256()
        self._own = bytearray()
        self._questions = bytearray()
        self._rows = 0
        self._group: tuple[bytes, ...] = ()
        self._file: BinaryIO | None = None
        self._compress = zlib.compressobj(_LEVEL, wbits=GZIP)
        self.problem: OSError | None = None

    def through(self, pieces: Iterable[str]) -> Iterator[str]:
        """Hand a report's pieces on as they come, and keep them; what goes wrong with that stops nobody.

        Args:
            pieces: What `json_pieces` gives.
        """
        in_samples = False
        for piece in pieces:
            yield piece
            if self.problem is None:
                try:
                    self._take(piece.encode("utf-8", "backslashreplace"), in_samples=in_samples)
                    if piece == BEFORE_SAMPLES:
                        in_samples = True
                        self._write(self._compress.flush())
                        self._compress = zlib.compressobj(_LEVEL, wbits=GZIP)
                except OSError as error:
                    self.problem = error

    def keep(self) -> str | None:
        """End it: from now on the history has the report.

        Returns:
            The hash that it is found by; None where `problem` says why it is not kept.
        """
        name = self._digest.hexdigest()
        try:
            if self.problem is None and self._file is not None:
                self._end_part()
                self._write(self._compress.flush())
                self._file.close()
                path = run_file(self._folder, name)
                Path(self._file.name).replace(path)
                return name
        except OSError as error:
            self.problem = error
        self.drop()
        return None

    def drop(self) -> None:
        """Forget what was kept so far."""
        if self._file is not None:
            with suppress(OSError):  # what a full disk did not take is tried once more, and refused again
                self._file.close()
            with suppress(OSError):
                Path(self._file.name).unlink(missing_ok=True)

    def _take(self, text: bytes, *, in_samples: bool) -> None:
        if self._file is None:
            _clear(self._folder)
            self._file = _new_file(run_file(self._folder, "").parent)
            self._own += FORMAT
        self._digest.update(text)
        own, questions = take_out(text) if in_samples else (text, b"")
        if questions:
            group = group_of(questions)
            if self._rows and (
                group != self._group or self._rows == _MOST_ROWS or len(self._questions) + len(questions) > _MOST_BYTES
            ):
                self._end_part()
            self._group = group
            self._rows += 1
        self._own += own
        self._questions += questions
        if not self._questions:
            self._flush()

    def _end_part(self) -> None:
        """Keep the questions that were gathered, unless they are there already, and name them at their first hole."""
        if self._questions:
            name = _keep_part(self._folder, bytes(self._questions))
            first = self._own.index(b"\n" + HOLE) + 2
            self._own[first:first] = name.encode()
            self._questions.clear()
            self._rows = 0
        self._flush()

    def _flush(self) -> None:
        self._write(self._compress.compress(self._own))
        self._own.clear()

    def _write(self, content: bytes) -> None:
        assert self._file is not None  # noqa: S101 - it was begun, or nothing was taken
        self._file.write(content)


def _keep_part(folder: Path, questions: bytes) -> str:
    name = hashlib.sha256(questions).hexdigest()
    path = part_file(folder, name)
    if path.exists():
        try:
            if read_part(path) == questions:
                return name
        except DamagedEntryError:
            pass
        set_aside(path)  # and written anew, which heals the runs that need it
    with _new_file(path.parent) as file:
        compress = zlib.compressobj(_LEVEL, wbits=GZIP)
        file.write(compress.compress(questions) + compress.flush())
    Path(file.name).replace(path)
    return name


def _new_file(folder: Path) -> BinaryIO:
    """A file of which nobody knows before it is whole and has its name; its owner alone can read it.

    The report may be private, and whoever shares the history has its folder.
    """
    make_folder(folder)
    path = folder / f".{os.getpid()}-{secrets.token_hex(8)}{ENDING}"
    return open(path, "xb", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _clear(folder: Path) -> None:
    """Delete what processes left behind that were killed."""
    for left in folder.glob("*/.*" + ENDING):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _LEFT_BEHIND:
                left.unlink()
