from __future__ import annotations

import pytest

from pytest_haerae.lazy import LazySequence

ENTRIES = [4, 0, 7, 7, 2]


def test_it_is_a_sequence_like_the_list_of_all() -> None:
    every = [f"q{entry}" for entry in ENTRIES]
    lazy = LazySequence("q{}".format, ENTRIES)
    assert (len(lazy), list(lazy), lazy[-1], lazy[1:3], lazy.index(every[2])) == (5, every, every[-1], every[1:3], 2)
    for outside in (5, -6):
        with pytest.raises(IndexError):
            lazy[outside]


def test_one_that_is_looked_at_again_at_once_is_the_same_and_old_ones_are_not_kept() -> None:
    made: list[int] = []

    def make(entry: int) -> list[int]:
        made.append(entry)
        return [entry]

    lazy = LazySequence(make, range(2000))
    assert all(lazy[index] is lazy[index] for index in range(2000))
    assert made == list(range(2000))
    assert lazy[0] == [0]
    assert made[2000:] == [0]


def test_one_that_is_not_remembered_is_made_at_each_look() -> None:
    lazy = LazySequence(lambda entry: [entry], ENTRIES, remembered=0)
    assert lazy[1] == lazy[1]
    assert lazy[1] is not lazy[1]


def test_entries_need_no_hash() -> None:
    assert list(LazySequence(sum, [[1, 2], [3]])) == [3, 3]
