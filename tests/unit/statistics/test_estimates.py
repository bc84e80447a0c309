"""Every estimate against scipy or statsmodels, on 500 random tables."""

from __future__ import annotations

import math

import numpy
import pytest
from scipy import stats as scipy_stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from pytest_haerae.statistics.estimates import (
    clustered_standard_error,
    paired_bootstrap_interval,
    standard_error,
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


def test_bootstrap_interval() -> None:
    for seed, (both, lost, gained, neither) in enumerate(random_tables()):
        n = both + lost + gained + neither
        shares = [lost / n, gained / n, (both + neither) / n]
        drawn = scipy_stats.multinomial.rvs(n, shares, size=1000, random_state=numpy.random.default_rng(seed))
        expected = numpy.percentile((drawn[:, 1] - drawn[:, 0]) / n, [2.5, 97.5])
        found = paired_bootstrap_interval(lost, gained, n, seed=seed, resamples=1000)
        assert found == pytest.approx(expected.tolist(), abs=EXACT)
    assert paired_bootstrap_interval(0, 0, 0) is None


@pytest.mark.parametrize("table", [(70, 20, 10, 50), (10, 3, 9, 18), (300, 45, 30, 25)])
def test_drawing_counts_is_drawing_pairs(table: tuple[int, int, int, int]) -> None:
    both, lost, gained, neither = table
    pairs = numpy.repeat([0, -1, 1], [both + neither, lost, gained])
    drawn = scipy_stats.bootstrap(
        (pairs,), numpy.mean, n_resamples=20_000, method="percentile", rng=numpy.random.default_rng(1), batch=500
    ).confidence_interval
    found = paired_bootstrap_interval(lost, gained, len(pairs), resamples=20_000)
    spread = numpy.std(pairs) / math.sqrt(len(pairs))
    assert found == pytest.approx(tuple(drawn), abs=max(0.1 * spread, 1.01 / len(pairs)))  # counts are whole


def test_the_interval_of_reports_is_always_that_of_one_seed() -> None:
    counts = (2000, 1500, 15_000)  # so many pairs that another draw has other quantiles
    found = paired_bootstrap_interval(*counts)
    assert found == paired_bootstrap_interval(*counts, seed=0, resamples=10_000)
    assert found != paired_bootstrap_interval(*counts, seed=1, resamples=10_000)


def test_every_item_needs_its_cluster() -> None:
    with pytest.raises(ValueError, match="shorter"):
        clustered_standard_error([True, False, True], ["a", "b"])
