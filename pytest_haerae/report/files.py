"""A report's files: written whole or not at all, and never in the place of something else."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pytest_haerae.errors import UsageError
from pytest_haerae.report.stream import json_pieces
from pytest_haerae.typed_files import make_folder

if TYPE_CHECKING:
    from pytest_haerae.report.schema import Report

_OPEN = re.compile(r"/dev/(?:stdout|stderr)|(?:/dev|/proc/[^/]+)/fd/\d+")
"""Names that stand for what a process has open: a link to a file that is not to be replaced."""
_BEGINNING = 4096


def check_writable(
    path: Path, option: str = "--output-file", is_earlier: Callable[[bytes, Path], bool] | None = None
) -> None:
    """Find out before the run whether the file that an option names can be written, and may be.

    Args:
        path: The file.
        option: What names it, for messages.
        is_earlier: Tells from a file's beginning and its path whether it is an earlier one of the same kind, which may
            be replaced; None where any file may be.

    Raises:
        UsageError: The folder cannot be made or written; the path is a folder, a disk or a socket; or another kind of
            file stands there.
    """
    kind = _kind(path)
    if kind == "a folder":
        raise UsageError(f"{option} {path}: is a folder; name a file")
    if kind in ("a block device", "a socket"):
        raise UsageError(f"{option} {path}: is {kind}; name a file")
    if _is_stream(path):
        if not os.access(path, os.W_OK):
            raise UsageError(f"{option} {path}: cannot be written")
        return
    path = _followed(path)
    try:
        make_folder(path.parent)
        with tempfile.NamedTemporaryFile(dir=path.parent):
            pass
        # What is empty is nobody's, such as a file of mktemp.
        if is_earlier and kind == "a file" and path.stat().st_size and not _begins(path, is_earlier):
            raise UsageError(
                f"{option} {path}: this file is no earlier one of pytest-haerae and is not written over; name another,"
                " or move it away"
            )
    except OSError as error:
        raise UsageError(f"{option} {path}: the folder cannot be written ({error.strerror})") from None


def is_report(beginning: bytes, path: Path) -> bool:
    """Whether a file is a report: as it is written, or with its keys in another order."""
    if not beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    names = (b'"schema_version"', b'"metrics"', b'"samples"')
    return all(name in beginning for name in names[:2]) or all(map(path.read_bytes().__contains__, names))


def is_page(beginning: bytes, path: Path) -> bool:
    """Whether a file is a page of a report."""
    return b'content="pytest-haerae"' in beginning or b"pytest-haerae</title>" in beginning


def is_summary(beginning: bytes, path: Path) -> bool:
    """Whether a file is a Markdown summary."""
    return beginning.startswith(b"## pytest-haerae")


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths name one file, now or once it is written: by a link or in another case, too."""
    try:
        return one.samefile(other)
    except OSError:
        one, other = _followed(one), _followed(other)
    if one == other or one.parent != other.parent or one.name.casefold() != other.name.casefold():
        return one == other
    other_case = one.parent.with_name(one.parent.name.swapcase()) if one.parent.name else one.parent
    return other_case != one.parent and other_case.exists() and other_case.samefile(one.parent)


def write_report(report: Report, path: Path) -> None:
    """Write the JSON atomically.

    Raises:
        UsageError: As `write_text`.
    """
    write_text(json_pieces(report), path)


def write_text(text: str | Iterable[str], path: Path) -> None:
    r"""Write a file atomically, in UTF-8: readers see the old file or the whole new one.

    A text may come in pieces, which are written as they come. A link stays and what it leads to is written; what is no
    file, such as a pipe or ``/dev/stdout``, is written through.

    Half of a surrogate pair, which a model's API can send and UTF-8 has no bytes for, is written as ``\udXXX``: inside
    a string of JSON that is what it means.

    Raises:
        UsageError: The disk is full, or the folder cannot be written any more.
    """
    pieces = [text] if isinstance(text, str) else text
    try:
        if _is_stream(path):
            with _opened(path) as stream:
                stream.writelines(pieces)
            return
        with _temporary(path) as new, new.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(pieces)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror}); the answers are stored: make room and run the same command"
            " again, nothing is asked twice"
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a new file beside `path` to write to; it takes the place of `path` once it is whole.

    Where `path` is no file, it is given itself.

    Raises:
        UsageError: The disk is full, or the folder cannot be written any more.
    """
    try:
        if _is_stream(path):
            yield path
            return
        with _temporary(path) as new:
            yield new
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from None


def _kind(path: Path) -> str:
    """What stands at a path, in words; empty where nothing does."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    kinds = (("a folder", stat.S_ISDIR), ("a block device", stat.S_ISBLK), ("a socket", stat.S_ISSOCK))
    return next((name for name, holds in kinds if holds(mode)), "a file" if stat.S_ISREG(mode) else "a stream")


def _followed(path: Path) -> Path:
    """Where a path leads to, through links; a link of the system, such as ``/dev/stdout``, is the end of the way."""
    path = path.absolute()
    for _ in range(40):  # as many as Linux follows
        path = path.parent.resolve() / path.name
        if not path.is_symlink() or _OPEN.fullmatch(str(path)):
            return path
        path = path.parent / path.readlink()
    return path


def _is_stream(path: Path) -> bool:
    """Whether a path is no file that could be replaced: a pipe, a terminal, what a process has open."""
    return bool(_OPEN.fullmatch(str(_followed(path)))) or _kind(path) == "a stream"


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """A stream to write to; a pipe that nobody reads is refused, else it would be waited for."""
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
    os.set_blocking(number, True)
    with open(number, "w", encoding="utf-8", errors="backslashreplace") as stream:  # noqa: PTH123 - it is open already
        yield stream


def _begins(path: Path, is_earlier: Callable[[bytes, Path], bool]) -> bool:
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING)
    return is_earlier(beginning, path)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    path = _followed(path)
    make_folder(path.parent)
    # The same ending, which some writers take for the format of what they compress.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:100]}.", suffix=path.suffix or ".tmp")
    os.close(handle)
    new = Path(name)
    try:
        yield new
        # mkstemp makes private files; a report is as readable as the one before it, or as any file the user writes.
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        new.chmod(mode)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
