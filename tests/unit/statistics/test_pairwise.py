"""Verdicts in both orders, counted by hand, with scipy's exact interval and simulated judges."""

from __future__ import annotations

import numpy
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import stats as scipy_stats

from pytest_haerae.statistics.pairwise import BothOrders, Flips, flips
from tests.unit.statistics.tables import EXACT


@pytest.mark.parametrize(
    ("first", "second", "score", "flipped"),
    [
        (1, 1, 1, False),
        (0, 0, 0, False),
        (1, 0, 0.5, True),
        (0, 1, 0.5, True),
        (0.5, 0.5, 0.5, False),
        (1, 0.5, 0.75, True),
        (0.5, 0, 0.25, True),
        (0.9, 0.6, 0.75, False),
        (0.6, 0.4, 0.5, True),
    ],
)
def test_both_orders(first: float, second: float, score: float, flipped: bool) -> None:
    pair = BothOrders(first, second)
    assert pair.score == pytest.approx(score)
    assert pair.flipped == flipped


def test_how_often_the_order_decides() -> None:
    pairs = [BothOrders(1, 0)] * 6 + [BothOrders(1, 1)] * 20 + [BothOrders(0, 0)] * 12 + [BothOrders(0, 1)] * 2
    found = flips(pairs)
    assert (found["rate"], found["n"]) == (0.2, 40)
    # Shown first, a response wins in both orders of 6 pairs, in neither of 2, and in one of the other 32.
    assert found["first"] == pytest.approx((6 + 32 / 2) / 40)
    exact = scipy_stats.binomtest(8, 40).proportion_ci(method="exact")
    assert found["ci95"] == pytest.approx([exact.low, exact.high], abs=EXACT)
    assert flips([]) == {"rate": None, "ci95": None, "n": 0, "first": None}


def test_the_mean_of_both_orders_is_free_of_what_the_order_adds() -> None:
    generator = numpy.random.default_rng(1)
    chance = generator.uniform(0.2, 0.8, 20_000)
    first, second = generator.random(20_000) < chance + 0.2, generator.random(20_000) < chance - 0.2
    pairs = [BothOrders(*pair) for pair in numpy.column_stack([first, second]).astype(float).tolist()]
    assert numpy.mean([pair.first for pair in pairs]) == pytest.approx(0.7, abs=0.02)
    assert numpy.mean([pair.score for pair in pairs]) == pytest.approx(0.5, abs=0.02)
    assert flips(pairs)["first"] == pytest.approx(0.7, abs=0.02)


def test_a_rate_is_from_0_to_1() -> None:
    shape = TypeAdapter(Flips)
    for pairs in ([BothOrders(0, 0)] * 3, [BothOrders(1, 0)] * 3, []):
        assert shape.validate_python(flips(pairs)) == flips(pairs)
    for rate in (-0.1, 1.1):
        with pytest.raises(ValidationError):
            shape.validate_python({**flips([BothOrders(0, 1)]), "rate": rate})
