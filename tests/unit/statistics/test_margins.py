"""The tests of a tolerated drop: their size by enumeration of every table, their statistic by other routes."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from pytest_haerae.statistics.margins import (
    Drops,
    _normal_of,
    _Null,
    binary_drops,
    change_interval,
    change_p_value,
    drop_upper_bound,
    drops_of,
    exceeds_p_value,
    lattice_step,
    mean_drop,
    within_p_value,
)
from pytest_haerae.statistics.tests import mcnemar_one_sided, mcnemar_two_sided

TABLE = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 200)).filter(any)
PARTIAL = st.dictionaries(st.integers(-8, 8).map(lambda eighths: eighths / 8), st.integers(1, 30), min_size=1)


def table(lost: int, gained: int, ties: int) -> Drops:
    return binary_drops(lost, gained, lost + gained + ties)


@given(TABLE)
def test_without_a_margin_both_tests_are_mcnemars(counts: tuple[int, int, int]) -> None:
    lost, gained, _ = counts
    assert exceeds_p_value(table(*counts)) == mcnemar_one_sided(lost, gained)
    assert within_p_value(table(*counts)) == mcnemar_one_sided(gained, lost)
    assert change_p_value(table(*counts)) == mcnemar_two_sided(lost, gained)


@settings(deadline=None)
@given(PARTIAL)
def test_a_change_of_partial_scores_is_as_unlikely_as_the_rarer_of_both_ways(drops: Drops) -> None:
    turned = {-drop: count for drop, count in drops.items()}
    assert change_p_value(drops) == pytest.approx(change_p_value(turned), abs=1e-9)
    assert change_p_value(drops) <= 2 * exceeds_p_value(drops) + 1e-12


def tango(lost: int, gained: int, n: int, margin: float) -> float:
    """T. Tango's statistic of a drop of `margin`, with the closed form of its restricted estimate (1998)."""
    a, b, c = 2 * n, (2 * n - lost + gained) * margin - lost - gained, -gained * margin * (1 - margin)
    share = (math.sqrt(b * b - 4 * a * c) - b) / (2 * a)
    return (lost - gained - n * margin) / math.sqrt(n * (2 * share + margin * (1 - margin)))


@settings(deadline=None)
@given(TABLE, st.sampled_from([0.003, 0.01, 0.05, 0.3, 0.9]))
def test_the_statistic_of_right_and_wrong_answers_is_tangos(counts: tuple[int, int, int], margin: float) -> None:
    lost, gained, _ = counts
    assert -_Null(table(*counts), margin).z() == pytest.approx(tango(lost, gained, sum(counts), margin), abs=1e-6)


@settings(deadline=None)
@given(TABLE, st.sampled_from([-0.9, -0.02, 0.0, 1e-6, 0.01, 0.3, 0.999]))
def test_right_and_wrong_answers_have_the_statistic_of_any_scores(counts: tuple[int, int, int], margin: float) -> None:
    """Halved drops are found by the tilt, whole ones by the quadratic."""
    drops = table(*counts)
    halves = {drop / 2: count for drop, count in drops.items()}
    assert _Null(drops, margin).z() == pytest.approx(_Null(halves, margin / 2, 0.5).z(), rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(PARTIAL, st.sampled_from([0.01, 0.2, 0.6]))
def test_the_nulls_distribution_is_the_most_likely_one_with_that_mean(drops: Drops, margin: float) -> None:
    """Any other distribution with the mean, on the same values and the ends, explains the items worse."""
    n = sum(drops.values())
    found: defaultdict[float, float] = defaultdict(float)
    for value, share in _Null(drops, margin)._distribution(n):
        found[round(value, 9)] += share
    assert math.fsum(found.values()) == pytest.approx(1, abs=1e-6)
    assert math.fsum(value * share for value, share in found.items()) == pytest.approx(margin, abs=1e-6)
    values = sorted({*drops, -1.0, 1.0})
    best = math.fsum(count * math.log(found[value]) for value, count in drops.items())
    counts = numpy.array([drops.get(value, 0) for value in values], dtype=float)

    # The dual of the likelihood: at any tilt it is an upper bound, and at the best one it is reached.
    def bound(tilt: float) -> float:
        scale = 1 + tilt * (numpy.array(values) - margin)
        return (
            math.inf if (scale <= 0).any() else float(-(counts * numpy.log(scale * n / numpy.maximum(counts, 1))).sum())
        )

    low, high = -1 / (1 - margin), 1 / (1 + margin)
    dual = optimize.minimize_scalar(
        lambda tilt: bound(tilt) if low < tilt < high else math.inf,
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-12},
    )
    assert best == pytest.approx(dual.fun, abs=1e-4)


