from __future__ import annotations

import gc

import pytest

from pytest_haerae.collector import without_collector, without_what_stays


def test_the_collector_stays_away_and_is_as_it_was_afterwards() -> None:
    seen: list[bool] = []
    usual = gc.get_threshold()

    @without_collector()
    def fail() -> None:
        seen.append(gc.get_threshold()[0] > 0)
        raise ValueError("no JSON")

    with pytest.raises(ValueError, match="no JSON"):
        fail()
    assert (seen, gc.get_threshold()) == ([False], usual)
    with without_collector(), without_collector():
        pass
    assert gc.get_threshold() == usual


def test_who_disables_the_collector_meanwhile_is_heard() -> None:
    try:
        with without_collector():
            gc.disable()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_greatest_threshold_stays_one() -> None:
    usual = gc.get_threshold()
    gc.set_threshold(700, 10, 2**31 - 1)
    try:
        with without_what_stays():
            pass
        assert gc.get_threshold() == (700, 10, 2**31 - 1)
    finally:
        gc.set_threshold(*usual)


def test_what_stays_is_set_aside_and_given_back() -> None:
    gc.collect()  # garbage of earlier tests would be counted first, and be gone when the rest is counted
    before = gc.get_freeze_count()
    with without_what_stays():
        first = gc.get_freeze_count()
        assert first > before
    assert gc.get_freeze_count() == 0
    kept = [[] for _ in range(1000)]  # type: ignore[var-annotated] # of nothing
    with without_what_stays():
        assert gc.get_freeze_count() >= first + len(kept)
    assert gc.get_freeze_count() == 0


def test_the_rest_is_gone_over_more_seldom_until_what_stays_is_given_back() -> None:
    usual = gc.get_threshold()
    with without_what_stays():
        assert gc.get_threshold()[:2] == usual[:2]
        assert gc.get_threshold()[2] > usual[2]
    assert gc.get_threshold() == usual


def test_a_threshold_that_somebody_sets_meanwhile_stays() -> None:
    usual = gc.get_threshold()
    try:
        with without_what_stays():
            gc.set_threshold(900, 9, 9)
        assert gc.get_threshold() == (900, 9, 9)
    finally:
        gc.set_threshold(*usual)


def test_what_somebody_else_has_set_aside_stays_so() -> None:
    gc.freeze()
    try:
        count = gc.get_freeze_count()
        # A few may be freed meanwhile, by threads of other tests.
        with without_what_stays():
            assert 0.99 * count < gc.get_freeze_count() <= count
        assert 0.99 * count < gc.get_freeze_count() <= count
    finally:
        gc.unfreeze()
