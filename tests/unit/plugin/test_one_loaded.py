from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_haerae.plugin.one_loaded import OneLoaded


def test_what_was_used_is_released_before_another_is() -> None:
    released: list[str] = []
    one = OneLoaded(released.append)
    for name in ("small", "small", "large", "small"):
        with one.use(name):
            assert name not in released[-1:]
    assert released == ["small", "large"]


def test_many_use_one_at_a_time() -> None:
    names = ["small", "large", "huge"]
    lock, users, seen = threading.Lock(), dict.fromkeys(names, 0), []

    def release(name: str) -> None:
        with lock:
            assert users[name] == 0

    one = OneLoaded(release)

    def work(number: int) -> None:
        name = names[number % 3]
        with one.use(name):
            with lock:
                users[name] += 1
                seen.append({each for each in names if users[each]})
            with lock:
                users[name] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(300)))
    assert len(seen) == 300
    assert all(len(each) == 1 for each in seen)


def test_several_threads_use_the_same_at_once() -> None:
    one: OneLoaded[str] = OneLoaded(lambda name: None)
    both = threading.Barrier(2, timeout=10)

    def work(number: int) -> None:
        with one.use("small"):
            both.wait()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))


def test_what_raises_leaves_it_free() -> None:
    def release(name: str) -> None:
        raise ValueError(name)

    one = OneLoaded(release)
    with pytest.raises(KeyError), one.use("small"):
        raise KeyError
    with pytest.raises(ValueError, match="small"), one.use("large"):
        pass
    with one.use("large"):
        pass
