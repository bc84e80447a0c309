from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.run.keys import identity_digest, response_key
from pytest_haerae.run.store import Store
from pytest_haerae.types import Request, Response

ANSWER = Response(loglikelihoods=(-1.25, -2.5), prompt_tokens=3)


def test_an_answer_comes_back_as_it_went_in(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    store.put(run, "k", ANSWER)
    store.close()
    again = Store(tmp_path / "s.sqlite")
    assert again.begin("f", resume=True, rerun_errors=False) == (run, True)
    assert again.get(run, "k") == ANSWER
    again.close()


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
    with pytest.raises(UsageError, match=r"--store .*: can not be opened \(no\)"):
        Store(path)
    assert path.read_bytes() == content
    assert not list(tmp_path.glob("*.damaged"))


def test_an_impossible_place_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--store"):
        Store(Path("/proc/no/such.sqlite"))


def test_keys_tell_models_and_requests_apart() -> None:
    one, other = identity_digest({"model": "a"}), identity_digest({"model": "b"})
    request = Request("loglikelihood", "q", (" (A)",))
    assert response_key(one, request) == response_key(one, Request("loglikelihood", "q", (" (A)",)))
    assert (
        len({response_key(one, request), response_key(other, request), response_key(one, Request("generate", "q"))})
        == 3
    )


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
