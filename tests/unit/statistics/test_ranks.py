from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from benchmarks import ranks as simulated
from pytest_haerae.statistics.ranks import PairTest, adjusted, better_pairs, groups_of, letters_of, rank_intervals


@st.composite
def partial_orders(draw: st.DrawFn) -> tuple[int, set[tuple[int, int]]]:
    """Some models, the best first, and pairs of them that are told apart: any, as tests of pairs give them."""
    models = draw(st.integers(1, 7))
    pairs = list(itertools.combinations(range(models), 2))
    return models, set(draw(st.lists(st.sampled_from(pairs), unique=True))) if pairs else set()


def apart(better: set[tuple[int, int]], one: int, other: int) -> bool:
    return (one, other) in better or (other, one) in better


def test_all_tables_are_one_family() -> None:
    p_values = [[0.001, 0.04], [0.01], [], [0.02, 1.0]]
    tables = [[PairTest(0, place, 0.1, p_value) for place, p_value in enumerate(each)] for each in p_values]
    found = adjusted(tables)
    assert [len(each) for each in found] == [2, 1, 0, 2]
    expected = multipletests([p for each in p_values for p in each], method="holm")[1]
    assert [p for each in found for p in each] == pytest.approx(list(expected))


def test_the_better_model_is_the_one_with_the_greater_accuracy() -> None:
    tests = [
        PairTest(0, 1, 0.2, 0.01),
        PairTest(0, 2, -0.2, 0.05),
        PairTest(1, 2, 0.1, 0.051),
        PairTest(1, 3, 0.0, 0.0),
    ]
    assert better_pairs(tests, [test.p_value for test in tests], 0.05) == {(0, 1), (2, 0)}


def test_a_rank_is_as_good_and_as_bad_as_the_tests_leave() -> None:
    assert rank_intervals(3, set()) == [(1, 3)] * 3
    assert rank_intervals(3, {(0, 1), (0, 2), (1, 2)}) == [(1, 1), (2, 2), (3, 3)]
    assert rank_intervals(3, {(0, 2)}) == [(1, 2), (1, 3), (2, 3)]
    assert rank_intervals(1, set()) == [(1, 1)]


@given(partial_orders())
def test_every_order_that_agrees_with_the_tests_is_within_the_intervals(
    world: tuple[int, set[tuple[int, int]]],
) -> None:
    models, better = world
    intervals = rank_intervals(models, better)
    orders = [
        order
        for order in itertools.permutations(range(models))
        if all(order.index(winner) < order.index(loser) for winner, loser in better)
    ]
    for model, (low, high) in enumerate(intervals):
        ranks = {order.index(model) + 1 for order in orders}
        assert low <= min(ranks)
        assert max(ranks) <= high


@given(partial_orders())
def test_two_models_share_a_group_where_they_are_not_told_apart_and_only_there(
    world: tuple[int, set[tuple[int, int]]],
) -> None:
    models, better = world
    groups = groups_of(models, better)
    letters = letters_of(models, groups)
    for one, other in itertools.product(range(models), repeat=2):
        shares = bool(set(letters[one]) & set(letters[other]))
        assert shares == (not apart(better, one, other))
    for group in groups:
        outside = set(range(models)) - set(group)
        assert all(any(apart(better, model, member) for member in group) for model in outside), "it could be larger"
    assert len({*map(tuple, groups)}) == len(groups)


def test_groups_come_in_the_order_of_the_best() -> None:
    assert groups_of(4, {(0, 2), (0, 3), (1, 3)}) == [[0, 1], [1, 2], [2, 3]]
    assert letters_of(4, [[0, 1], [1, 2], [2, 3]]) == ["a", "ab", "bc", "c"]
    # The one between differs from neither, the ends from each other; and the second from the first alone.
    assert groups_of(3, {(0, 1)}) == [[0, 2], [1, 2]]


def test_letters_beyond_the_alphabet_have_numbers() -> None:
    letters = letters_of(54, [[number] for number in range(54)])
    assert (letters[0], letters[25], letters[26], letters[53]) == ("a", "z", "a1", "b2")
    assert letters_of(1, [[0]] * 27)[0].endswith(" y z a1"), "none runs into the next"


def test_equal_models_are_seldom_told_apart_and_a_better_one_is_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A small run of the simulation: 99.9% bounds of 60 runs; the shares are those of `benchmarks.ranks`."""
    with pytest.raises(SystemExit) as ended:
        simulated.main(["--runs", "60", "--models", "8"])
    assert ended.value.code == 0, capsys.readouterr().out
    assert capsys.readouterr().out.count("| at ") == 3
