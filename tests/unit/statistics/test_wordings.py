from __future__ import annotations

import pytest
from scipy import stats

from pytest_haerae.statistics.wordings import probe_of_prompts, spread_of


def test_each_prompt_is_held_against_the_runs_own() -> None:
    items = [[True, True, False]] * 20 + [[True, False, None]] * 9 + [[False, True, True]] * 2 + [[None, True, True]]
    found = probe_of_prompts(("a", "b", "c"), items, {"conversation": 4}, [1, 0, 9])
    own, second, third = found["prompts"]
    assert "difference" not in own
    assert own["accuracy"] is not None
    assert (own["accuracy"]["value"], own["accuracy"]["n"], own["errors"]) == (29 / 31, 31, 1)
    difference = second["difference"]
    assert difference is not None
    assert (difference["n"], difference["lost"], difference["gained"]) == (31, 9, 2)
    assert difference["value"] == pytest.approx(-7 / 31)
    assert difference["p_value"] == pytest.approx(float(stats.binomtest(2, 11).pvalue))
    assert difference["ci95"][0] < difference["value"] < difference["ci95"][1] < 0
    assert third["difference"] is not None
    assert (third["difference"]["n"], third["errors"]) == (22, 9)
    assert found["spread"] is not None
    assert (found["spread"]["n"], found["spread"]["range"]) == (22, 20 / 22)
    assert found["left_out"] == {"conversation": 4}


def test_nothing_is_told_of_nothing() -> None:
    found = probe_of_prompts(("a", "b"), [[None, True]], {}, [1, 0])
    assert found["prompts"][0]["accuracy"] is None
    assert found["prompts"][1]["difference"] is None
    assert found["spread"] is None


def test_the_spread_is_of_items_answered_in_all_ways() -> None:
    spread = spread_of([(True, False, True), (True, True, False)])
    assert spread is not None
    assert (spread["n"], spread["accuracies"], spread["range"]) == (2, [1, 0.5, 0.5], 0.5)
    assert spread["deviation"] == pytest.approx(0.288675, abs=1e-6)
    assert spread_of([]) is None
