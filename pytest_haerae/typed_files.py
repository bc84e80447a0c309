"""The files that users name: a name that none can have, and what has no end or nobody to write it, end in words."""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError

OWN_FOLDER = ".haerae"
"""The folder that reports and responses are kept in by default: of this machine, and nothing to be committed."""
_PATIENCE = 3.0
"""Seconds that a pipe may be without a writer."""
_MOST = 1 << 30
"""Bytes that are read of a pipe."""
_PIECE = 1 << 20


def typed_path(place: str, name: str | Path) -> Path:
    """The path of a name as typed; ``~`` is a home folder.

    Args:
        place: What the user named it by, for the message: ``--baseline base.json``.
        name: The name.

    Raises:
        UsageError: No file can have this name, or this user may not look for it.
    """
    try:
        path = Path(name).expanduser()
        path.exists()
    except RuntimeError:
        raise UsageError(f"{place}: there is no such home folder") from None
    except OSError as error:
        raise UsageError(f"{place}: cannot be looked for ({error.strerror})") from None
    return path


def named_path(text: str) -> Path | None:
    """The file or folder that a text names which may be something else; None where it names none."""
    try:
        path = typed_path("", text)
        return path if path.exists() else None
    except UsageError:
        return None


def make_folder(folder: Path) -> None:
    """Make the folder of an output, and those above it; this package's own is kept out of version control.

    Raises:
        OSError: It cannot be made.
    """
    for own in (folder, *folder.parents):
        if own.name == OWN_FOLDER and not own.exists():
            own.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # what is to be kept there matters more
                (own / ".gitignore").write_text("*\n", encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)


def read_typed(path: Path) -> bytes:
    """Read a regular file, or a pipe to its end, such as a shell's ``<(zcat report.json.gz)``.

    Raises:
        OSError: It cannot be read, is a device, or a pipe that nobody writes to or that goes on beyond a gibibyte.
    """
    try:
        path = path.expanduser()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "there is no such home folder") from None
    # Opened without waiting: a pipe without a writer would let nobody past.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            raise OSError(errno.EINVAL, "a device, not a file")
        if stat.S_ISREG(mode):
            with open(descriptor, "rb", buffering=0, closefd=False) as file:
                return file.readall()  # into one piece of its size: nothing is copied
        content = bytearray(_first_piece(descriptor))
        os.set_blocking(descriptor, True)
        while piece := os.read(descriptor, _PIECE):
            content += piece
            if len(content) > _MOST:
                raise OSError(errno.EFBIG, f"a pipe with more than {_MOST >> 30} GiB")
    finally:
        os.close(descriptor)
    return bytes(content)


def read_typed_text(path: Path, encoding: str = "utf-8") -> str:
    r"""Read a text, its line ends as ``\n``.

    Raises:
        OSError: As `read_typed`.
        UnicodeDecodeError: It is not of this encoding.
    """
    text = read_typed(path).decode(encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_own_text(path: Path, place: str) -> str:
    r"""Read a text file of the user's own in UTF-8, its line ends as ``\n``.

    Args:
        path: The file.
        place: What messages begin with: ``--prompt mine.txt``.

    Raises:
        UsageError: There is none, it cannot be read, or it is not UTF-8.
    """
    try:
        return read_typed_text(path, "utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"{place}: there is no such file") from None
    except OSError as error:
        raise UsageError(f"{place}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}: byte {error.start} is not UTF-8") from None


def read_own_toml(path: Path, place: str) -> dict[str, Any]:
    """Read a TOML file of the user's own.

    Args:
        path: The file.
        place: What messages begin with.

    Raises:
        UsageError: As `read_own_text`, or it is malformed.
    """
    import tomllib  # a run that reads no such file starts without it

    try:
        return tomllib.loads(read_own_text(path, place))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{place}: malformed TOML: {error}") from None
    except RecursionError:
        raise UsageError(f"{place}: malformed TOML: it is nested too deeply") from None


def _first_piece(descriptor: int) -> bytes:
    """Wait for the first bytes of a pipe as long as somebody may write them; empty where they are still to come."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            piece = os.read(descriptor, _PIECE)
        except BlockingIOError:  # somebody holds its other end
            return b""
        if piece:
            return piece
        time.sleep(0.02)
    # Not EPIPE: as a BrokenPipeError it would be taken for a reader who has left.
    raise OSError(errno.ENODATA, "a pipe that nobody writes to")
