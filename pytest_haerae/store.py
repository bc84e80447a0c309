"""Responses on disk: SQLite in WAL mode, one row a response, kept as it arrives."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pytest_haerae.errors import StoreError, UsageError
from pytest_haerae.types import Request, Response

STORE_VERSION = 2
_FIELDS = tuple(field.name for field in fields(Response))
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, started REAL NOT NULL, finished REAL,
    detail TEXT);
CREATE INDEX IF NOT EXISTS runs_by_fingerprint ON runs (fingerprint);
CREATE TABLE IF NOT EXISTS responses (
    run INTEGER NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (run, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS responses_by_key ON responses (key);
CREATE TABLE IF NOT EXISTS failures (
    run INTEGER NOT NULL, key TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;
"""


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


def _digest(key: str, answer: str) -> str:
    return hashlib.blake2b(f"{key}\x00{answer}".encode(), digest_size=8).hexdigest()


class Store:
    """The responses of this and earlier runs in one file; safe with several processes.

    Args:
        path: The SQLite file; its folder is made.

    Raises:
        UsageError: The file can not be made or opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open()
        except (OSError, sqlite3.OperationalError) as error:
            raise UsageError(f"--store {path}: can not be opened ({error})") from None

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise
            aside = self.path.with_name(f"{self.path.name}.{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.damaged")
            if not self.path.exists():
                raise
            warnings.warn(
                f"the response store {self.path} can not be used ({error}); it is set aside as {aside.name} and a new"
                " one is begun",
                stacklevel=2,
            )
            self.path.replace(aside)
            for suffix in ("-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, STORE_VERSION):
                raise sqlite3.DatabaseError(f"its version is {version}, this program writes {STORE_VERSION}")
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("it is damaged")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version={STORE_VERSION}")
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the response store {self.path} can not be written ({error}); answers so far are kept, free the disk"
                " and run the same command again to go on"
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
        with self._writing() as connection:
            row = connection.execute(
                "SELECT id, finished FROM runs WHERE fingerprint = ? ORDER BY id DESC LIMIT 1", (fingerprint,)
            ).fetchone()
            if row and (rerun_errors or (resume and row[1] is None)):
                connection.execute("UPDATE runs SET finished = NULL WHERE id = ?", (row[0],))
                return int(row[0]), True
            cursor = connection.execute(
                "INSERT INTO runs (fingerprint, started) VALUES (?, ?)", (fingerprint, time.time())
            )
            return int(cursor.lastrowid or 0), False

    def finish(self, run: int) -> None:
        """Mark a run as finished: the next one of the same configuration measures anew."""
        with self._writing() as connection:
            connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (time.time(), run))

    def note_detail(self, run: int, detail: str | None) -> None:
        """Keep how a run's backend came by its numbers, for the report of a run that is resumed."""
        with self._writing() as connection:
            connection.execute("UPDATE runs SET detail = ? WHERE id = ?", (detail, run))

    def detail(self, run: int) -> str | None:
        """What `note_detail` kept."""
        row = self._connection.execute("SELECT detail FROM runs WHERE id = ?", (run,)).fetchone()
        return row[0] if row else None

    def get(self, run: int, key: str, *, any_run: bool = False) -> Response | None:
        """The stored answer for a key, of this run or (`any_run`) the latest of any; a damaged row counts as absent."""
        where = "key = ?" if any_run else "key = ? AND run = ?"
        values = (key,) if any_run else (key, run)
        try:
            rows = self._connection.execute(
                f"SELECT answer, digest FROM responses WHERE {where} ORDER BY run DESC",  # noqa: S608 - constants only
                values,
            )
            for answer, digest in rows:
                if digest == _digest(key, answer):
                    return _from_json(answer)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"the response store {self.path} can not be read ({error}); move it away") from None
        return None

    def failure(self, run: int, key: str) -> str | None:
        """The error that a key's latest request of this run ended in, or None."""
        row = self._connection.execute("SELECT error FROM failures WHERE run = ? AND key = ?", (run, key)).fetchone()
        return str(row[0]) if row else None

    def put(self, run: int, key: str, response: Response) -> None:
        """Keep a response; an error is kept apart, never as an answer.

        Raises:
            StoreError: The disk is full or the file can not be written.
        """
        with self._writing() as connection:
            if response.error is not None:
                connection.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?)", (run, key, response.error))
                return
            answer = json.dumps({name: getattr(response, name) for name in _FIELDS})
            connection.execute(
                "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?)", (run, key, answer, _digest(key, answer))
            )
            connection.execute("DELETE FROM failures WHERE run = ? AND key = ?", (run, key))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _from_json(answer: str) -> Response:
    values = json.loads(answer)
    if values["loglikelihoods"] is not None:
        values["loglikelihoods"] = tuple(values["loglikelihoods"])
    return Response(**values)
