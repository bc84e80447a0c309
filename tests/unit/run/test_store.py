from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import StoreError, UsageError
from pytest_haerae.run.intents import Intents
from pytest_haerae.run.store import Store
from pytest_haerae.run.store_format import answer_digest
from pytest_haerae.types import Response

ANSWER = Response(loglikelihoods=(-1.25, -2.5), prompt_tokens=3)
VERSION_3 = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, started REAL NOT NULL, finished REAL,
    detail TEXT);
CREATE TABLE responses (
    run INTEGER NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE failures (
    run INTEGER NOT NULL, key TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (key, run)) WITHOUT ROWID;
PRAGMA user_version=3;
"""
"""As version 0.2 made it."""
VERSION_4 = VERSION_3.replace("detail TEXT)", "detail TEXT, generation TEXT, identity TEXT)").replace("=3;", "=4;")
"""As it was before a provider's batches were kept in it."""
OLD_ANSWER = (
    '{"text": "\\uc815\\ub2f5: (A)", "loglikelihoods": null, "error": null, "prompt_tokens": %s, '
    '"completion_tokens": 2, "finish_reason": "stop", "truncated": false, "latency_seconds": 0.5, "cost_usd": null}'
)


def write_version_3(path: Path, prompt_tokens: str) -> None:
    """A store of version 3 with one finished run and one answer."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_3)
        connection.execute("INSERT INTO runs VALUES (1, 'f', 5.0, 6.0, 'told')")
        answer = OLD_ANSWER % prompt_tokens
        connection.execute("INSERT INTO responses VALUES (1, 'k', ?, ?)", (answer, answer_digest(1, "k", answer)))
        connection.commit()


def test_an_answer_comes_back_as_it_went_in(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", ANSWER)
    store.close()
    again = Store(tmp_path / "s.sqlite")
    assert again.begin("f", resume=True, rerun_errors=False) == (run, True)
    assert again.get(run, "k") == ANSWER
    again.close()


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (Response(), {}),
        (Response(text="", prompt_tokens=0, cost_usd=0.0), {"text": "", "prompt_tokens": 0, "cost_usd": 0.0}),
        (Response(text="가", truncated=True, reward=-1.5), {"text": "가", "truncated": True, "reward": -1.5}),
        (ANSWER, {"loglikelihoods": [-1.25, -2.5], "prompt_tokens": 3}),
    ],
)
def test_all_that_a_response_says_is_kept_and_no_more(tmp_path: Path, answer: Response, kept: dict[str, Any]) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", answer)
    with store.access("read") as connection:
        (text,) = connection.execute("SELECT answer FROM responses").fetchone()
    assert json.loads(text) == kept
    assert store.get(run, "k") == answer
    store.close()


def test_errors_are_never_answers(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", Response(error="HTTP 500"))
    assert store.get(run, "k", any_run=True) is None
    assert store.failure(run, "k") == "HTTP 500"
    store.put(run, "k", ANSWER)
    assert store.failure(run, "k") is None
    store.close()


def test_a_finished_run_is_measured_anew_unless_asked(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", ANSWER)
    store.finish(run)
    other, earlier = store.begin("f", resume=True, rerun_errors=False)
    assert (other != run, earlier) == (True, False)
    assert store.get(other, "k") is None
    assert store.get(other, "k", any_run=True) == ANSWER
    store.close()


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("rerun_errors", [False, True])
def test_when_a_run_goes_on(tmp_path: Path, finished: bool, resume: bool, rerun_errors: bool) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.begin("other", resume=True, rerun_errors=False)
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    if finished:
        store.finish(run)
    goes_on = rerun_errors or (resume and not finished)
    again, earlier = store.begin("f", resume=resume, rerun_errors=rerun_errors)
    assert (again == run, earlier) == (goes_on, goes_on)
    # Whatever goes on is no longer finished: the next interrupted run goes on with it.
    assert store.begin("f", resume=True, rerun_errors=False) == (again, True)
    store.close()


def test_the_latest_run_is_gone_on_with(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    runs = [store.begin("f", resume=False, rerun_errors=False)[0] for _ in range(3)]
    assert runs == sorted(set(runs))
    assert store.begin("f", resume=True, rerun_errors=False) == (runs[-1], True)
    store.close()


def test_a_new_run_takes_no_number_that_answers_are_stored_under(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.put(7, "k", ANSWER)
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    assert run == 8
    assert store.get(run, "k") is None
    store.close()


def test_the_way_to_the_numbers_is_kept_with_its_run(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    one, _ = store.begin("f", resume=True, rerun_errors=False)
    other, _ = store.begin("g", resume=True, rerun_errors=False)
    store.note_words(one, "prompt_logprobs", {"repetition_penalty": 1.3})
    store.note_identity(other, "digest")
    assert store.words(one) == ("prompt_logprobs", {"repetition_penalty": 1.3})
    assert [store.words(run) for run in (other, 99)] == [(None, None)] * 2
    assert [store.identity(run) for run in (one, other, 99)] == [None, "digest", None]
    store.close()


def test_what_is_taken_back_is_no_answer_any_more(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    for run in (1, 2):
        for key in "kl":
            store.put(run, key, ANSWER)
    store.take_back(1, ["k", "none"])
    assert [store.get(run, key) for run in (1, 2) for key in "kl"] == [None, ANSWER, ANSWER, ANSWER]
    store.close()


def test_a_disk_that_fills_up_stops_the_run_with_the_way_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", ANSWER)
    store._connection.execute("PRAGMA max_page_count=1")
    with pytest.raises(StoreError, match=r"cannot be written \(database or disk is full\); answers so far are kept"):
        store.put(run, "l", Response(text="가" * 10_000))
    assert store.get(run, "k") == ANSWER
    store.close()


def test_a_damaged_store_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.warns(UserWarning, match="set aside"):
        store = Store(path)
    assert list(tmp_path.glob("*.damaged"))
    store.begin("f", resume=True, rerun_errors=False)
    store.close()


def test_a_damaged_row_counts_as_absent(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", ANSWER)
    store._connection.execute("UPDATE responses SET answer = replace(answer, '1.25', '9.25')")
    assert store.get(run, "k") is None
    store.close()


def test_a_store_of_version_3_is_read_on(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    write_version_3(tmp_path / "s.sqlite", "3")
    for _ in range(2):
        store = Store(tmp_path / "s.sqlite")
        old = Response(
            text="정답: (A)", prompt_tokens=3, completion_tokens=2, finish_reason="stop", latency_seconds=0.5
        )
        assert store.get(1, "k") == old
        assert store.words(1) == ("told", None)
        store.put(1, "l", Response(text="B", reasoning="생각"))
        assert store.get(1, "l") == Response(text="B", reasoning="생각")
        store.close()
    assert not recwarn.list
    assert not list(tmp_path.glob("*.damaged"))


def test_a_store_of_version_4_is_read_on_and_keeps_batches(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    path = tmp_path / "s.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_4)
        connection.execute("INSERT INTO runs VALUES (1, 'f', 5.0, NULL, 'told', '{\"a\": 1}', 'i')")
        answer = OLD_ANSWER % "3"
        connection.execute("INSERT INTO responses VALUES (1, 'k', ?, ?)", (answer, answer_digest(1, "k", answer)))
        connection.commit()
    for _ in range(2):
        store = Store(path)
        assert store.begin("f", resume=True, rerun_errors=False) == (1, True)
        assert store.get(1, "k") is not None
        assert (store.words(1), store.identity(1)) == (("told", {"a": 1}), "i")
        intents = Intents(store)
        assert intents.about({"l"}) == []
        intents.end(intents.begin(1, ["l"]))
        store.close()
    assert not recwarn.list
    assert not list(tmp_path.glob("*.damaged"))


@pytest.mark.parametrize("value", ['"12"', "[12]", "NaN", "-1", "true", "1.5", "{}", "9" * 5000])
def test_d2_a_malformed_value_that_was_stored_is_asked_again(tmp_path: Path, value: str) -> None:
    """D2: `"usage": {"prompt_tokens": "12"}`, a list, NaN: the stored value crashed every rerun."""
    write_version_3(tmp_path / "s.sqlite", value)
    store = Store(tmp_path / "s.sqlite")
    assert store.get(1, "k") is None
    assert dict(store.get_many(1, ["k"], any_run=True)) == {}
    store.close()


def test_a_damaged_store_of_version_3_leaves_its_whole_answers(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    write_version_3(path, "3")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE stranger (x)")
        connection.commit()
    with pytest.warns(UserWarning, match="it is damaged.* taken over: 1$"):
        store = Store(path)
    assert store.get(1, "k") is not None
    assert store.begin("f", resume=True, rerun_errors=True) == (1, True)
    store.close()


def test_a_damaged_store_leaves_the_batches_that_are_in_flight(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store = Store(path)
    intents = Intents(store)
    kept = intents.sent(intents.uploaded(intents.begin(1, ["k", "l"]), "file"), "batch")
    damaged = intents.begin(1, ["k"])
    store._connection.execute("UPDATE batches SET requests = 'x' WHERE intent = ?", (damaged.label,))
    store._connection.execute("CREATE TABLE stranger (x)")
    store.close()
    with pytest.warns(UserWarning, match="it is damaged"):
        store = Store(path)
    assert Intents(store).about({"k", "x"}) == [kept]
    store.close()


def test_another_version_is_set_aside_unread(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store = Store(path)
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", ANSWER)
    store._connection.execute("PRAGMA user_version=99")
    store.close()
    with pytest.warns(UserWarning, match="its version is 99, this program writes .* set aside .* taken over: 0$"):
        store = Store(path)
    assert store.get(run, "k", any_run=True) is None
    store.close()


def test_a_store_set_aside_takes_its_log_along_and_leaves_its_whole_answers(tmp_path: Path) -> None:
    store = Store(tmp_path / "open.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", ANSWER)
    for suffix in ("", "-wal"):
        shutil.copy(tmp_path / f"open.sqlite{suffix}", tmp_path / f"s.sqlite{suffix}")
    store._connection.execute("PRAGMA writable_schema=ON")
    store._connection.execute("UPDATE sqlite_schema SET sql = replace(sql, 'detail', 'debris')")
    shutil.copy(tmp_path / "open.sqlite-wal", tmp_path / "s.sqlite-wal")
    store.close()
    with pytest.warns(UserWarning, match="taken over: 1$"):
        again = Store(tmp_path / "s.sqlite")
    assert len(list(tmp_path.glob("*.damaged"))) == 1
    assert again.begin("f", resume=True, rerun_errors=False) == (run, True)
    assert again.get(run, "k") == ANSWER
    again.close()


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN]
)
def test_a_sound_store_is_never_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A full disk, a lock and a failing one say nothing about what the file holds."""
    path = tmp_path / "s.sqlite"
    Store(path).close()
    content = path.read_bytes()
    error = sqlite3.OperationalError("no")
    error.sqlite_errorcode = code

    def fail(self: Store) -> None:
        raise error

    monkeypatch.setattr(Store, "_connect", fail)
    with pytest.raises(UsageError, match=r"--store .*: cannot be opened \(no\)"):
        Store(path)
    assert path.read_bytes() == content
    assert not list(tmp_path.glob("*.damaged"))


def test_an_impossible_place_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--store"):
        Store(Path("/proc/no/such.sqlite"))


def test_many_answers_are_those_of_each_key(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    first, _ = store.begin("f", resume=True, rerun_errors=False)
    second, _ = store.begin("g", resume=True, rerun_errors=False)
    keys = [f"k{number:04d}" for number in range(1300)]
    for number, key in enumerate(keys):
        for run in (first, second):
            if number % (run + 2):
                store.put(run, key, Response(text=f"{run} {key}"))
    for run in (first, second):
        for any_run in (False, True):
            each = {key: found for key in keys if (found := store.get(run, key, any_run=any_run))}
            assert dict(store.get_many(run, keys, any_run=any_run)) == each
            assert len(each) > 800
    store.close()


def test_statements_are_as_many_as_answers_and_a_few(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    statements: list[str] = []
    store._connection.set_trace_callback(statements.append)
    keys = [f"k{number}" for number in range(1200)]
    assert not dict(store.get_many(run, keys))
    for key in keys:
        store.put(run, key, ANSWER)
    assert dict(store.get_many(run, keys)) == dict.fromkeys(keys, ANSWER)
    assert len(statements) <= len(keys) + 8
    store.close()


def test_an_answer_takes_back_a_failure_of_an_earlier_process(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", Response(error="HTTP 500"))
    store.close()
    again = Store(tmp_path / "s.sqlite")
    assert again.begin("f", resume=True, rerun_errors=True) == (run, True)
    again.put(run, "k", ANSWER)
    assert again.failure(run, "k") is None
    again.close()


@pytest.mark.parametrize(
    ("use", "action"),
    [
        (lambda store: store.get(1, "k"), "read"),
        (lambda store: store.failure(1, "k"), "read"),
        (lambda store: store.words(1), "read"),
        (lambda store: store.identity(1), "read"),
        (lambda store: store.put(1, "k", ANSWER), "written"),
        (lambda store: store.begin("f", resume=True, rerun_errors=False), "written"),
        (lambda store: store.finish(1), "written"),
        (lambda store: store.note_words(1, "d", None), "written"),
        (lambda store: store.note_identity(1, "d"), "written"),
    ],
    ids=["get", "failure", "words", "identity", "put", "begin", "finish", "note_words", "note_identity"],
)
def test_what_goes_wrong_with_the_file_is_a_store_error_that_says_what_was_tried(
    tmp_path: Path, use: Callable[[Store], object], action: str
) -> None:
    store = Store(tmp_path / "s.sqlite")
    store._connection.execute("DROP TABLE responses")
    store._connection.execute("DROP TABLE failures")
    store._connection.execute("DROP TABLE runs")
    with pytest.raises(
        StoreError, match=rf"s\.sqlite cannot be {action} \(no such table: .*; run the same command again: it is set"
    ):
        use(store)
    store.close()


@pytest.mark.parametrize(
    ("words", "code", "way_out"),
    [
        # The file could be written: its header says that it is of a newer format.
        ("attempt to write a readonly database", sqlite3.SQLITE_READONLY, "it is set aside then"),
        ("database is locked", sqlite3.SQLITE_BUSY, "answers so far are kept; free the disk"),
    ],
)
def test_the_way_out_depends_on_whether_the_file_is_damaged(
    tmp_path: Path, words: str, code: int, way_out: str
) -> None:
    store = Store(tmp_path / "s.sqlite")
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    with pytest.raises(StoreError, match=way_out), store.access("written"):
        raise error
    store.close()


def test_several_that_make_a_store_at_the_same_time_share_it(tmp_path: Path) -> None:
    for number in range(30):
        path, together = tmp_path / f"{number}.sqlite", threading.Barrier(3)

        def put(key: str, path: Path = path, together: threading.Barrier = together) -> None:
            together.wait()
            store = Store(path)
            store.put(1, key, Response(text=key))
            store.close()

        threads = [threading.Thread(target=put, args=[key]) for key in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        store = Store(path)
        assert {key for key, _ in store.get_many(1, "abc")} == {*"abc"}
        store.close()
    assert not list(tmp_path.glob("*.damaged"))