def critical(n: int, margin: float, level: float) -> tuple[list[int], list[int]]:
    """For each number of changed items the fewest losses that fail, and the most that pass; both move slowly."""
    fewest, most, failing, passing = 0, -1, [], []
    for changed in range(n + 1):

        def rejected(test: object, lost: int, changed: int = changed) -> bool:
            assert callable(test)
            return bool(test(binary_drops(lost, changed - lost, n), margin) <= level)

        fewest = max(0, fewest - 1)
        while fewest <= changed and not rejected(exceeds_p_value, fewest):
            fewest += 1
        most = max(-1, most - 1)
        while most < changed and rejected(within_p_value, most + 1):
            most += 1
        failing.append(fewest)
        passing.append(most)
    return failing, passing


@pytest.mark.parametrize("level", [0.05, 0.05 / 13])
@pytest.mark.parametrize(("n", "margin"), [(30, 0.03), (30, 0.2), (50, 0.01), (77, 0.05), (150, 0.03)])
def test_neither_test_rejects_more_often_than_it_says_at_any_discordance(n: int, margin: float, level: float) -> None:
    """Exactly, over all tables, with a drop of just the margin."""
    failing, passing = map(numpy.array, critical(n, margin, level))
    changed = numpy.arange(n + 1)
    sizes = []
    for discordance in numpy.geomspace(margin, 0.98, 40):
        lost = min(1.0, (1 + margin / discordance) / 2)
        weights = scipy_stats.binom.pmf(changed, n, discordance)
        fails = scipy_stats.binom.sf(failing - 1, changed, lost) * (failing <= changed)
        passes = scipy_stats.binom.cdf(passing, changed, lost)
        # Where nothing changed the gate passes and says so: it does not rest on the test.
        passes[0] = 0
        sizes.append((float((weights * fails).sum()), float((weights * passes).sum())))
    assert max(size for pair in sizes for size in pair) <= level
    assert min(map(max, zip(*sizes, strict=True))) > level / 3, "and they are of some use"


@settings(deadline=None)
@given(TABLE)
def test_a_larger_margin_is_harder_to_exceed_and_easier_to_keep(counts: tuple[int, int, int]) -> None:
    margins = (0.0, 0.005, 0.02, 0.1, 0.4, 1.0)
    exceeds = [exceeds_p_value(table(*counts), margin) for margin in margins]
    assert exceeds == sorted(exceeds)
    # What is more than an even chance is no evidence, whatever its order.
    within = [min(0.5, within_p_value(table(*counts), margin)) for margin in margins[1:]]
    assert within == sorted(within, reverse=True)


@settings(deadline=None)
@given(TABLE, st.sampled_from([0.0, 0.01, 0.1]))
def test_one_loss_more_is_more_evidence(counts: tuple[int, int, int], margin: float) -> None:
    lost, gained, ties = counts
    before, after = table(lost, gained, ties + 1), table(lost + 1, gained, ties)
    # What is more than an even chance is no evidence, whatever its order.
    assert exceeds_p_value(after, margin) <= max(0.5, exceeds_p_value(before, margin)) + 1e-12
    assert within_p_value(after, margin) >= min(0.5, within_p_value(before, margin)) - 1e-12


@settings(deadline=None)
@given(st.one_of(TABLE.map(lambda counts: table(*counts)), PARTIAL), st.sampled_from([0.05, 0.004]))
def test_the_upper_bound_is_the_least_margin_that_is_kept(drops: Drops, level: float) -> None:
    bound = drop_upper_bound(drops, level, 0.02)
    assert 0.02 <= bound <= 1
    assert bound == 1 or within_p_value(drops, bound + 1e-6) <= level
    assert bound == 0.02 or within_p_value(drops, bound - 1e-6) > level


def test_the_interval_is_tangos() -> None:
    for lost, gained, ties in ((85, 58, 176), (3, 9, 100), (0, 4, 20)):
        n = lost + gained + ties
        low, high = change_interval(table(lost, gained, ties)) or (0, 0)
        for end in (low, high):
            more, less = (gained, lost) if end > 0 else (lost, gained)
            assert abs(tango(more, less, n, abs(end))) == pytest.approx(1.959964, abs=1e-4)
    assert change_interval({}) is None


@given(st.one_of(TABLE.map(lambda counts: table(*counts)), PARTIAL))
@settings(deadline=None)
def test_the_interval_has_the_change_in_it_and_turns_with_the_two_sides(drops: Drops) -> None:
    found = change_interval(drops)
    assert found is not None
    low, high = found
    assert -1 <= low <= -mean_drop(drops) + 1e-9
    assert -mean_drop(drops) - 1e-9 <= high <= 1
    turned = change_interval({-drop: count for drop, count in drops.items()})
    assert turned == pytest.approx((-high, -low), abs=1e-6)


def test_no_interval_goes_beyond_what_an_item_may_change_by() -> None:
    """Three of a hundred items changed by one answer of 32: a mean of more than that was not ruled out."""
    low, high = change_interval({0.0: 97, 1 / 32: 2, -1 / 32: 1}) or (0.0, 0.0)
    assert -0.003 < low < -1 / 3200 < high < 0.003


