"""Every statistic against scipy or statsmodels, on 500 random tables."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from pytest_haerae.statistics.estimates import (
    binomial_lower_bound,
    binomial_tail,
    clustered_standard_error,
    drop_p_value,
    drop_rejected,
    holm,
    mcnemar_one_sided,
    mcnemar_two_sided,
    paired_bootstrap_interval,
    standard_error,
    wilson_interval,
)

TABLES = 500
EXACT = 1e-9


def random_tables() -> Iterator[tuple[int, int, int, int]]:
    """Counts of pairs: both right, lost, gained, both wrong; from a handful of items to a whole benchmark."""
    generator = random.Random(1538)  # noqa: S311 - no secret
    for _ in range(TABLES):
        n = generator.choice((1, 2, 5, 40, 150, 400, 1538, 4900))
        cuts = sorted(generator.randint(0, n) for _ in range(3))
        yield cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], n - cuts[2]


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


def test_mcnemar_and_a_margin_of_zero() -> None:
    for both, lost, gained, neither in random_tables():
        changed, n = lost + gained, both + lost + gained + neither
        expected = scipy_stats.binomtest(lost, changed, alternative="greater").pvalue if changed else 1.0
        assert mcnemar_one_sided(lost, gained) == pytest.approx(expected, abs=EXACT)
        assert drop_p_value(lost, gained, n) == mcnemar_one_sided(lost, gained)
        table = [[both, lost], [gained, neither]]
        assert mcnemar_two_sided(lost, gained) == pytest.approx(mcnemar(table, exact=True).pvalue, abs=EXACT)


def test_the_p_value_of_a_margin_is_the_least_level_that_rejects() -> None:
    """The test as its source words it, made of scipy's parts and solved by scipy's root finder."""
    from scipy.optimize import brentq

    checked = 0
    for both, lost, gained, neither in random_tables():
        n, changed, margin = both + lost + gained + neither, lost + gained, 0.01 + 0.1 * (lost % 3)

        def excess(
            log_level: float, changed: int = changed, lost: int = lost, n: int = n, margin: float = margin
        ) -> float:
            level = math.exp(log_level)
            least = scipy_stats.beta.ppf(level / 10, changed, n - changed + 1) if changed else 0.0
            worst = 1.0 if least <= margin else (1 + margin / least) / 2
            return float(scipy_stats.binom.sf(lost - 1, changed, worst)) - 0.9 * level

        found = drop_p_value(lost, gained, n, margin)
        if excess(0.0) > 0:
            assert found == 1.0
        elif excess(math.log(1e-15)) > 0:
            assert found == pytest.approx(math.exp(brentq(excess, math.log(1e-15), 0.0, xtol=1e-13)), abs=EXACT)
            checked += 1
        else:
            assert found <= 1.1e-15
    assert checked > TABLES / 10


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 300))
def test_a_larger_margin_is_harder_to_reject(lost: int, gained: int, ties: int) -> None:
    n = lost + gained + ties
    values = [drop_p_value(lost, gained, n, margin) for margin in (0.0, 0.005, 0.02, 0.1, 1.0)]
    assert values == sorted(values)
    assert values[-1] == 1.0


def test_holm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gc.collect", lambda: 0)  # multipletests collects garbage at every call: minutes of it
    generator = numpy.random.default_rng(1538)
    for _ in range(TABLES):
        values = (generator.random(int(generator.integers(1, 15))) ** 3).tolist()
        assert holm(values) == pytest.approx(multipletests(values, method="holm")[1].tolist(), abs=EXACT)
    assert holm([]) == []


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


def test_the_margin_test_keeps_its_level_at_every_discordance() -> None:
    """The exact size by enumeration: no discordance makes a drop of exactly the margin be rejected too often."""
    n, margin, level = 40, 0.05, 0.05
    rejected = [
        (lost, gained)
        for lost, gained in itertools.product(range(n + 1), repeat=2)
        if lost + gained <= n and drop_rejected(lost, lost + gained, n, margin, level)
    ]
    sizes = []
    for discordance in (0.05, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1.0):
        shares = [(discordance + margin) / 2, (discordance - margin) / 2, 1 - discordance]
        counts = numpy.array([(lost, gained, n - lost - gained) for lost, gained in rejected])
        sizes.append(float(scipy_stats.multinomial.pmf(counts, n, shares).sum()))
    assert max(sizes) <= level
    assert max(sizes) > level / 10
