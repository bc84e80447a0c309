"""The binomial distribution against scipy."""

from __future__ import annotations

import random

import pytest
from scipy import stats as scipy_stats

from pytest_haerae.statistics.binomial import binomial_tail, exact_interval
from tests.unit.statistics.tables import EXACT, TABLES


def test_binomial_tail() -> None:
    generator = random.Random(1538)  # noqa: S311 - no secret
    for _ in range(TABLES):
        n = generator.choice((1, 7, 60, 61, 300, 4900, 35030))
        k, share = generator.randint(0, n + 1), generator.random()
        assert binomial_tail(k, n, share) == pytest.approx(scipy_stats.binom.sf(k - 1, n, share), abs=EXACT)
    assert (binomial_tail(3, 5, 0.0), binomial_tail(3, 5, 1.0), binomial_tail(0, 0, 0.5)) == (0.0, 1.0, 1.0)


def test_exact_interval() -> None:
    generator = random.Random(1538)  # noqa: S311 - no secret
    for _ in range(100):
        n = generator.choice((1, 7, 60, 61, 300, 4900))
        k = generator.choice((0, n, generator.randint(0, n)))
        exact = scipy_stats.binomtest(k, n).proportion_ci(method="exact")
        assert exact_interval(k, n) == pytest.approx((exact.low, exact.high), abs=EXACT)
    assert exact_interval(0, 0) is None
