from __future__ import annotations

import pytest

from pytest_haerae.prompts import LazyRequests
from pytest_haerae.types import Request

INDICES = [4, 0, 7, 7, 2]


def test_they_are_a_sequence_like_the_list_of_all() -> None:
    every = [Request("generate", f"q{index}") for index in INDICES]
    lazy = LazyRequests(lambda index: Request("generate", f"q{index}"), INDICES)
    assert (len(lazy), list(lazy), lazy[-1], lazy[1:3], lazy.index(every[2])) == (5, every, every[-1], every[1:3], 2)
    with pytest.raises(IndexError):
        lazy[5]


def test_one_that_is_looked_at_again_at_once_is_the_same_and_old_ones_are_not_kept() -> None:
    made: list[int] = []

    def make(index: int) -> Request:
        made.append(index)
        return Request("generate", str(index))

    lazy = LazyRequests(make, range(2000))
    assert all(lazy[index] is lazy[index] for index in range(2000))
    assert made == list(range(2000))
    assert lazy[0].context == "0"
    assert made[2000:] == [0]
