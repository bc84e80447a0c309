from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.power import smallest_detectable_drop
from pytest_haerae.stats import holm, mcnemar_one_sided, standard_error, wilson_interval


@given(st.integers(2, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_standard_error_is_that_of_the_sample(pair: tuple[int, int]) -> None:
    correct, n = pair
    sample = [1.0] * correct + [0.0] * (n - correct)
    assert standard_error(correct, n) == pytest.approx(statistics.stdev(sample) / math.sqrt(n), abs=1e-12)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_solve_the_score_equation(pair: tuple[int, int]) -> None:
    correct, n = pair
    interval = wilson_interval(correct, n)
    assert interval is not None
    for bound in interval:
        if 0 < bound < 1:
            z = abs(correct / n - bound) / math.sqrt(bound * (1 - bound) / n)
            assert z == pytest.approx(1.959963984540054, abs=1e-6)
    assert 0 <= interval[0] <= correct / n <= interval[1] <= 1


def test_mcnemar_counts_the_tail() -> None:
    assert mcnemar_one_sided(5, 0) == 1 / 32
    assert mcnemar_one_sided(0, 0) == 1
    assert mcnemar_one_sided(2, 1) == 0.5


def test_holm_is_monotone_and_capped() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_more_items_detect_smaller_drops() -> None:
    drops = [smallest_detectable_drop(n) or 0 for n in (50, 150, 1500)]
    assert drops == sorted(drops, reverse=True)
    assert smallest_detectable_drop(0) is None
