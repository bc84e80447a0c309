"""What a store's file looks like: its tables, its version, and the digest that each answer is stored with."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3

STORE_VERSION = 5
_UPGRADED = (3, 4)
"""The versions before: their rows are sound, they lack what is new."""
_COLUMNS = ("generation", "identity")
"""Columns of `runs` that version 3 has not."""
_BATCHES = """
CREATE TABLE IF NOT EXISTS batches (
    intent TEXT NOT NULL PRIMARY KEY, run INTEGER NOT NULL, requests TEXT NOT NULL, file TEXT, batch TEXT,
    digest TEXT NOT NULL) WITHOUT ROWID;
"""
"""The table that version 4 has not: batches that a provider was given, or may have been given."""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, started REAL NOT NULL, finished REAL,
    detail TEXT, generation TEXT, identity TEXT);
CREATE TABLE IF NOT EXISTS responses (
    run INTEGER NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    run INTEGER NOT NULL, key TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (key, run)) WITHOUT ROWID;
{_BATCHES}"""
"""No index beside the tables' own order: there is nothing that could disagree with a table."""


def answer_digest(run: int, key: str, answer: str) -> str:
    """Digest of an answer, of its key and of its run: a damaged row is known by it."""
    return hashlib.blake2b(f"{run}\x00{key}\x00{answer}".encode(), digest_size=8).hexdigest()


def intent_digest(run: int, intent: str, requests: str, file: str | None, batch: str | None) -> str:
    """Digest of a row of `batches`: one that is damaged is known by it."""
    return answer_digest(run, intent, "\x00".join([requests, file or "", batch or ""]))


def tables_of(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Names and definitions of the tables."""
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def is_ours(connection: sqlite3.Connection, schema: str = SCHEMA) -> bool:
    """Whether the tables are those this program makes: a damaged definition reads sound rows wrongly."""
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(schema)
        return tables_of(fresh) == tables_of(connection)


def upgrade(connection: sqlite3.Connection, version: int) -> bool:
    """Make a store of a version before one of this version, unless another process is just done with it.

    Returns:
        Whether it is one of this version now.
    """
    if version not in _UPGRADED:
        return False
    connection.execute("BEGIN IMMEDIATE")
    columns = _COLUMNS if version < 4 else ()  # noqa: PLR2004 - the version that brought them
    before = SCHEMA.replace(_BATCHES, "").replace("".join(f", {name} TEXT" for name in columns), "")
    if connection.execute("PRAGMA user_version").fetchone()[0] == version and is_ours(connection, before):
        for name in columns:
            connection.execute(f"ALTER TABLE runs ADD COLUMN {name} TEXT")
        connection.execute(_BATCHES)
        connection.execute(f"PRAGMA user_version={STORE_VERSION}")
    connection.execute("COMMIT")
    return True
