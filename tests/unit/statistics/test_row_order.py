from __future__ import annotations

import random
from itertools import product

import pytest
from scipy import stats

from pytest_haerae.statistics.row_order import RowOrderProbe, Shard, exchange_p_value, probe_of_row_order


def made_up(seed: int, count: int = 12, k: int = 9, known: float = 0.0) -> list[Shard]:
    """Shards whose orders are as likely, but for the data's where a model knows it."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    return [Shard(5, drawn.gauss(known, 1), [drawn.gauss(0, 1) for _ in range(k)]) for _ in range(count)]


def probe(shards: list[Shard]) -> RowOrderProbe:
    return probe_of_row_order(shards, 9, 0)


def test_students_test_is_scipys() -> None:
    shards = made_up(1, known=0.4)
    found = probe(shards)
    expected = stats.ttest_1samp([shard.difference for shard in shards], 0, alternative="greater")
    assert found["t_p_value"] == pytest.approx(float(expected.pvalue))
    assert found["ci95"] == pytest.approx(
        list(stats.ttest_1samp([s.difference for s in shards], 0).confidence_interval()), rel=0.01
    )
    assert (found["shards"], found["rows"]) == (12, 60)


def test_the_exact_test_is_that_of_all_exchanges() -> None:
    shards = [Shard(4, 1.0, [0.5, -2.0, 3.0]), Shard(4, 0.2, [0.1]), Shard(4, -1.0, [-1.5, -1.2])]
    sums = [sum(choice) for choice in product(*((shard.own, *shard.others) for shard in shards))]
    expected = sum(each >= 0.2 - 1e-9 for each in sums) / len(sums)
    assert exchange_p_value(shards) == pytest.approx(expected)
    # A sample of the exchanges, where there are many, says about the same.
    many = made_up(3, count=6, k=9, known=0.5)
    sampled = exchange_p_value(many)
    own = sum(shard.own for shard in many)
    every = [sum(choice) for choice in product(*((shard.own, *shard.others) for shard in many[:5]))]
    exact = sum(sum(1 for value in (many[5].own, *many[5].others) if each + value >= own - 1e-9) for each in every)
    assert sampled == pytest.approx(exact / (10 * len(every)), abs=0.02)


def test_an_order_that_is_not_known_is_found_in_five_percent_and_a_known_one_is_found() -> None:
    by_exchange = by_student = 0
    for seed in range(300):
        shards = made_up(seed, count=4, k=5)
        by_exchange += exchange_p_value(shards) < 0.05
        by_student += (probe(shards)["t_p_value"] or 0) < 0.05
    # The 99.9% bound of 300 draws at 5%.
    assert max(by_exchange, by_student) <= 29
    found = probe(made_up(0, count=30, known=1.5))
    assert found["p_value"] is not None
    assert found["t_p_value"] is not None
    assert (found["p_value"] <= 0.001, found["t_p_value"] < 1e-4) == (True, True)


def test_orders_that_are_all_the_same_tell_nothing() -> None:
    found = probe([Shard(4, -3.1, [-3.1, -3.1])] * 20)
    assert (found["difference"], found["p_value"], found["t_p_value"]) == (0, 1, None)
    assert probe([])["p_value"] is None
    single = probe([Shard(4, -1.0, [-3.0, -2.0])])
    assert (single["difference"], single["ci95"]) == (1.5, None)
    assert single["p_value"] == pytest.approx(1 / 3)
