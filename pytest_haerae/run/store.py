"""Responses on disk: SQLite in WAL mode, one row a response, kept as it arrives."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pytest_haerae.errors import StoreError, UsageError
from pytest_haerae.run.store_format import SCHEMA, STORE_VERSION, answer_digest, is_ours, tables_of, upgrade
from pytest_haerae.run.store_repair import Damaged, OtherVersion, is_damage, primary_code, reason, set_aside, take_over
from pytest_haerae.run.validation import STORED, response_of
from pytest_haerae.typed_files import make_folder
from pytest_haerae.types import Response

_LOG_SECONDS = 30.0
"""How long another process is waited for that makes the same file."""

_KEYS_A_QUERY = 500
"""SQLite takes 999 values in a statement where it was built with the smallest of its limits."""


class Store:
    """The responses of this and earlier runs in one file; safe with several processes.

    Args:
        path: The SQLite file; its folder is made.

    Raises:
        UsageError: The file cannot be made or opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failures: dict[int, set[str]] = {}
        try:
            make_folder(path.parent)
            self._connection = self._open()
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"--store {path}: cannot be opened ({reason(error, self.path)})") from None

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.Error as error:
            if not is_damage(error, self.path):
                raise
            aside = set_aside(self.path)
            connection = self._connect()
            taken = take_over(aside, connection) if not isinstance(error, OtherVersion) else 0
            warnings.warn(
                f"the response store {self.path} cannot be used ({error}); it is set aside as {aside.name} and a new"
                f" one is begun; answers that are whole in it and were taken over: {taken}",
                stacklevel=2,
            )
            return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        # A damaged text is then one that its digest refuses, not an exception.
        connection.text_factory = lambda text: text.decode(errors="replace")
        try:
            _keep_log(connection)
            connection.execute("PRAGMA synchronous=NORMAL")
            tables = tables_of(connection)
            # Read after the tables: another process that makes them at this moment writes both at once.
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if not tables:
                connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version={STORE_VERSION}; COMMIT;")
            elif version != STORE_VERSION and not upgrade(connection, version):
                raise OtherVersion(f"its version is {version}, this program writes {STORE_VERSION}")
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok" or not is_ours(connection):
                raise Damaged("it is damaged")
            # A write, so that what cannot be written is found now and not after the first answer.
            connection.execute(f"PRAGMA user_version={STORE_VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def access(self, action: str) -> Iterator[sqlite3.Connection]:
        """The open file, for statements of this room.

        Args:
            action: What is done to it, for the message: ``read`` or ``written``.

        Raises:
            StoreError: A statement cannot be carried out.
        """
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise self._problem(error, action) from None

    def _problem(self, error: sqlite3.Error, action: str) -> StoreError:
        way_out = (
            "run the same command again: it is set aside then, and what is whole of it is taken over"
            if is_damage(error, self.path)
            else "answers so far are kept; free the disk and run the same command again to go on"
        )
        why = reason(error, self.path)
        return StoreError(f"the response store {self.path} cannot be {action} ({why}); {way_out}")

    def begin(
        self, fingerprint: str, *, resume: bool, rerun_errors: bool, last: Sequence[Sequence[str]] = ()
    ) -> tuple[int, bool]:
        """Begin a run, or go on with an earlier one of the same configuration.

        Args:
            fingerprint: What makes two runs the same.
            resume: Go on with the latest run if it was not finished.
            rerun_errors: Go on with the latest run, finished or not.
            last: Keys in groups, such as those of the last answer to each item where several are asked for: a finished
                run that has neither an answer nor an error of a group asked for less, and goes on like one that was not
                finished.

        Returns:
            The run's number, and whether it was begun earlier.
        """
        with self.access("written") as connection:
            earlier = self.earlier(fingerprint, resume=resume, rerun_errors=rerun_errors, last=last)
            if earlier is not None:
                connection.execute("UPDATE runs SET finished = NULL WHERE id = ?", (earlier,))
                return earlier, True
            # A run whose own row was lost with a damaged file may have left answers under its number.
            cursor = connection.execute(
                "INSERT INTO runs (id, fingerprint, started) SELECT 1 + max(coalesce(max(id), 0), (SELECT"
                " coalesce(max(run), 0) FROM responses)), ?, ? FROM runs",
                (fingerprint, time.time()),
            )
            return int(cursor.lastrowid or 0), False

    def earlier(
        self, fingerprint: str, *, resume: bool, rerun_errors: bool, last: Sequence[Sequence[str]] = ()
    ) -> int | None:
        """The run that `begin` would go on with, by the same arguments; None where it would begin one.

        Raises:
            sqlite3.Error: The file cannot be read.
        """
        row = self._connection.execute(
            "SELECT id, finished FROM runs WHERE fingerprint = ? ORDER BY id DESC LIMIT 1", (fingerprint,)
        ).fetchone()
        if row and (rerun_errors or (resume and (row[1] is None or self._asked_less(row[0], last)))):
            return int(row[0])
        return None

    def _asked_less(self, run: int, last: Sequence[Sequence[str]]) -> bool:
        if not last:
            return False
        # What ended in an error was asked for as well.
        failed = self._failed(run)
        return any(
            group and failed.isdisjoint(group) and next(self.get_many(run, group), None) is None for group in last
        )

    def finish(self, run: int) -> None:
        """Mark a run as finished: the next one of the same configuration measures anew."""
        with self.access("written") as connection:
            connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (time.time(), run))

    def note_identity(self, run: int, identity: str) -> None:
        """Keep what determined a run's answers beside its requests: other processes make their keys of it."""
        with self.access("written") as connection:
            connection.execute("UPDATE runs SET identity = ? WHERE id = ?", (identity, run))

    def identity(self, run: int) -> str | None:
        """What `note_identity` kept."""
        with self.access("read") as connection:
            row = connection.execute("SELECT identity FROM runs WHERE id = ?", (run,)).fetchone()
        return row[0] if row else None

    def note_words(self, run: int, detail: str | None, generation: Mapping[str, Any] | None) -> None:
        """Keep what a run's backend said of itself, for the report of a run that is resumed.

        Args:
            run: The run's number.
            detail: How it came by its numbers.
            generation: The generation parameters that the model brought along.
        """
        brought = None if generation is None else json.dumps(generation)
        with self.access("written") as connection:
            connection.execute("UPDATE runs SET detail = ?, generation = ? WHERE id = ?", (detail, brought, run))

    def words(self, run: int) -> tuple[str | None, dict[str, Any] | None]:
        """What `note_words` kept."""
        with self.access("read") as connection:
            row = connection.execute("SELECT detail, generation FROM runs WHERE id = ?", (run,)).fetchone()
        detail, brought = row or (None, None)
        return detail, _mapping(brought)

    def get(self, run: int, key: str, *, any_run: bool = False) -> Response | None:
        """The stored answer for a key, of this run or (`any_run`) the latest of any; a damaged row counts as absent."""
        return next((response for _, response in self.get_many(run, [key], any_run=any_run)), None)

    def get_many(self, run: int, keys: Iterable[str], *, any_run: bool = False) -> Iterator[tuple[str, Response]]:
        """The stored answers of those keys that have one, as `get`; each key once, in no particular order."""
        where = "" if any_run else f" AND run = {run:d}"
        waiting = iter(keys)
        while some := list(islice(waiting, _KEYS_A_QUERY)):
            marks = ",".join("?" * len(some))
            with self.access("read") as connection:
                rows = connection.execute(
                    "SELECT key, run, answer, digest FROM responses"  # noqa: S608 - marks and a number
                    f" WHERE key IN ({marks}){where} ORDER BY key, run DESC",
                    some,
                ).fetchall()
            given = None
            for key, number, answer, digest in rows:
                if key != given and digest == answer_digest(number, key, answer):
                    given = key
                    # One that another version kept without looking at it is asked again.
                    if (response := response_of(answer)) is not None:
                        yield key, response

    def failure(self, run: int, key: str) -> str | None:
        """The error that a key's latest request of this run ended in, or None."""
        with self.access("read") as connection:
            row = connection.execute("SELECT error FROM failures WHERE run = ? AND key = ?", (run, key)).fetchone()
        return str(row[0]) if row else None

    def put(self, run: int, key: str, response: Response) -> None:
        """Keep a response; an error is kept apart, never as an answer.

        Raises:
            StoreError: The disk is full or the file cannot be written.
        """
        with self.access("written") as connection:
            failed = self._failed(run)
            if response.error is not None:
                connection.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?)", (run, key, response.error))
                failed.add(key)
                return
            said = ((name, getattr(response, name)) for name in STORED)
            # What a response is without them is left out: half of the file, and a third of the time.
            answer = json.dumps({name: value for name, value in said if value is not None and value is not False})
            connection.execute(
                "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?)",
                (run, key, answer, answer_digest(run, key, answer)),
            )
            if key in failed:
                connection.execute("DELETE FROM failures WHERE run = ? AND key = ?", (run, key))
                failed.discard(key)

    def take_back(self, run: int, keys: Iterable[str]) -> None:
        """Forget answers that this run was given: they turned out to be nobody's."""
        with self.access("written") as connection:
            connection.executemany("DELETE FROM responses WHERE run = ? AND key = ?", [(run, key) for key in keys])

    def _failed(self, run: int) -> set[str]:
        """The keys that a run has failures of: most runs have few, and an answer has nothing to take back."""
        if run not in self._failures:
            rows = self._connection.execute("SELECT key FROM failures WHERE run = ?", (run,))
            self._failures[run] = {key for (key,) in rows}
        return self._failures[run]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _keep_log(connection: sqlite3.Connection) -> None:
    """Turn WAL on. SQLite does not wait for another process that does so at the same moment, so it is tried again."""
    last = time.monotonic() + _LOG_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.01)


def _mapping(text: object) -> dict[str, Any] | None:
    """A stored JSON object; None where a damaged file has another thing there."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
