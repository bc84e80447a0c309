from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.statistics.roots import falling_root


@given(st.integers(0, 1000), st.sampled_from([0.1, 0.5, 1.0, 2.0, 100.0]), st.sampled_from([1, 3]))
def test_a_root_is_found_and_rounded_up(thousandths: int, steepness: float, power: int) -> None:
    root = thousandths / 1000
    found = falling_root(lambda x: steepness * (root - x) ** power, 0.0, 1.0)
    assert root <= found <= root + (1e-9 if power == 1 else 1e-3)


@given(st.integers(0, 1000), st.sampled_from([1e-2, 1e-5]))
def test_it_is_no_farther_above_the_root_than_is_asked_for(thousandths: int, precision: float) -> None:
    root = thousandths / 1000
    assert root <= falling_root(lambda x: root**3 - x**3, 0.0, 1.0, precision) <= root + precision


@pytest.mark.parametrize("root", [0.0, 0.5, 1.0])
def test_a_root_that_is_hit_exactly_ends_the_search(root: float) -> None:
    assert falling_root(lambda x: root - x, 0.0, 1.0) == root


@pytest.mark.parametrize("root", [67_972.27984398642, 3.0, 0.999])
def test_a_root_between_neighbouring_numbers_ends_the_search(root: float) -> None:
    """With a tilt of 68,000, two neighbours are farther apart than 1e-11: the search went on for ever."""
    calls = 0

    def falling(x: float) -> float:
        nonlocal calls
        calls += 1
        assert calls < 1000
        return 1.0 if x < root else -1.0

    found = falling_root(falling, 0.0, 1e5)
    assert root <= found <= root * (1 + 1e-10)
