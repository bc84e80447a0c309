from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.run.store_format import SCHEMA, STORE_VERSION, answer_digest, is_ours, tables_of


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    opened.executescript(SCHEMA)
    yield opened
    opened.close()


def test_what_is_on_disk_changes_only_with_its_version() -> None:
    """Files of this version lie on people's disks: whoever changes one of these raises the version."""
    schema = hashlib.sha256(" ".join(SCHEMA.split()).encode()).hexdigest()[:16]
    assert (STORE_VERSION, schema, answer_digest(7, "key", "답")) == (5, "f36802772ea0a263", "d6ef5bee73115f26")


@given(
    one=st.tuples(st.integers(0), st.from_regex(r"[0-9a-f]*", fullmatch=True), st.text()),
    other=st.tuples(st.integers(0), st.from_regex(r"[0-9a-f]*", fullmatch=True), st.text()),
)
def test_a_digest_is_of_run_key_and_answer(one: tuple[int, str, str], other: tuple[int, str, str]) -> None:
    assert (answer_digest(*one) == answer_digest(*other)) == (one == other)


@pytest.mark.parametrize("place", range(3))
def test_a_digest_changes_with_each_part(place: int) -> None:
    parts: list[tuple[int, str, str]] = [(2, "k", "a"), (1, "l", "a"), (1, "k", "b")]
    assert answer_digest(*parts[place]) != answer_digest(1, "k", "a")


def test_our_own_tables_are_known(connection: sqlite3.Connection) -> None:
    assert is_ours(connection)
    assert [name for name, _ in tables_of(connection)] == ["batches", "failures", "responses", "runs"]


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE runs RENAME COLUMN detail TO debris", "DROP TABLE failures", "CREATE TABLE more (x)"],
)
def test_other_tables_are_not_ours(connection: sqlite3.Connection, change: str) -> None:
    connection.execute(change)
    assert not is_ours(connection)
