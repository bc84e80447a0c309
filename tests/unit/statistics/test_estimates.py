"""Every estimate against scipy or statsmodels, on 500 random tables."""

from __future__ import annotations

import numpy
import pytest
from scipy import stats as scipy_stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from pytest_haerae.statistics.estimates import (
    Z95,
    clustered_standard_error,
    effective_size,
    known_mean,
    standard_error,
    student_point,
    wilson_interval,
)
from tests.unit.statistics.tables import EXACT, TABLES, random_tables


def test_standard_error_and_wilson_interval() -> None:
    for both, lost, gained, neither in random_tables():
        correct, n = both + lost, both + lost + gained + neither
        if n > 1:
            sample = numpy.repeat([1.0, 0.0], [correct, n - correct])
            assert standard_error(correct, n) == pytest.approx(scipy_stats.sem(sample), abs=EXACT)
        assert wilson_interval(correct, n) == pytest.approx(
            proportion_confint(correct, n, alpha=0.05, method="wilson"), abs=EXACT
        )
    assert standard_error(1, 1) is None
    assert wilson_interval(0, 0) is None


def test_clustered_standard_error() -> None:
    generator = numpy.random.default_rng(1538)
    for _ in range(TABLES):
        n = int(generator.integers(2, 300))
        clusters = generator.integers(0, generator.integers(2, n + 1), n)
        correct = generator.random(n) < generator.random()
        found = clustered_standard_error(correct.tolist(), clusters.tolist())
        if len(set(clusters)) < 2:
            assert found is None
            continue
        fit = OLS(correct.astype(float), numpy.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
        assert found == pytest.approx(fit.bse[0], abs=EXACT)


def test_clusters_of_one_item_give_the_plain_standard_error() -> None:
    correct = [True] * 7 + [False] * 5
    assert clustered_standard_error(correct, range(12)) == pytest.approx(standard_error(7, 12), abs=EXACT)
    assert clustered_standard_error([], []) is None


def test_every_item_needs_its_cluster() -> None:
    with pytest.raises(ValueError, match="shorter"):
        clustered_standard_error([True, False, True], ["a", "b"])


def test_as_many_zeros_and_ones_as_are_as_uncertain() -> None:
    for freedom in (4, 10, 48, 500):
        student = scipy_stats.t.ppf(0.975, freedom)
        assert student_point(freedom) == pytest.approx(student, rel=0.002)
        expected = 0.3 * 0.7 / 0.05**2 * (Z95 / student) ** 2
        assert effective_size(0.3, 0.05, freedom) == pytest.approx(expected, rel=0.004)


def test_what_is_not_known_is_in_no_mean() -> None:
    assert known_mean([0.5, None, 1.0]) == 0.75
    assert known_mean([None]) is None
