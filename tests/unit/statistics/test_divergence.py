"""Distributions over options against numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from pytest_haerae.statistics.divergence import ROUNDING, divergences_of, log_shares, shift_of

LOGLIKELIHOOD = st.floats(-60, 0)
PAIRS = st.integers(1, 6).flatmap(
    lambda count: st.tuples(*[st.lists(LOGLIKELIHOOD, min_size=count, max_size=count)] * 2)
)


@given(PAIRS)
def test_shares_and_divergence_are_those_of_scipy(pair: tuple[list[float], list[float]]) -> None:
    before, after = (np.array(values) for values in pair)
    shift = shift_of("x", *pair)
    assert log_shares(pair[0]) == pytest.approx(special.log_softmax(before), abs=1e-9)
    oracle = stats.entropy(special.softmax(before), special.softmax(after))
    assert shift.divergence == pytest.approx(oracle, rel=1e-6, abs=1e-9)
    assert shift.largest == np.abs(after - before).max()
    assert shift.differences == tuple(after - before)


@given(PAIRS)
def test_flips_are_symmetric_and_nothing_differs_from_itself(pair: tuple[list[float], list[float]]) -> None:
    there, back = shift_of("x", *pair), shift_of("x", *reversed(pair))
    assert (there.flipped, there.tied, there.largest) == (back.flipped, back.tied, back.largest)
    assert not (there.flipped and there.tied)
    same = shift_of("x", pair[0], pair[0])
    assert (same.divergence, same.largest, same.flipped, same.tied, same.together) == (0, 0, False, False, False)


@given(st.lists(st.floats(-30, -2), min_size=2, max_size=5), st.floats(0.01, 2))
def test_options_that_move_alike_keep_their_shares(values: list[float], by: float) -> None:
    shift = shift_of("x", values, [value + by for value in values])
    assert shift.divergence == pytest.approx(0, abs=1e-12)
    assert (shift.together, shift.flipped) == (True, False)


@pytest.mark.parametrize(
    ("before", "after", "flipped", "tied"),
    [
        ([-1, -2], [-2, -1], True, False),
        ([-1, -1.0005], [-1.0005, -1], False, True),
        ([-1, -1], [-1, -1], False, False),
        # A tie in one of the two alone is decided in the other.
        ([-1, -1.0005], [-3, -1], True, False),
        ([-1, -3], [-1.0005, -1], True, False),
        # The earlier one wins an exact tie, as it is judged.
        ([-1, -1], [-2, -1], True, False),
        ([-2, -1, -1], [-2, -1, -1], False, False),
    ],
)
def test_another_option_wins(before: list[float], after: list[float], flipped: bool, tied: bool) -> None:
    shift = shift_of("x", before, after)
    assert (shift.flipped, shift.tied) == (flipped, tied)


def test_what_all_items_come_to_is_counted_by_hand() -> None:
    shifts = [shift_of("a", [-1, -2], [-1, -2]), shift_of("b", [-1, -1], [-1, -3]), shift_of("c", [-9, -9], [-4, -4])]
    found = divergences_of(shifts)
    assert found is not None
    q = np.exp([-1, -3]) / np.exp([-1, -3]).sum()
    divergence = float((0.5 * np.log(0.5 / q)).sum())
    assert found["kl_mean"] == pytest.approx(divergence / 3)
    assert found["kl_largest"] == pytest.approx(divergence)
    assert (found["n"], found["kl_largest_item"]) == (3, "b")
    assert (found["largest_difference"], found["largest_difference_item"]) == (5, "c")
    assert found["mean_difference"] == pytest.approx((0 + 0 + 0 + 2 + 5 + 5) / 6)
    assert divergences_of([]) is None


def test_one_number_for_all_options_is_none_where_it_is_rounding() -> None:
    assert not shift_of("x", [-1, -2], [-1 - ROUNDING / 2, -2 - ROUNDING / 2]).together
    assert not shift_of("x", [-1, -2], [-1.5, -2.51]).together
