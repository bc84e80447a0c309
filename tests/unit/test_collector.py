from __future__ import annotations

import gc

import pytest

from pytest_haerae.collector import without_collector


def test_the_collector_stays_away_and_is_as_it_was_afterwards() -> None:
    seen: list[bool] = []

    @without_collector()
    def fail() -> None:
        seen.append(gc.isenabled())
        raise ValueError("no JSON")

    with pytest.raises(ValueError, match="no JSON"):
        fail()
    assert (seen, gc.isenabled()) == ([False], True)
    with without_collector(), without_collector():
        pass
    assert gc.isenabled()
    gc.disable()
    try:
        with without_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
