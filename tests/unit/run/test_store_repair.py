"""A damaged store gives the answers that were put in, or none; never another one, never a traceback."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_haerae.run.store import Store
from pytest_haerae.types import Response

SEED = 20261124
PAGE = 4096
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
    store.detail(run)
    store.close()
    again = Store(path)
    assert [again.get(run, key) for key in ANSWERS] == list(ANSWERS.values()), what
    again.finish(run)
    again.close()
    return found, bool(caught)
