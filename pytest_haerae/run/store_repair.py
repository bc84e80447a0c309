"""A store that cannot be read as if it were sound: recognised, set aside, and what is whole of it taken over."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from pytest_haerae.run.store_format import answer_digest, intent_digest

_DAMAGE = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_TOOBIG}
)
"""Primary result codes that a sound file never gives to this module's statements."""
_FULL_BYTES = 1 << 16
"""A disk with less is full: SQLite's shared memory alone takes half of it."""
_PAGE_BYTES = 4096
"""SQLite's own default."""


class Damaged(sqlite3.DatabaseError):
    """The file is no store that could be read as if it were sound."""


class OtherVersion(Damaged):
    """It was written by another version of this program."""


def is_damage(error: sqlite3.Error, path: Path) -> bool:
    """Whether the file itself is bad; a full disk, a lock or a missing right say nothing about it."""
    if isinstance(error, Damaged | UnicodeError):
        return True
    code = primary_code(error)
    if code == sqlite3.SQLITE_READONLY:
        # Its header says that it is of a newer format; or it really is read-only.
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return code in _DAMAGE


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without what extends it; 0 where there is none."""
    code: int = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code


def set_aside(path: Path) -> Path:
    """Move the file and its log away, the log first: it belongs to no other file."""
    stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    aside = path.with_name(f"{path.name}.{stamp}.damaged")
    for suffix in ("-wal", "-journal", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return aside


def reason(error: Exception, path: Path) -> str:
    """SQLite's words, which do not always name a full disk."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(path.parent).free < _FULL_BYTES:
            return "the disk is full"
    return str(error)


def take_over(aside: Path, connection: sqlite3.Connection) -> int:
    """Copy what is whole from a damaged file, up to each damage from both of its sides.

    Returns:
        The number of answers taken over; each has the digest it was stored with.
    """
    with contextlib.closing(sqlite3.connect(aside, isolation_level=None)) as damaged:
        damaged.text_factory = connection.text_factory
        # Else a file that is shorter than its header says is not read at all.
        damaged.execute("PRAGMA writable_schema=ON")
        connection.execute("BEGIN IMMEDIATE")
        for order in ("ASC", "DESC"):
            with contextlib.suppress(sqlite3.Error):
                for row in damaged.execute(f"SELECT * FROM runs ORDER BY id {order}"):  # noqa: S608 - constants
                    # Two columns less in a file of the version before.
                    connection.execute(
                        "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, None, None)[:7]
                    )
        # Keys are hexadecimal hashes: with as many digits as the number of pages has, a range is about a page.
        digits = len(f"{aside.stat().st_size // _PAGE_BYTES:x}")
        connection.executemany(
            "INSERT OR IGNORE INTO responses VALUES (?, ?, ?, ?)",
            (row for row in _answers(damaged, digits) if row[3] == answer_digest(*row[:3])),
        )
        # A version before has no such table.
        with contextlib.suppress(sqlite3.Error):
            for row in damaged.execute("SELECT intent, run, requests, file, batch, digest FROM batches"):
                intent, run, *rest, digest = row
                if digest == intent_digest(run, intent, *rest):
                    connection.execute("INSERT OR IGNORE INTO batches VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.execute("COMMIT")
    taken: int = connection.execute("SELECT count(*) FROM responses").fetchone()[0]
    return taken


def _answers(damaged: sqlite3.Connection, digits: int, prefix: str = "") -> Iterator[tuple[int, str, str, str]]:
    """What can be read of the answers whose keys begin so, some of it twice.

    A damaged page ends a range, not the table. Lost with it are what hangs from it in the tree and the row before it,
    as Python's cursor steps one row ahead.
    """
    for order in ("ASC", "DESC"):
        try:
            yield from damaged.execute(
                "SELECT run, key, answer, digest FROM responses WHERE key >= ? AND key < ?"  # noqa: S608 - constants
                f" ORDER BY key {order}, run {order}",
                (prefix, f"{prefix}\N{DELETE}"),
            )
            return
        except sqlite3.Error as error:
            if primary_code(error) != sqlite3.SQLITE_CORRUPT:
                # Not a page of the table, but the whole file: no range of it can be read.
                return
    if len(prefix) < digits:
        for digit in "0123456789abcdef":
            yield from _answers(damaged, digits, prefix + digit)
