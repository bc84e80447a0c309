"""The exact power against an enumeration of every table by scipy."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from pytest_haerae.statistics.margins import Drops, binary_drops, exceeds_p_value, within_p_value
from pytest_haerae.statistics.power import (
    ENOUGH,
    PARTIAL_POWER,
    POWER,
    drop_power,
    items_to_detect,
    rounded_up,
    smallest_detectable_drop,
    smallest_drop_of,
)

Test = Callable[[Drops, float], float]


def enumerated_power(
    n: int, drop: float, discordance: float, level: float, margin: float, *, test: Test = exceeds_p_value
) -> float:
    tables = [
        (lost, gained, n - lost - gained)
        for lost, gained in itertools.product(range(n + 1), repeat=2)
        if lost + gained <= n and test(binary_drops(lost, gained, n), margin) <= level
    ]
    shares = [(discordance + drop) / 2, (discordance - drop) / 2, 1 - discordance]
    return float(scipy_stats.multinomial.pmf(numpy.array(tables), n, shares).sum()) if tables else 0.0


@pytest.mark.parametrize("margin", [0.0, 0.03])
@pytest.mark.parametrize(
    ("n", "drop", "discordance", "level"),
    [
        (12, 0.3, 0.5, 0.05),
        (40, 0.15, 0.2, 0.05),
        (40, 0.15, 0.2, 0.05 / 14),
        (60, 0.1, 0.3, 0.05),
        (9, 1.0, 1.0, 0.05),
    ],
)
def test_power_is_that_of_the_test_itself(n: int, drop: float, discordance: float, level: float, margin: float) -> None:
    found = drop_power(n, drop, discordance=discordance, level=level, margin=margin)
    assert found == pytest.approx(enumerated_power(n, drop, discordance, level, margin), abs=1e-9)


@pytest.mark.parametrize("margin", [0.0, 0.01])
@pytest.mark.parametrize("level", [0.05, 0.05 / 14])
@pytest.mark.parametrize("n", [150, 400, 1538])
def test_the_smallest_detectable_drop_has_the_power_and_less_does_not(n: int, level: float, margin: float) -> None:
    drop = smallest_detectable_drop(n, level=level, margin=margin)
    assert drop is not None
    assert drop_power(n, drop, discordance=0.2, level=level, margin=margin) >= POWER
    assert drop_power(n, drop - 2e-5, discordance=0.2, level=level, margin=margin) < POWER


@pytest.mark.parametrize("margin", [0.0, 0.05])
@pytest.mark.parametrize("level", [1.0, 0.99])
def test_a_test_that_rejects_nearly_always_finds_any_drop(level: float, margin: float) -> None:
    drop = smallest_detectable_drop(20, level=level, margin=margin)
    assert drop is not None
    assert drop == margin + 1e-5


def test_more_items_detect_smaller_drops_and_few_detect_none() -> None:
    drops = [smallest_detectable_drop(n) or 0 for n in (5, 50, 150, 1500, 35030)]
    assert drops == sorted(drops, reverse=True)
    assert smallest_detectable_drop(4) is None  # four of four lost: p = 1/16
    assert smallest_detectable_drop(0) is None
    assert smallest_detectable_drop(150, level=0.0) is None


@pytest.mark.parametrize("margin", [0.0, 0.02])
def test_so_many_items_tell(margin: float) -> None:
    n = items_to_detect(0.06, discordance=0.2, level=0.01, margin=margin)
    assert drop_power(n, 0.06, discordance=0.2, level=0.01, margin=margin) >= ENOUGH
    assert drop_power(int(n * 0.95), 0.06, discordance=0.2, level=0.01, margin=margin) < ENOUGH


@pytest.mark.parametrize(("drop", "margin"), [(0.0, 0.15), (0.05, 0.25), (-0.1, 0.1)])
def test_so_many_items_tell_that_a_drop_is_tolerated(drop: float, margin: float) -> None:
    n = items_to_detect(drop, discordance=0.3, level=0.05, margin=margin)
    assert enumerated_power(n, drop, 0.3, 0.05, margin, test=within_p_value) == pytest.approx(0.8, abs=0.06)


def test_so_many_items_tell_a_tiny_drop() -> None:
    assert items_to_detect(0.001, discordance=0.2, level=0.05) == pytest.approx(
        0.2 * (1.645 + 0.842) ** 2 * 1e6, rel=0.01
    )


def test_above_a_size_the_sources_formula_is_the_answer() -> None:
    """Connor's formula and the half step, normal quantiles from scipy; at a large margin each of its terms matters."""
    drop, discordance, level, margin = 0.102, 0.2, 0.05, 0.1
    spread = scipy_stats.norm.isf(level) * (discordance - margin**2) ** 0.5
    spread += scipy_stats.norm.ppf(ENOUGH) * (discordance - drop**2) ** 0.5
    n = items_to_detect(drop, discordance=discordance, level=level, margin=margin)
    assert n == pytest.approx((spread / (drop - margin)) ** 2 + 1 / (drop - margin), abs=1)


def test_without_a_margin_none_is_tolerated_and_without_pairs_nothing_is_found() -> None:
    settings = {"discordance": 0.2, "level": 0.05}
    assert drop_power(200, 0.1, **settings) == drop_power(200, 0.1, margin=0.0, **settings) > 0
    assert drop_power(0, 0.1, **settings) == 0.0
    assert drop_power(1, 1.0, discordance=1.0, level=0.5) == 1.0


def test_what_is_found_follows_from_the_items_changes() -> None:
    """Right and wrong answers by the share that changed, other scores by the mean square, to be found more surely."""
    assert 0.8 < POWER < PARTIAL_POWER
    found = smallest_drop_of(binary_drops(20, 10, 150), level=0.05, margin=0.01)
    assert found == smallest_detectable_drop(150, discordance=0.2, level=0.05, margin=0.01)
    halves = {0.5: 40, -0.5: 20, 0.0: 90}
    found = smallest_drop_of(halves, level=0.05, margin=0.01)
    assert found == smallest_detectable_drop(150, discordance=0.1, level=0.05, margin=0.01, power=PARTIAL_POWER)


@given(st.integers(1, 10**9))
def test_an_estimate_has_two_digits_and_is_rounded_up(count: int) -> None:
    rounded = rounded_up(count)
    digits = len(str(count))
    assert count <= rounded < count + max(1, 10 ** (digits - 2))
    assert str(rounded)[2:].strip("0") == ""
