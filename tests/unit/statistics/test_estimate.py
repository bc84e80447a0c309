from __future__ import annotations

import pytest

from pytest_haerae.statistics.estimate import FURTHER, FurtherScore, MetricEstimate, further_of, mean_of, share_of
from pytest_haerae.statistics.estimates import mean_interval, standard_error, wilson_interval

ONE: MetricEstimate = {"value": 0.5, "stderr": None, "ci95": [0.1, 0.9], "n": 1}


def test_a_share_is_told_as_the_accuracy_is() -> None:
    found = share_of([True] * 3 + [False] * 7)
    assert found == {"value": 0.3, "stderr": standard_error(3, 10), "ci95": list(wilson_interval(3, 10) or ()), "n": 10}
    assert share_of([True])["stderr"] is None


def test_a_mean_is_told_with_the_interval_of_a_mean() -> None:
    values = [0.25, 0.5, 1.0]
    found = mean_of(values)
    assert found["value"] == pytest.approx(7 / 12)
    assert found["ci95"] == list(mean_interval(values) or ())
    assert (found["n"], mean_of([0.5])["stderr"]) == (3, None)


def test_each_metric_that_a_score_may_have_is_found_in_it() -> None:
    every = dict.fromkeys(FURTHER, ONE)
    assert list(further_of(FurtherScore(**every))) == list(FURTHER)  # type: ignore[typeddict-item]
    assert further_of({}) == {}
