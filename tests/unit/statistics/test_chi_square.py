from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pytest_haerae.statistics.chi_square import chi_square_tail, sums_p_value


@pytest.mark.parametrize("freedom", range(1, 26))
@pytest.mark.parametrize("value", [0.0, 1e-6, 0.3, 1.0, 4.0, 12.5, 40.0, 200.0])
def test_the_tail_is_scipys(value: float, freedom: int) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(float(stats.chi2.sf(value, freedom)), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("n", [1, 2, 4, 7])
def test_sums_are_held_against_their_covariance(n: int) -> None:
    random = np.random.default_rng(n)
    root = random.normal(size=(n, n))
    covariance, sums = root @ root.T, random.normal(size=n)
    expected = stats.chi2.sf(sums @ np.linalg.solve(covariance, sums), n)
    assert sums_p_value(list(sums), covariance.tolist()) == pytest.approx(float(expected), rel=1e-6)


def test_sums_that_others_decide_count_once() -> None:
    """Counts of places sum to a constant: the last one says nothing new."""
    shares, n = np.array([0.2, 0.3, 0.5]), 100
    covariance = n * (np.diag(shares) - np.outer(shares, shares))
    counts = np.array([30, 30, 40])
    expected = stats.chisquare(counts, n * shares).pvalue
    assert sums_p_value(list(counts - n * shares), covariance.tolist()) == pytest.approx(float(expected))
    assert sums_p_value([0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]) == 1.0
    assert math.isclose(sums_p_value([3.0, 0.0], [[9.0, 0.0], [0.0, 0.0]]), float(stats.chi2.sf(1, 1)))
