"""Every test against scipy or statsmodels, on 500 random tables."""

from __future__ import annotations

import numpy
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from pytest_haerae.statistics.tests import holm, mcnemar_one_sided, mcnemar_two_sided
from tests.unit.statistics.tables import EXACT, TABLES, random_tables


def test_mcnemar() -> None:
    for both, lost, gained, neither in random_tables():
        changed = lost + gained
        expected = scipy_stats.binomtest(lost, changed, alternative="greater").pvalue if changed else 1.0
        assert mcnemar_one_sided(lost, gained) == pytest.approx(expected, abs=EXACT)
        table = [[both, lost], [gained, neither]]
        assert mcnemar_two_sided(lost, gained) == pytest.approx(mcnemar(table, exact=True).pvalue, abs=EXACT)


def test_holm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gc.collect", lambda: 0)  # multipletests collects garbage at every call: minutes of it
    generator = numpy.random.default_rng(1538)
    for _ in range(TABLES):
        values = (generator.random(int(generator.integers(1, 15))) ** 3).tolist()
        assert holm(values) == pytest.approx(multipletests(values, method="holm")[1].tolist(), abs=EXACT)
    assert holm([]) == []
