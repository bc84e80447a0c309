"""What a store's file looks like: its tables, its version, and the digest that each answer is stored with."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3

STORE_VERSION = 4
_UPGRADED = 3
"""The version before: its rows are sound, they lack what is new."""
_ADDED = ("generation", "identity")
"""Columns of `runs` that the version before has not."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, started REAL NOT NULL, finished REAL,
    detail TEXT, generation TEXT, identity TEXT);
CREATE TABLE IF NOT EXISTS responses (
    run INTEGER NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    run INTEGER NOT NULL, key TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (key, run)) WITHOUT ROWID;
"""
"""No index beside the tables' own order: there is nothing that could disagree with a table."""


def answer_digest(run: int, key: str, answer: str) -> str:
    """Digest of an answer, of its key and of its run: a damaged row is known by it."""
    return hashlib.blake2b(f"{run}\x00{key}\x00{answer}".encode(), digest_size=8).hexdigest()


def tables_of(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Names and definitions of the tables."""
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def is_ours(connection: sqlite3.Connection, schema: str = SCHEMA) -> bool:
    """Whether the tables are those this program makes: a damaged definition reads sound rows wrongly."""
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(schema)
        return tables_of(fresh) == tables_of(connection)


def upgrade(connection: sqlite3.Connection, version: int) -> bool:
    """Make a store of the version before one of this version, unless another process is just done with it.

    Returns:
        Whether it is one of this version now.
    """
    if version != _UPGRADED:
        return False
    connection.execute("BEGIN IMMEDIATE")
    before = SCHEMA.replace("".join(f", {name} TEXT" for name in _ADDED), "")
    if connection.execute("PRAGMA user_version").fetchone()[0] == _UPGRADED and is_ours(connection, before):
        for name in _ADDED:
            connection.execute(f"ALTER TABLE runs ADD COLUMN {name} TEXT")
        connection.execute(f"PRAGMA user_version={STORE_VERSION}")
    connection.execute("COMMIT")
    return True