@pytest.mark.parametrize(("still", "wide"), [(26, True), (25, False)])
def test_few_items_of_which_few_changed_do_not_tell_how_far_one_may_fall(still: int, wide: bool) -> None:
    """One of fifty that fell to nothing would be missing among them in a third of all samples."""
    changed = 50 - still
    low, high = change_interval({0.0: still, 1 / 32: changed // 2, -1 / 32: changed - changed // 2}) or (0.0, 0.0)
    assert ((high - low) > 0.1) == wide
    assert (high - low) > 0.005


def test_what_nobody_saw_is_not_ruled_out() -> None:
    """Of 60 items none fell: that 3% of all fell from 1 to 0 gives that in one sample of six, so it is not refuted."""
    assert within_p_value({0.0: 55, 1 / 32: 3, -1 / 32: 2}, 0.03) > 0.05
    assert within_p_value({0.0: 250, 1 / 32: 3, -1 / 32: 2}, 0.03) < 0.05


def test_the_lattice_of_the_drops() -> None:
    assert lattice_step({1: 3, 0: 5}) == lattice_step({0: 5}) == lattice_step({0.5: 0, 0: 1}) == 1
    assert lattice_step({0.5: 1, -0.25: 2, 0: 1}) == 0.25
    assert lattice_step(drops_of([1 / 3, -2 / 3])) == pytest.approx(1 / 3)
    assert lattice_step({0.31: 1, -0.2: 1}) == 0


def test_many_different_drops_are_counted_coarsely() -> None:
    values = numpy.random.default_rng(0).uniform(-1, 1, 5000).tolist()
    drops = drops_of(values)
    assert len(drops) <= 2001
    assert sum(drops.values()) == 5000
    assert mean_drop(drops) == pytest.approx(sum(values) / 5000, abs=1e-4)
    assert drops_of(values[:900]) == Counter(round(value, 12) for value in values[:900])
    assert drops_of([0.1 + 0.2, 0.3]) == {0.3: 2}


@pytest.mark.parametrize("kind", ["all fall a little", "a few fall to nothing"])
@pytest.mark.parametrize(("n", "answers"), [(50, 4), (150, 4), (150, 32)])
def test_a_model_that_is_worse_by_just_the_margin_seldom_passes(n: int, answers: int, kind: str) -> None:
    """Several answers an item, skewed: 400 runs; a t-test passes the second kind in up to a fifth of them."""
    generator, margin, runs = numpy.random.default_rng(n + answers), 0.03, 400
    passed = 0
    for _ in range(runs):
        before = numpy.where(generator.random(n) < 0.3, generator.random(n), generator.random(n) < 0.6)
        mean = 0.3 * 0.5 + 0.7 * 0.6
        after = before * (1 - margin / mean) if "all" in kind else before * (generator.random(n) >= margin / mean)
        difference = generator.binomial(answers, before) - generator.binomial(answers, after)
        passed += within_p_value(drops_of((difference / answers).tolist()), margin) <= 0.05
    assert scipy_stats.binomtest(passed, runs, 0.05, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize("answers", [4, 32])
def test_an_unchanged_model_seldom_fails_and_the_interval_covers(answers: int) -> None:
    generator, runs, n = numpy.random.default_rng(answers), 400, 150
    failed = covered = 0
    for _ in range(runs):
        shares = numpy.where(generator.random(n) < 0.6, generator.random(n), generator.random(n) < 0.6)
        difference = generator.binomial(answers, shares) - generator.binomial(answers, shares)
        drops = drops_of((difference / answers).tolist())
        failed += exceeds_p_value(drops) <= 0.05
        low, high = change_interval(drops) or (0, 0)
        covered += low <= 0 <= high
    assert scipy_stats.binomtest(failed, runs, 0.05, alternative="greater").pvalue > 0.001
    assert scipy_stats.binomtest(covered, runs, 0.93, alternative="less").pvalue > 0.001
    assert scipy_stats.binomtest(covered, runs, 0.97, alternative="greater").pvalue > 0.001


@given(st.floats(-6, 6), st.sampled_from([-1.5, -0.3, 0.0, 0.2, 1.0]))
def test_a_skewed_deviate_is_that_of_the_gamma_distribution(z: float, skewness: float) -> None:
    """Wilson and Hilferty's approximation against scipy's distribution itself, where that has any weight."""
    exact = scipy_stats.pearson3.sf(z, skewness) if skewness else scipy_stats.norm.sf(z)
    found = scipy_stats.norm.sf(_normal_of(z, skewness))
    assert found == pytest.approx(exact, abs=0.01)
    assert _normal_of(z + 0.1, skewness) > _normal_of(z, skewness)


def test_all_that_may_be_and_nothing() -> None:
    several: list[Drops] = [{}, {0: 3}, {1: 3}, {0.5: 2}]
    for drops in several:
        for margin, test in itertools.product((0.0, 0.5, 1.0), (exceeds_p_value, within_p_value)):
            assert 0 <= test(drops, margin) <= 1
    assert exceeds_p_value({1: 3}, 1.0) == 1
    assert within_p_value({0: 3}, 1.0) == 0
