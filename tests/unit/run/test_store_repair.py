"""A damaged store gives the answers that were put in, or none; never another one, never a traceback."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from pytest_haerae.run import store_repair
from pytest_haerae.run.store import Store
from pytest_haerae.run.store_repair import Damaged, OtherVersion, is_damage, reason, set_aside, take_over
from pytest_haerae.types import Response

SEED = 20261124
PAGE = 4096
LEAVES = (10, 13)
"""The first byte of a leaf, of a table without row numbers and of one with them."""
# Lengths from a few bytes to several pages, so that overflow pages are hit, too.
ANSWERS = {
    f"{number:064x}": Response(
        text=f"{number}번: 정답은 (B)입니다. " * (1 + number**3 // 40), latency_seconds=number / 7
    )
    for number in range(24)
}


def put_all(store: Store) -> int:
    run, _ = store.begin("fingerprint", resume=True, rerun_errors=False)
    for key, answer in ANSWERS.items():
        store.put(run, key, answer)
    store.put(run, "failed", Response(error="HTTP 500: 과부하"))
    return run


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder that is no disk where there is one: hundreds of stores are closed here, and each close waits for it."""
    shared_memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(dir=shared_memory if os.access(shared_memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def sound(memory: Path) -> Path:
    """A folder with a closed store, and one as a killed process leaves it: with a log that holds everything."""
    folder = memory / "sound"
    closed = Store(folder / "closed.sqlite")
    put_all(closed)
    closed.close()
    killed = Store(folder / "open.sqlite")
    put_all(killed)
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(folder / f"open.sqlite{suffix}", folder / f"killed.sqlite{suffix}")
    killed.close()
    return folder


Damage = Callable[[bytearray, random.Random], str]


def one_byte(content: bytearray, chance: random.Random) -> str:
    place = chance.randrange(len(content))
    content[place] ^= chance.randrange(1, 256)
    return f"byte {place}"


def a_header_byte(content: bytearray, chance: random.Random) -> str:
    place = chance.randrange(100)
    content[place] ^= chance.randrange(1, 256)
    return f"byte {place}"


def a_cut(content: bytearray, chance: random.Random) -> str:
    length = chance.randrange(len(content))
    del content[length:]
    return f"cut at {length}"


def a_page_of_zeros(content: bytearray, chance: random.Random) -> str:
    page = chance.randrange(len(content) // PAGE)
    content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    return f"page {page} zero"


def noise(content: bytearray, chance: random.Random) -> str:
    place = chance.randrange(len(content))
    content[place : place + 600] = chance.randbytes(len(content[place : place + 600]))
    return f"600 bytes of noise at {place}"


@pytest.mark.parametrize(
    ("left", "damage", "times"),
    [
        ("closed.sqlite", one_byte, 200),
        ("closed.sqlite", a_header_byte, 60),
        ("closed.sqlite", a_cut, 30),
        ("closed.sqlite", a_page_of_zeros, 20),
        ("closed.sqlite", noise, 30),
        ("killed.sqlite-wal", one_byte, 40),
        ("killed.sqlite-wal", a_cut, 20),
        ("killed.sqlite-shm", noise, 5),
        ("killed.sqlite", one_byte, 15),
    ],
)
def test_a_damaged_store_gives_the_right_answer_or_none(
    sound: Path, memory: Path, left: str, damage: Damage, times: int
) -> None:
    store = left.partition("-")[0]
    chance = random.Random(SEED)  # noqa: S311 - which byte, no secret
    kept = set_aside = 0
    for number in range(times):
        folder = Path(tempfile.mkdtemp(dir=memory))
        for part in sound.glob(f"{store}*"):
            shutil.copy(part, folder)
        damaged = folder / left
        content = bytearray(damaged.read_bytes())
        what = f"seed {SEED}, number {number}: {damage(content, chance)}"
        damaged.write_bytes(content)
        found, warned = ask_all(folder / store, what)
        assert warned == bool(list(folder.glob("*.damaged"))), what
        kept += found
        set_aside += warned
    print(f"{left}, {damage.__name__}: {kept / times / len(ANSWERS):.0%} kept, {set_aside}/{times} set aside")
    assert kept


def ask_all(path: Path, what: str) -> tuple[int, bool]:
    """Go on with the damaged store as a run does; how many answers it still had, and whether it was set aside."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        store = Store(path)
    assert all("is set aside as" in str(warning.message) for warning in caught), what
    run, _ = store.begin("fingerprint", resume=True, rerun_errors=False)
    found = 0
    for key, answer in ANSWERS.items():
        given = store.get(run, key)
        assert given in (None, answer), what
        found += given is not None
        store.failure(run, key)
        if given is None:
            store.put(run, key, answer)
    store.failure(run, "failed")
    store.words(run)
    store.close()
    again = Store(path)
    assert [again.get(run, key) for key in ANSWERS] == list(ANSWERS.values()), what
    again.finish(run)
    again.close()
    return found, bool(caught)


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("no")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "damage"),
    [
        (Damaged("x"), True),
        (OtherVersion("x"), True),
        (sqlite_error(sqlite3.SQLITE_CORRUPT), True),
        (sqlite_error(sqlite3.SQLITE_CORRUPT | 3 << 8), True),
        (sqlite_error(sqlite3.SQLITE_NOTADB), True),
        (sqlite_error(sqlite3.SQLITE_FULL), False),
        (sqlite_error(sqlite3.SQLITE_BUSY), False),
        (sqlite_error(sqlite3.SQLITE_IOERR), False),
        (sqlite3.OperationalError("without a code"), False),
    ],
)
def test_what_says_that_the_file_is_bad(tmp_path: Path, error: sqlite3.Error, damage: bool) -> None:
    assert is_damage(error, tmp_path / "s.sqlite") == damage


@pytest.mark.parametrize("writable", [False, True])
def test_a_read_only_file_is_damaged_only_where_it_could_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writable: bool
) -> None:
    monkeypatch.setattr(store_repair, "os", SimpleNamespace(W_OK=os.W_OK, access=lambda path, mode: writable))
    assert is_damage(sqlite_error(sqlite3.SQLITE_READONLY), tmp_path / "s.sqlite") == writable


def test_a_file_set_aside_takes_along_what_belongs_to_it_alone(tmp_path: Path) -> None:
    names = ["s.sqlite", "s.sqlite-wal", "s.sqlite-journal", "s.sqlite-shm", "other.sqlite-wal"]
    for name in names:
        (tmp_path / name).write_text(name)
    aside = set_aside(tmp_path / "s.sqlite")
    assert aside.name.endswith(".damaged")
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {
        aside.name: "s.sqlite",
        f"{aside.name}-wal": "s.sqlite-wal",
        f"{aside.name}-journal": "s.sqlite-journal",
        "other.sqlite-wal": "other.sqlite-wal",
    }


@pytest.mark.parametrize(
    ("free", "words"), [(1 << 15, "the disk is full"), (1 << 16, "disk I/O error"), (1 << 30, "disk I/O error")]
)
def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, words: str) -> None:
    monkeypatch.setattr(store_repair, "shutil", SimpleNamespace(disk_usage=lambda path: SimpleNamespace(free=free)))
    assert reason(sqlite3.OperationalError("disk I/O error"), tmp_path / "s.sqlite") == words


def test_only_answers_with_their_digest_are_taken_over(tmp_path: Path) -> None:
    old, new = Store(tmp_path / "old.sqlite"), Store(tmp_path / "new.sqlite")
    run = put_all(old)
    old._connection.execute("UPDATE responses SET answer = answer || ' ' WHERE key LIKE '%3'")
    broken = sum(key.endswith("3") for key in ANSWERS)
    old.close()
    assert take_over(tmp_path / "old.sqlite", new._connection) == len(ANSWERS) - broken > 0
    assert dict(new.get_many(run, ANSWERS)) == {key: ANSWERS[key] for key in ANSWERS if not key.endswith("3")}
    assert new.begin("fingerprint", resume=True, rerun_errors=False) == (run, True)
    new.close()


def test_a_read_only_folder_says_nothing_about_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for locked in (tmp_path, tmp_path / "s.sqlite"):
        may = SimpleNamespace(W_OK=os.W_OK, access=lambda path, mode, locked=locked: path != locked)
        monkeypatch.setattr(store_repair, "os", may)
        assert not is_damage(sqlite_error(sqlite3.SQLITE_READONLY), tmp_path / "s.sqlite")


def test_a_second_file_set_aside_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_text("first")
    aside = set_aside(tmp_path / "s.sqlite")
    assert re.fullmatch(rf"s\.sqlite\.\d{{8}}-\d{{6}}-{os.getpid()}\.damaged", aside.name)


def test_what_lies_before_and_behind_the_damage_is_taken_over(tmp_path: Path) -> None:
    path, keys = tmp_path / "old.sqlite", [f"key {number:04d}" for number in range(2000)]
    old, new = Store(path), Store(tmp_path / "new.sqlite")
    runs = [old.begin(f"fingerprint {number:04d}", resume=True, rerun_errors=False)[0] for number in range(2000)]
    for key in keys:
        old.put(runs[0], key, Response(text=f"the answer to {key}"))
    old.close()
    content = bytearray(path.read_bytes())
    for middle in ("the answer to key", "fingerprint"):
        pages = (content.index(f"{middle} {number}".encode()) // PAGE for number in range(1000, 1100))
        # Not one that others hang from.
        page = next(page for page in pages if content[page * PAGE] in LEAVES)
        content[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    path.write_bytes(content)
    assert 1900 < take_over(path, new._connection) < 2000
    found = dict(new.get_many(runs[0], keys))
    assert keys[0] in found
    assert keys[-1] in found
    for number in (0, 1999):
        again = new.begin(f"fingerprint {number:04d}", resume=True, rerun_errors=False)
        assert again == (runs[number], True)
    new.close()


def test_what_lies_between_damaged_pages_is_taken_over(tmp_path: Path) -> None:
    path, keys = tmp_path / "old.sqlite", [hashlib.sha256(bytes([number])).hexdigest() for number in range(200)]
    old, new = Store(path), Store(tmp_path / "new.sqlite")
    run, _ = old.begin("fingerprint", resume=True, rerun_errors=False)
    for key in keys:
        old.put(run, key, Response(text=f"the answer to {key}"))
    old._connection.execute("VACUUM")
    old.close()
    content = bytearray(path.read_bytes())
    # The pages of the first and of the last answer: nothing can be read from either end.
    for lost in (min(keys), max(keys)):
        page = content.index(f"the answer to {lost}".encode()) // PAGE
        assert content[page * PAGE] in LEAVES
        content[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    whole = {key for key in keys if f"the answer to {key}".encode() in content}
    path.write_bytes(content)
    # A row beside each damaged page is what the cursor loses.
    assert len(whole) - 2 <= take_over(path, new._connection) <= len(whole)
    assert len(whole) > 150
    assert {key for key, _ in new.get_many(run, keys)} <= whole
    new.close()
