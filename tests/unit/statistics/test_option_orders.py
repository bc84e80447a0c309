"""Made-up models whose bias is known: what the probe says of them is held against that."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest

from pytest_haerae.data.option_orders import orders_of
from pytest_haerae.statistics.option_orders import (
    Choices,
    InOrder,
    OrdersProbe,
    place_p_value,
    probe_of_orders,
)
from pytest_haerae.types import Item

N = 5
Model = Callable[[random.Random, int, int, Sequence[int]], int]
"""Of the place at which the right option stands, and the one that the model believes in: the place that is chosen."""


def items_of(
    model: Model, count: int, k: int, seed: int, key: Callable[[random.Random], int] = lambda drawn: drawn.randrange(N)
) -> list[list[InOrder | None]]:
    drawn = random.Random(seed)  # noqa: S311 - no secret
    found = []
    for number in range(count):
        item = Item("s", "s", number, f"{seed}-{number}", tuple("가나다라마"), tuple("ABCDE"), "A")
        right, believed = key(drawn), drawn.randrange(N)
        answers: list[InOrder | None] = []
        for order in orders_of(item, k):
            chosen = model(drawn, order.index(right), order.index(believed), order)
            answers.append(InOrder(order, order[chosen] == right, chosen))
        found.append(answers)
    return found


def probe(model: Model, count: int = 200, k: int = 4, seed: int = 0) -> OrdersProbe:
    return probe_of_orders(items_of(model, count, k, seed), k, {}, 0)


def always_first(drawn: random.Random, right: int, believed: int, order: Sequence[int]) -> int:
    return 0


def knowing(drawn: random.Random, right: int, believed: int, order: Sequence[int]) -> int:
    return right


def believing(drawn: random.Random, right: int, believed: int, order: Sequence[int]) -> int:
    return believed


def guessing(drawn: random.Random, right: int, believed: int, order: Sequence[int]) -> int:
    return drawn.randrange(N)


def biased(share: float) -> Model:
    """It takes (A) this often without looking, and otherwise what it believes in."""

    def answer(drawn: random.Random, right: int, believed: int, order: Sequence[int]) -> int:
        return 0 if drawn.random() < share else believed

    return answer


@pytest.mark.parametrize("k", [2, 4, 5, 9])
def test_a_model_that_always_says_a_is_biased_and_nothing_else(k: int) -> None:
    found = probe(always_first, k=k)
    first, *others = found["positions"]
    assert (first["label"], first["chosen"]["value"], {each["chosen"]["value"] for each in others}) == ("A", 1, {0})
    # In the orders that turn the options round another one stands first each time.
    assert found["same_option"] is not None
    assert found["same_option"]["value"] == 0
    assert found["p_value"] is not None
    assert found["p_value"] < 1e-12
    assert found["accuracy"] is not None
    assert found["accuracy"]["value"] == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("model", [knowing, believing])
@pytest.mark.parametrize("k", [2, 3, 5, 7])
def test_a_model_that_goes_by_content_has_no_bias_whatever_the_key(model: Model, k: int) -> None:
    """Even where the right answer mostly stands first in the data: what is even is reckoned with that."""
    items = items_of(model, 150, k, 1, key=lambda drawn: 0 if drawn.random() < 0.8 else 3)
    found = probe_of_orders(items, k, {}, 0)
    assert found["same_option"] is not None
    assert (found["same_option"]["value"], found["p_value"]) == (1, 1)
    assert all(each["chosen"]["value"] == pytest.approx(each["even"]) for each in found["positions"])
    if k == N:
        assert all(each["even"] == pytest.approx(0.2) for each in found["positions"])
    if model is knowing:
        assert found["accuracy"] is not None
        assert (found["accuracy"]["value"], found["own"]) == (1, 1)


def test_a_bias_is_estimated_within_its_interval_and_none_is_called_one() -> None:
    """In 300 runs each: the interval covers the true share in 95%, the test finds nothing in 95% where nothing is."""
    covered = rejected = found = 0
    true = 0.3 + 0.7 / N
    for seed in range(300):
        of_biased, of_guessing = probe(biased(0.3), 80, N, seed), probe(guessing, 80, 3, 1000 + seed)
        low, high = of_biased["positions"][0]["chosen"]["ci95"]
        covered += low <= true <= high
        assert of_biased["p_value"] is not None
        assert of_guessing["p_value"] is not None
        found += of_biased["p_value"] < 0.05
        rejected += of_guessing["p_value"] < 0.05
    # 99.9% bounds of 300 draws at 95% and at 5%.
    assert covered >= 271
    assert rejected <= 29
    assert found == 300


def test_the_test_is_that_of_permutations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chi-square distribution's is about the share of permutations of the chosen options that are as uneven."""
    monkeypatch.setattr("pytest_haerae.statistics.option_orders.ENOUGH", 0)
    items = items_of(biased(0.05), 60, 4, 3)
    answers = [[(each.order, each.chosen) for each in item if each and each.chosen is not None] for item in items]
    places = [Choices.of(each) for each in answers]

    def statistic(permuted: Sequence[Choices]) -> float:
        return -place_p_value(
            [original._replace(counts=each.counts) for original, each in zip(places, permuted, strict=True)]
        )

    drawn, seen = random.Random(0), statistic(places)  # noqa: S311 - no secret
    as_uneven = 0
    for _ in range(400):
        permuted = []
        for item in answers:
            contents = [order[place] for order, place in item]
            drawn.shuffle(contents)
            permuted.append(
                Choices.of([(order, order.index(each)) for (order, _), each in zip(item, contents, strict=True)])
            )
        as_uneven += statistic(permuted) >= seen
    assert place_p_value(places) == pytest.approx(as_uneven / 400, abs=0.1)


