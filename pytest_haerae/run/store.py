"""Responses on disk: SQLite in WAL mode, one row a response, kept as it arrives."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

from pytest_haerae.errors import StoreError, UsageError
from pytest_haerae.types import Request, Response

STORE_VERSION = 3
_FIELDS = tuple(field.name for field in fields(Response))
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, started REAL NOT NULL, finished REAL,
    detail TEXT);
CREATE TABLE IF NOT EXISTS responses (
    run INTEGER NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    run INTEGER NOT NULL, key TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (key, run)) WITHOUT ROWID;
"""
"""No index beside the tables' own order: there is nothing that could disagree with a table."""
_DAMAGE = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_TOOBIG}
)
"""Primary result codes that a sound file never gives to this module's statements."""
_KEYS_A_QUERY = 500
"""SQLite takes 999 values in a statement where it was built with the smallest of its limits."""
_FULL_BYTES = 1 << 16
"""A disk with less is full: SQLite's shared memory alone takes half of it."""


def identity_digest(identity: Mapping[str, Any]) -> str:
    """Hash of what determines a response beside its request: backend, model, endpoint, generation parameters, seed."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def response_key(identity: str, request: Request) -> str:
    """Key of a response: a hash of all that determines it and of nothing else.

    Args:
        identity: The `identity_digest` of the model.
        request: The request.
    """
    messages = request.messages and [[message.role, message.content] for message in request.messages]
    content = [identity, request.kind, request.context, request.continuations, messages, request.stop]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _digest(run: int, key: str, answer: str) -> str:
    return hashlib.blake2b(f"{run}\x00{key}\x00{answer}".encode(), digest_size=8).hexdigest()


class _Damaged(sqlite3.DatabaseError):
    """The file is no store that could be read as if it were sound."""


class _OtherVersion(_Damaged):
    """It was written by another version of this program."""


def _tables(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the tables are those this program makes: a damaged definition reads sound rows wrongly."""
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(_SCHEMA)
        return _tables(fresh) == _tables(connection)


