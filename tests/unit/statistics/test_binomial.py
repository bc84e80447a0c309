"""The binomial distribution against scipy."""

from __future__ import annotations

import random

import pytest
from scipy import stats as scipy_stats

from pytest_haerae.statistics.binomial import binomial_lower_bound, binomial_tail
from tests.unit.statistics.tables import EXACT, TABLES


def test_binomial_tail_and_bound() -> None:
    generator = random.Random(1538)  # noqa: S311 - no secret
    for _ in range(TABLES):
        n = generator.choice((1, 7, 60, 61, 300, 4900, 35030))
        k, share, level = generator.randint(0, n + 1), generator.random(), 10 ** generator.uniform(-12, -1)
        assert binomial_tail(k, n, share) == pytest.approx(scipy_stats.binom.sf(k - 1, n, share), abs=EXACT)
        k = min(k, n)
        exact = scipy_stats.binomtest(k, n).proportion_ci(1 - level, method="exact").low if level > 1e-9 else None
        if exact is not None:  # two-sided there: half the level below
            assert binomial_lower_bound(k, n, level / 2) == pytest.approx(exact, abs=EXACT)
    assert (binomial_tail(3, 5, 0.0), binomial_tail(3, 5, 1.0), binomial_tail(0, 0, 0.5)) == (0.0, 1.0, 1.0)