def test_the_mean_and_the_covariance_are_those_of_all_exchanges() -> None:
    from itertools import permutations

    answers = [((0, 1, 2), 0), ((1, 2, 0), 0), ((2, 0, 1), 1), ((1, 0, 2), 2)]
    contents = [order[place] for order, place in answers]
    every = []
    for exchanged in permutations(contents):
        counts = [0, 0, 0]
        for (order, _), content in zip(answers, exchanged, strict=True):
            counts[order.index(content)] += 1
        every.append(counts)
    found = Choices.of(answers)
    means = [sum(column) / len(every) for column in zip(*every, strict=True)]
    assert found.counts == [2, 1, 1]
    assert list(found.even) == pytest.approx(means)
    for one in range(3):
        for other in range(3):
            expected = sum((each[one] - means[one]) * (each[other] - means[other]) for each in every) / len(every)
            assert found.covariance[one][other] == pytest.approx(expected)


def test_what_is_not_answered_or_not_read_is_counted_as_such() -> None:
    answers: list[list[InOrder | None]] = [
        [InOrder((0, 1), True, 0), InOrder((1, 0), True, 1)],
        [InOrder((0, 1), True, 0), None],
        [None, InOrder((1, 0), False, 0)],
        [InOrder((0, 1), True, 1), InOrder((1, 0), False, None)],
    ]
    found = probe_of_orders(answers, 2, {"no_options": 3}, 1)
    assert (found["n"], found["answers"], found["errors"], found["left_out"]) == (2, 4, 1, {"no_options": 3})
    assert found["accuracy"] is not None
    assert found["same_option"] is not None
    assert (found["accuracy"]["value"], found["own"], found["same_option"]["value"]) == (0.75, 1, 0.5)
    more = probe_of_orders([*answers, [*answers[0], None], [*answers[3], None]], 3, {}, 3)
    assert (more["n"], more["same_option"]) == (4, found["same_option"])
    assert found["same_option"]["n"] == 2
    nothing = probe_of_orders([], 3, {}, 0)
    assert (nothing["accuracy"], nothing["same_option"], nothing["p_value"], nothing["positions"]) == (
        None,
        None,
        None,
        [],
    )


def test_places_that_some_items_lack_are_told_of_the_others() -> None:
    four = [[InOrder((0, 1, 2, 3), True, 3), InOrder((1, 2, 3, 0), False, 3)]] * 3
    two = [[InOrder((0, 1), True, 0), InOrder((1, 0), False, 0)]] * 3
    found = probe_of_orders([*four, *two], 2, {}, 0)
    assert [each["chosen"]["n"] for each in found["positions"]] == [6, 6, 3, 3]
    assert found["positions"][3]["chosen"]["value"] == 1


def two_options(first: int, second: int) -> list[Choices]:
    """So many items whose first place is chosen in both orders, and so many of the second."""
    return [Choices.of([((0, 1), place), ((1, 0), place)]) for place in [0] * first + [1] * second]


@pytest.mark.parametrize("count", [3, 4, 5, 6, 8, 11])
def test_of_few_items_no_more_than_a_twentieth_is_found_by_chance(count: int) -> None:
    """Models that guess: each of the 2 to this power outcomes is as likely, and the p-value is exact."""
    outcomes = [
        (math.comb(count, first), place_p_value(two_options(first, count - first))) for first in range(count + 1)
    ]
    for level in (0.01, 0.05, 0.2):
        assert sum(ways for ways, found in outcomes if found <= level) <= level * 2**count
    # By the tail of the exchanges: each item's answers are exchanged or are not.
    assert outcomes[0][1] == pytest.approx(2 / 2**count, rel=0.5, abs=0.002)


def test_of_few_items_with_more_orders_the_exchanges_are_drawn() -> None:
    rejected = 0
    for seed in range(20):
        items = items_of(guessing, 6, 6, 500 + seed)
        found = place_p_value(
            [Choices.of([(a.order, a.chosen) for a in item if a and a.chosen is not None]) for item in items]
        )
        assert 1 / 5000 <= found <= 1
        rejected += found <= 0.05
    assert rejected <= 4


def test_items_that_no_exchange_changes_say_nothing() -> None:
    same = Choices.of([((0, 1), 0), ((1, 0), 1)])
    assert not same.varies
    assert place_p_value([same] * 50) == 1
    assert place_p_value([*two_options(5, 0), *[same] * 50]) == place_p_value(two_options(5, 0))