class Store:
    """The responses of this and earlier runs in one file; safe with several processes.

    Args:
        path: The SQLite file; its folder is made.

    Raises:
        UsageError: The file can not be made or opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failures: dict[int, set[str]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open()
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"--store {path}: can not be opened ({self._reason(error)})") from None

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.Error as error:
            if not self._is_damage(error):
                raise
            aside = self._set_aside()
            connection = self._connect()
            taken = _take_over(aside, connection) if not isinstance(error, _OtherVersion) else 0
            warnings.warn(
                f"the response store {self.path} can not be used ({error}); it is set aside as {aside.name} and a new"
                f" one is begun; answers that are whole in it and were taken over: {taken}",
                stacklevel=2,
            )
            return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        # A damaged text is then one that its digest refuses, not an exception.
        connection.text_factory = lambda text: text.decode(errors="replace")
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            if not _tables(connection):
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={STORE_VERSION}; COMMIT;")
            elif version != STORE_VERSION:
                raise _OtherVersion(f"its version is {version}, this program writes {STORE_VERSION}")
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok" or not _is_ours(connection):
                raise _Damaged("it is damaged")
            # A write, so that what can not be written is found now and not after the first answer.
            connection.execute(f"PRAGMA user_version={STORE_VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_damage(self, error: sqlite3.Error) -> bool:
        """Whether the file itself is bad; a full disk, a lock or a missing right say nothing about it."""
        if isinstance(error, _Damaged | UnicodeError):
            return True
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY:
            # Its header says that it is of a newer format; or it really is read-only.
            return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
        return code in _DAMAGE

    def _set_aside(self) -> Path:
        """Move the file and its log away, the log first: it belongs to no other file."""
        stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        aside = self.path.with_name(f"{self.path.name}.{stamp}.damaged")
        for suffix in ("-wal", "-journal", ""):
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                part.replace(aside.with_name(aside.name + suffix))
        self.path.with_name(f"{self.path.name}-shm").unlink(missing_ok=True)
        return aside

    def _reason(self, error: Exception) -> str:
        """SQLite's words, which do not always name a full disk."""
        with contextlib.suppress(OSError):
            if shutil.disk_usage(self.path.parent).free < _FULL_BYTES:
                return "the disk is full"
        return str(error)

    @contextlib.contextmanager
    def _access(self, action: str) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
        except sqlite3.Error as error:
            way_out = (
                "run the same command again: it is set aside then, and what is whole of it is taken over"
                if self._is_damage(error)
                else "answers so far are kept; free the disk and run the same command again to go on"
            )
            raise StoreError(
                f"the response store {self.path} can not be {action} ({self._reason(error)}); {way_out}"
            ) from None

    def begin(self, fingerprint: str, *, resume: bool, rerun_errors: bool) -> tuple[int, bool]:
        """Begin a run, or go on with an earlier one of the same configuration.

        Args:
            fingerprint: What makes two runs the same.
            resume: Go on with the latest run if it was not finished.
            rerun_errors: Go on with the latest run, finished or not.

        Returns:
            The run's number, and whether it was begun earlier.
        """
        with self._access("written") as connection:
            row = connection.execute(
                "SELECT id, finished FROM runs WHERE fingerprint = ? ORDER BY id DESC LIMIT 1", (fingerprint,)
            ).fetchone()
            if row and (rerun_errors or (resume and row[1] is None)):
                connection.execute("UPDATE runs SET finished = NULL WHERE id = ?", (row[0],))
                return int(row[0]), True
            # A run whose own row was lost with a damaged file may have left answers under its number.
            cursor = connection.execute(
                "INSERT INTO runs (id, fingerprint, started) SELECT 1 + max(coalesce(max(id), 0), (SELECT"
                " coalesce(max(run), 0) FROM responses)), ?, ? FROM runs",
                (fingerprint, time.time()),
            )
            return int(cursor.lastrowid or 0), False

    def finish(self, run: int) -> None:
        """Mark a run as finished: the next one of the same configuration measures anew."""
        with self._access("written") as connection:
            connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (time.time(), run))

    def note_detail(self, run: int, detail: str | None) -> None:
        """Keep how a run's backend came by its numbers, for the report of a run that is resumed."""
        with self._access("written") as connection:
            connection.execute("UPDATE runs SET detail = ? WHERE id = ?", (detail, run))

    def detail(self, run: int) -> str | None:
        """What `note_detail` kept."""
        with self._access("read") as connection:
            row = connection.execute("SELECT detail FROM runs WHERE id = ?", (run,)).fetchone()
        return row[0] if row else None

    def get(self, run: int, key: str, *, any_run: bool = False) -> Response | None:
        """The stored answer for a key, of this run or (`any_run`) the latest of any; a damaged row counts as absent."""
        return next((response for _, response in self.get_many(run, [key], any_run=any_run)), None)

    def get_many(self, run: int, keys: Iterable[str], *, any_run: bool = False) -> Iterator[tuple[str, Response]]:
        """The stored answers of those keys that have one, as `get`; each key once, in no particular order."""
        where = "" if any_run else f" AND run = {run:d}"
        waiting = iter(keys)
        while some := list(islice(waiting, _KEYS_A_QUERY)):
            marks = ",".join("?" * len(some))
            with self._access("read") as connection:
                rows = connection.execute(
                    "SELECT key, run, answer, digest FROM responses"  # noqa: S608 - marks and a number
                    f" WHERE key IN ({marks}){where} ORDER BY key, run DESC",
                    some,
                ).fetchall()
            given = None
            for key, number, answer, digest in rows:
                if key != given and digest == _digest(number, key, answer):
                    given = key
                    yield key, _from_json(answer)

    def failure(self, run: int, key: str) -> str | None:
        """The error that a key's latest request of this run ended in, or None."""
        with self._access("read") as connection:
            row = connection.execute("SELECT error FROM failures WHERE run = ? AND key = ?", (run, key)).fetchone()
        return str(row[0]) if row else None

    def put(self, run: int, key: str, response: Response) -> None:
        """Keep a response; an error is kept apart, never as an answer.

        Raises:
            StoreError: The disk is full or the file can not be written.
        """
        with self._access("written") as connection:
            failed = self._failed(run)
            if response.error is not None:
                connection.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?)", (run, key, response.error))
                failed.add(key)
                return
            answer = json.dumps({name: getattr(response, name) for name in _FIELDS})
            connection.execute(
                "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?)", (run, key, answer, _digest(run, key, answer))
            )
            if key in failed:
                connection.execute("DELETE FROM failures WHERE run = ? AND key = ?", (run, key))
                failed.discard(key)

    def _failed(self, run: int) -> set[str]:
        """The keys that a run has failures of: most runs have few, and an answer has nothing to take back."""
        if run not in self._failures:
            rows = self._connection.execute("SELECT key FROM failures WHERE run = ?", (run,))
            self._failures[run] = {key for (key,) in rows}
        return self._failures[run]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _from_json(answer: str) -> Response:
    values = json.loads(answer)
    if values["loglikelihoods"] is not None:
        values["loglikelihoods"] = tuple(values["loglikelihoods"])
    return Response(**values)


def _take_over(aside: Path, connection: sqlite3.Connection) -> int:
    """Copy what is whole from a damaged file, from its beginning and from its end up to the damage.

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
                    connection.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?)", row)
            with contextlib.suppress(sqlite3.Error):
                for run, key, answer, digest in damaged.execute(
                    f"SELECT run, key, answer, digest FROM responses ORDER BY key {order}, run {order}"  # noqa: S608 - constants
                ):
                    if digest == _digest(run, key, answer):
                        connection.execute(
                            "INSERT OR IGNORE INTO responses VALUES (?, ?, ?, ?)", (run, key, answer, digest)
                        )
        connection.execute("COMMIT")
    taken: int = connection.execute("SELECT count(*) FROM responses").fetchone()[0]
    return taken
