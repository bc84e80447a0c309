"""Sensitivity, specificity and the correction by them: statsmodels, the source's formula and simulated judges."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import proportion_confint

from pytest_haerae.statistics.judged import Labelled
from pytest_haerae.statistics.misclassification import judge_error, rogan_gladen
from tests.unit.statistics.tables import EXACT

COUNTS = st.lists(st.integers(0, 40), min_size=6, max_size=6)


def pairs(right: int, called_right: int, wrong: int, called_wrong: int) -> list[Labelled]:
    """A judge's verdicts on so many right and wrong answers."""
    return [
        *[Labelled(1, 1)] * called_right,
        *[Labelled(0, 1)] * (right - called_right),
        *[Labelled(0, 0)] * called_wrong,
        *[Labelled(1, 0)] * (wrong - called_wrong),
    ]


def test_how_often_a_judge_is_right() -> None:
    found = judge_error(pairs(40, 34, 20, 15))
    assert (found["sensitivity"], found["specificity"], found["right"], found["wrong"]) == (0.85, 0.75, 40, 20)
    assert found["sensitivity_ci95"] == pytest.approx(proportion_confint(34, 40, method="wilson"), abs=EXACT)
    assert found["specificity_ci95"] == pytest.approx(proportion_confint(15, 20, method="wilson"), abs=EXACT)
    alone = judge_error(pairs(0, 0, 4, 1))
    assert (alone["sensitivity"], alone["sensitivity_ci95"], alone["specificity"]) == (None, None, 0.25)


def by_the_source(x: int, n: int, *, a: int, right: int, b: int, wrong: int) -> tuple[float, float, float]:
    """Lang and Reiczigel's interval, and its standard error."""
    z = scipy_stats.norm.ppf(0.975)
    p, sensitivity, specificity = (x + z**2 / 2) / (n + z**2), (a + 1) / (right + 2), (b + 1) / (wrong + 2)
    youden = sensitivity + specificity - 1
    prevalence = (p + specificity - 1) / youden
    first = sensitivity * (1 - sensitivity) / (right + 2)
    second = specificity * (1 - specificity) / (wrong + 2)
    variance = p * (1 - p) / (n + z**2) + prevalence**2 * first + (1 - prevalence) ** 2 * second
    half = z * math.sqrt(variance / youden**2)
    middle = prevalence + 2 * z**2 * (prevalence * first - (1 - prevalence) * second)
    return middle - half, middle + half, half / z


def test_the_interval_is_the_sources() -> None:
    generator = numpy.random.default_rng(1)
    inside = 0
    for _ in range(300):
        n, right, wrong = (int(generator.integers(least, 300)) for least in (20, 5, 5))
        a, b = int(generator.binomial(right, 0.85)), int(generator.binomial(wrong, 0.75))
        x = int(generator.binomial(n, generator.uniform(0.2, 0.9)))
        found = rogan_gladen([1.0] * x + [0.0] * (n - x), pairs(right, a, wrong, b))
        if found["reason"]:
            continue
        low, high, spread = by_the_source(x, n, a=a, right=right, b=b, wrong=wrong)
        estimate = (x / n + b / wrong - 1) / (a / right + b / wrong - 1)
        assert found["accuracy"] == pytest.approx(min(1, max(0, estimate)), abs=EXACT)
        assert found["stderr"] == pytest.approx(spread, abs=EXACT)
        assert found["ci95"] is not None
        assert (found["n"], found["labels"]) == (n, right + wrong)
        if 0 <= low <= estimate <= high <= 1:
            inside += 1
            assert found["ci95"] == pytest.approx([low, high], abs=EXACT)
        elif found["accuracy"] in (0, 1):
            assert found["accuracy"] in found["ci95"]
    assert inside > 100


def test_of_what_is_known_exactly_the_share_comes_back() -> None:
    # Of 1,000 answers, 600 of them right, such a judge calls 600 * 0.9 + 400 * 0.2 right.
    found = rogan_gladen([1.0] * 620 + [0.0] * 380, pairs(1000, 900, 1000, 800))
    assert found["accuracy"] == pytest.approx(0.6)
    assert found["reason"] == ""


@given(COUNTS)
def test_it_corrects_or_says_why(counts: list[int]) -> None:
    x, others, a, missed, b, taken = counts
    found = rogan_gladen([1.0] * x + [0.0] * others, pairs(a + missed, a, b + taken, b))
    if found["accuracy"] is None:
        assert (found["stderr"], found["ci95"]) == (None, None)
        assert found["reason"]
        return
    assert found["reason"] == ""
    assert found["ci95"] is not None
    assert found["stderr"] is not None
    assert 0 <= found["ci95"][0] <= found["accuracy"] <= found["ci95"][1] <= 1
    assert a * (b + taken) + b * (a + missed) > (a + missed) * (b + taken)


@pytest.mark.parametrize(
    ("verdicts", "labels", "said"),
    [
        ([], pairs(5, 4, 5, 4), "no item was judged"),
        ([1, 0.5], pairs(5, 4, 5, 4), "partial scores: sensitivity and specificity are of right and wrong answers"),
        ([1, 0], [*pairs(5, 4, 5, 4), Labelled(1, 0.5)], "partial scores"),
        ([1, 0], [*pairs(5, 4, 5, 4), Labelled(0.5, 1)], "partial scores"),
        ([1, 0], pairs(5, 4, 0, 0), "no label says wrong: both kinds are needed"),
        ([1, 0], pairs(0, 0, 5, 4), "no label says right: both kinds are needed"),
        ([1, 0], pairs(4, 2, 4, 2), "it calls 50% of the right answers and 50% of the wrong ones right"),
        ([1, 0], pairs(4, 1, 4, 2), "the judge is hardly better than chance"),
        # Better by the numbers, and not after a hit and a miss more of either.
        ([1, 0], pairs(2, 2, 48, 4), "it calls 100% of the right answers and 92% of the wrong ones right"),
    ],
)
def test_what_cannot_be_corrected(verdicts: list[float], labels: list[Labelled], said: str) -> None:
    found = rogan_gladen(verdicts, labels)
    assert said in found["reason"]
    assert found["method"] == "rogan_gladen"
    assert (found["accuracy"], found["n"], found["labels"]) == (None, len(verdicts), len(labels))


@pytest.mark.parametrize("accuracy", [0.1, 0.5, 0.9])
def test_the_interval_covers(accuracy: float) -> None:
    generator = numpy.random.default_rng(2)
    covered = 0
    for _ in range(500):
        right = int(generator.binomial(200, accuracy))
        x = int(generator.binomial(right, 0.85) + generator.binomial(200 - right, 0.25))
        labels = pairs(25, int(generator.binomial(25, 0.85)), 25, int(generator.binomial(25, 0.75)))
        low, high = rogan_gladen([1.0] * x + [0.0] * (200 - x), labels)["ci95"] or (1, 0)
        covered += low <= accuracy <= high
    assert covered / 500 >= 0.93
