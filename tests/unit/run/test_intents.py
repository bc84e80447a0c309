from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_haerae.run.intents import Intents
from pytest_haerae.run.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "s.sqlite")
    yield opened
    opened.close()


def test_an_intent_is_what_it_was_in_another_process(store: Store) -> None:
    begun = Intents(store).begin(3, ["a", "b"])
    uploaded = Intents(store).uploaded(begun, "file-1")
    other = Store(store.path)
    assert Intents(other).about({"b"}) == [uploaded]
    sent = Intents(store).sent(uploaded, "batch-1")
    assert Intents(other).about({"b"}) == [sent]
    assert (sent.run, sent.requests, sent.file, sent.batch) == (3, ("a", "b"), "file-1", "batch-1")
    assert Intents(other).about({"c"}) == []
    Intents(other).end(sent)
    assert Intents(store).about({"a", "b"}) == []
    other.close()


def test_labels_are_told_apart(store: Store) -> None:
    intents = Intents(store)
    assert len({intents.begin(1, ["a"]).label for _ in range(20)}) == 20
    assert len(intents.about({"a"})) == 20


@pytest.mark.parametrize("column", ["run", "requests", "file", "batch"])
def test_a_damaged_row_is_passed_over(store: Store, column: str) -> None:
    intents = Intents(store)
    intents.sent(intents.uploaded(intents.begin(1, ["a"]), "f"), "b")
    store._connection.execute(f"UPDATE batches SET {column} = 'a 7'")  # noqa: S608 - a constant
    assert intents.about({"a"}) == []


def test_what_was_sent_is_on_the_disk_at_once_and_answers_as_before(store: Store) -> None:
    statements: list[str] = []
    store._connection.set_trace_callback(statements.append)
    Intents(store).begin(1, ["a"])
    assert statements[0] == "PRAGMA synchronous=FULL"
    assert statements[-1] == "PRAGMA synchronous=NORMAL"
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (1,)
