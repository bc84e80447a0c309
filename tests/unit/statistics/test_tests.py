"""Every test against scipy or statsmodels, on 500 random tables."""

from __future__ import annotations

import itertools
import math

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from pytest_haerae.statistics.tests import (
    _falling_root,
    drop_p_value,
    drop_rejected,
    holm,
    mcnemar_one_sided,
    mcnemar_two_sided,
)
from tests.unit.statistics.tables import EXACT, TABLES, random_tables


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


def test_holm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gc.collect", lambda: 0)  # multipletests collects garbage at every call: minutes of it
    generator = numpy.random.default_rng(1538)
    for _ in range(TABLES):
        values = (generator.random(int(generator.integers(1, 15))) ** 3).tolist()
        assert holm(values) == pytest.approx(multipletests(values, method="holm")[1].tolist(), abs=EXACT)
    assert holm([]) == []


def test_a_p_value_of_exactly_the_level_rejects() -> None:
    assert mcnemar_one_sided(5, 0) == 1 / 32
    assert drop_rejected(5, 5, 40, 0.0, 1 / 32)
    assert not drop_rejected(5, 5, 40, 0.0, math.nextafter(1 / 32, 0))


@given(st.integers(0, 1000), st.sampled_from([0.1, 0.5, 1.0, 2.0, 100.0]), st.sampled_from([1, 3]))
def test_a_root_is_found_and_rounded_up(thousandths: int, steepness: float, power: int) -> None:
    root = thousandths / 1000
    found = _falling_root(lambda x: steepness * (root - x) ** power, 0.0, 1.0)
    assert root <= found <= root + (1e-9 if power == 1 else 1e-3)


@pytest.mark.parametrize("root", [0.0, 0.5, 1.0])
def test_a_root_that_is_hit_exactly_ends_the_search(root: float) -> None:
    assert _falling_root(lambda x: root - x, 0.0, 1.0) == root
