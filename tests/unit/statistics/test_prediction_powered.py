"""Prediction-powered inference against PPI++'s own formula, statsmodels' regression and simulated judges."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import zip_longest

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats as scipy_stats
from statsmodels.regression.linear_model import OLS

from pytest_haerae.statistics.estimates import mean_interval, mean_standard_error, wilson_interval
from pytest_haerae.statistics.judged import Correction, Judged
from pytest_haerae.statistics.prediction_powered import MIN_LABELS, prediction_powered
from tests.unit.statistics.tables import EXACT

Values = NDArray[numpy.float64]


def judged(
    verdicts: Sequence[float], labels: Sequence[float], clusters: Sequence[Hashable | None] = ()
) -> list[Judged]:
    """Items of which the first have labels."""
    return [Judged(*values) for values in zip_longest(verdicts, labels, clusters)]


def draw(generator: numpy.random.Generator, n: int, accuracy: float, *, partial: bool = False) -> tuple[Values, Values]:
    """Verdicts and labels, of a judge that says more than it knows: the slope is below 1."""
    labels = (generator.random(n) < accuracy).astype(float)
    right = numpy.where(labels == 1, 0.7 if partial else 0.85, 0.4 if partial else 0.25)
    verdicts = generator.beta(right, 1 - right) if partial else (generator.random(n) < right).astype(float)
    return verdicts, labels


def numbers(found: Correction) -> tuple[float, float, list[float], float]:
    assert found["reason"] == ""
    assert found["accuracy"] is not None
    assert found["stderr"] is not None
    assert found["ci95"] is not None
    return found["accuracy"], found["stderr"], found["ci95"], found["tuning"]


@pytest.mark.parametrize("partial", [False, True])
def test_the_estimate_is_that_of_the_source_with_its_tuning(partial: bool) -> None:
    generator = numpy.random.default_rng(1)
    for _ in range(50):
        n, others = int(generator.integers(40, 90)), int(generator.integers(40, 300))
        verdicts, labels = draw(generator, n + others, 0.6, partial=partial)
        found, spread, _, tuning = numbers(prediction_powered(judged(verdicts.tolist(), labels[:n].tolist())))
        mine, theirs = verdicts[:n], verdicts[n:]
        # PPI++, example 6.1 with one-dimensional means: two separate samples.
        source = numpy.cov(labels[:n], mine)[0, 1] / mine.var(ddof=1) / (1 + n / others)
        assert tuning * others / (n + others) == pytest.approx(source, abs=EXACT)
        assert found == pytest.approx(source * theirs.mean() + (labels[:n] - source * mine).mean(), abs=EXACT)
        variance = (labels[:n] - source * mine).var() / n + source**2 * verdicts.var() / others
        assert spread == pytest.approx(variance**0.5, rel=0.15)  # what a small n adds is not in the source's


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("partial", [False, True])
def test_the_standard_error_is_the_sum_of_squared_influences(partial: bool, grouped: bool) -> None:
    generator = numpy.random.default_rng(2)
    for _ in range(50):
        n, total = int(generator.integers(40, 90)), int(generator.integers(100, 300))
        verdicts, labels = draw(generator, total, 0.5, partial=partial)
        clusters = generator.integers(0, 60, total) if grouped else numpy.arange(total)
        items = judged(verdicts.tolist(), labels[:n].tolist(), clusters.tolist() if grouped else ())
        found, spread, interval, tuning = numbers(prediction_powered(items))
        mine = numpy.column_stack([numpy.ones(n), verdicts[:n]])
        fit = OLS(labels[:n], mine).fit()
        assert tuning == pytest.approx(fit.params[1], abs=EXACT)
        assert found == pytest.approx(fit.params @ [1, verdicts.mean()], abs=EXACT)
        influence = tuning * (verdicts - verdicts.mean()) / total
        leverage = fit.get_influence().hat_matrix_diag
        weights = mine @ numpy.linalg.inv(mine.T @ mine) @ [1, verdicts.mean()]
        influence[:n] += weights * fit.resid / (1 - leverage) ** 0.5
        sums = numpy.bincount(clusters, influence)[numpy.unique(clusters)]
        assert spread**2 == pytest.approx(len(sums) / (len(sums) - 1) * (sums**2).sum(), abs=EXACT)
        labelled = len(set(clusters[:n].tolist()))
        ratio = (scipy_stats.norm.ppf(0.975) / scipy_stats.t.ppf(0.975, labelled - 2)) ** 2
        size = max(found * (1 - found) / spread**2, labelled) * ratio
        assert interval == pytest.approx(wilson_interval(found * size, size), abs=1e-5)


def test_with_all_items_labelled_it_is_the_labels_mean() -> None:
    generator = numpy.random.default_rng(3)
    verdicts, labels = draw(generator, 400, 0.7)
    found, spread, interval, _ = numbers(prediction_powered(judged(verdicts.tolist(), labels.tolist())))
    assert found == pytest.approx(labels.mean())
    assert spread == pytest.approx(mean_standard_error(labels.tolist()), rel=0.01)
    assert interval == pytest.approx(mean_interval(labels.tolist()), abs=0.001)


@pytest.mark.parametrize("verdict", ["the same", "the other way round"])
def test_of_a_judge_that_says_nothing_the_labels_stand_alone(verdict: str) -> None:
    labels = [1.0, 1.0, 0.0] * 20
    verdicts = [0.5] * 300 if verdict == "the same" else [1 - label for label in labels] + [1.0] * 240
    found, spread, interval, tuning = numbers(prediction_powered(judged(verdicts, labels)))
    assert tuning == 0
    assert found == pytest.approx(2 / 3)
    assert spread == pytest.approx(mean_standard_error(labels), rel=0.01)
    assert interval == pytest.approx(mean_interval(labels), abs=0.003)


def test_a_slope_above_1_is_kept_at_1() -> None:
    labels = [0.0, 1.0] * 30
    found, _, _, tuning = numbers(prediction_powered(judged([0.45, 0.55] * 30 + [0.55] * 60, labels)))
    assert tuning == 1
    assert found == pytest.approx(0.5 + 0.525 - 0.5)


def test_a_judge_without_an_error_among_the_labels_may_still_err() -> None:
    labels = [0.0, 1.0] * 25
    verdicts = [*labels, *labels * 100]
    found, spread, interval, tuning = numbers(prediction_powered(judged(verdicts, labels)))
    assert [found, tuning] == pytest.approx([0.5, 1])
    alone = 0.25 / (len(verdicts) - 1)
    assert spread**2 == pytest.approx(2 / 50**2 + alone, rel=1e-6)
    assert interval[1] - interval[0] > 0.1
    # Of grades that are a quarter apart two that are one step off are a sixteenth of that.
    grades = [value / 4 for value in range(5)] * 10
    _, spread, _, _ = numbers(prediction_powered(judged([*grades, *grades * 100], grades)))
    assert spread**2 == pytest.approx(2 / 16 / 50**2 + numpy.var([*grades] * 101) / 5049, rel=1e-6)
    # All labels the same: as of right and wrong ones.
    _, spread, interval, tuning = numbers(prediction_powered(judged([1.0] * 300, [1.0] * 50)))
    assert [spread**2, tuning] == pytest.approx([2 / 50**2, 0])
    assert interval[1] == 1
    assert 0.9 < interval[0] < 0.95


def test_the_estimate_is_kept_from_0_to_1() -> None:
    # The labels say the judge is right about what it says, and of the others it says more than of these.
    labels, verdicts = [*[1.0] * 29, 0.0], [*[0.9] * 29, 0.0]
    found, _, interval, tuning = numbers(prediction_powered(judged([*verdicts, *[1.0] * 300], labels)))
    assert (found, interval[1], tuning) == (1, 1, 1)
    turned = [[1 - value for value in values] for values in (verdicts, labels)]
    found, _, interval, _ = numbers(prediction_powered(judged([*turned[0], *[0.0] * 300], turned[1])))
    assert (found, interval[0]) == (0, 0)


def test_a_step_is_the_smallest_one() -> None:
    grades = [0.2, 0.3, 1.0] * 20
    spread = numbers(prediction_powered(judged(grades * 20, grades)))[1]
    assert spread**2 == pytest.approx(2 * 0.1**2 / 60**2 + numpy.var(grades) / 1199, rel=1e-6)


def test_labels_that_differ_by_rounding_are_one_grade() -> None:
    labels = [0.1 + 0.2, 0.3, 0.8] * 20
    assert numbers(prediction_powered(judged([*labels] * 50, labels)))[1] > 0.5 * 2**0.5 / 60


@pytest.mark.parametrize("n", range(MIN_LABELS, 70))
def test_a_single_verdict_unlike_the_others_gives_numbers(n: int) -> None:
    # The line goes through its label, so its residual says nothing.
    verdicts = [1.0, *[0.1] * (n - 1), *[1.0] * 30, *[0.1] * 120]
    found, spread, interval, _ = numbers(prediction_powered(judged(verdicts, [1.0, *[0.0] * 9, *[1.0] * (n - 10)])))
    assert 0 <= interval[0] < found < interval[1] <= 1
    assert 0.03 < spread < 0.2


def test_few_labels_correct_nothing() -> None:
    few = prediction_powered(judged([1.0] * 40, [1.0] * (MIN_LABELS - 1)))
    assert (few["accuracy"], few["ci95"], few["n"], few["labels"]) == (None, None, 40, 19)
    assert few["reason"] == "19 of the judged items have a label: at least 20 are needed"
    passages = [place // 2 for place in range(80)]
    few = prediction_powered(judged([1.0, 0.0] * 40, [1.0] * 38, passages))
    assert few["reason"] == "38 of the judged items have a label, in 19 clusters: at least 20 are needed"
    enough = prediction_powered(judged([1.0, 0.0] * 40, [1.0] * 40, passages))
    assert (enough["n"], enough["labels"], enough["reason"]) == (80, 40, "")


def test_clusters_are_told_apart_whatever_they_are_called() -> None:
    generator = numpy.random.default_rng(4)
    verdicts, labels = draw(generator, 120, 0.5)
    apart = prediction_powered(judged(verdicts.tolist(), labels[:60].tolist()))
    mixed: list[Hashable | None] = [None] * 120
    mixed[3], mixed[7], mixed[20] = 0, "", 100  # one of each: as if they stood alone
    assert prediction_powered(judged(verdicts.tolist(), labels[:60].tolist(), mixed)) == apart
    mixed[4] = 0
    assert prediction_powered(judged(verdicts.tolist(), labels[:60].tolist(), mixed)) != apart


SCORES = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@given(st.lists(st.tuples(SCORES, SCORES), min_size=MIN_LABELS, max_size=40), st.lists(SCORES, max_size=60))
def test_the_interval_has_the_estimate_in_it(pairs: list[tuple[float, float]], others: list[float]) -> None:
    verdicts, labels = [pair[0] for pair in pairs] + others, [pair[1] for pair in pairs]
    found, spread, interval, tuning = numbers(prediction_powered(judged(verdicts, labels)))
    assert 0 <= interval[0] <= found <= interval[1] <= 1
    assert interval[0] < interval[1]
    assert 0 <= tuning <= 1
    assert 0 < spread < 1
    # At most as wide as that of so many right and wrong answers, with Student's point.
    assert interval[1] - interval[0] < 2 * scipy_stats.t.ppf(0.975, len(labels) - 2) * 0.5 / len(labels) ** 0.5


@pytest.mark.parametrize("accuracy", [0.1, 0.5, 0.9])
def test_the_interval_covers_where_passages_are_shared(accuracy: float) -> None:
    generator = numpy.random.default_rng(5)
    covered = plain = 0
    for _ in range(300):
        # Of the items of a passage two of three are all right or all wrong together, and so is the judge about them.
        together = generator.random((60, 4)) < 2 / 3
        same = (generator.random((60, 1)) < accuracy) & numpy.ones((60, 4), bool)
        labels = numpy.where(together, same, generator.random((60, 4)) < accuracy).astype(float)
        right = numpy.where(labels == 1, 0.85, 0.25)
        luck = numpy.where(together, generator.random((60, 1)), generator.random((60, 4)))
        order = generator.permutation(240)
        verdicts, shuffled = (luck < right).astype(float).ravel()[order], labels.ravel()[order][:80]
        clusters = numpy.repeat(numpy.arange(60), 4)[order]
        for grouped in (False, True):
            items = judged(verdicts.tolist(), shuffled.tolist(), clusters.tolist() if grouped else ())
            low, high = numbers(prediction_powered(items))[2]
            covered += grouped and low <= accuracy <= high
            plain += (not grouped) and low <= accuracy <= high
    assert plain < covered
    assert covered / 300 > 0.92
