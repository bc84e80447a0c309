"""The verdict on two copies: its exact intervals against scipy, its errors by enumeration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pytest_haerae.statistics.equivalence import (
    LEVEL,
    Answers,
    accuracy_at_most,
    flip_interval,
    flips_exceed,
    items_for_share,
    items_to_tell,
    judge_likeness,
)
from pytest_haerae.statistics.margins import binary_drops, change_interval
from pytest_haerae.statistics.power import ENOUGH, rounded_up


def answered(n: int, flips: int, lost: int = 0, gained: int = 0, one_sided: int = 0) -> Answers:
    return Answers(n, flips, binary_drops(lost, gained, n), one_sided, identical=False)


@st.composite
def any_answers(draw: st.DrawFn) -> Answers:
    n = draw(st.integers(1, 400))
    flips = draw(st.integers(0, n))
    lost = draw(st.integers(0, flips))
    return answered(n, flips, lost, draw(st.integers(0, flips - lost)), draw(st.integers(0, 30)))


@given(any_answers())
def test_the_interval_of_flips_is_scipys(answers: Answers) -> None:
    exact = stats.binomtest(answers.flips or 0, answers.n).proportion_ci(method="exact")
    assert flip_interval(answers) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert flips_exceed(answers, 0.02) == (exact.low > 0.02)


@settings(deadline=None)
@given(any_answers(), st.sampled_from([0.01, 0.02, 0.1]))
def test_the_verdict_does_not_depend_on_which_is_a(answers: Answers, margin: float) -> None:
    turned = replace(answers, drops={-drop: count for drop, count in answers.drops.items()})
    assert judge_likeness(answers, margin) == judge_likeness(turned, margin)
    assert accuracy_at_most(answers) == pytest.approx(accuracy_at_most(turned), abs=1e-6)


@pytest.mark.parametrize(("n", "margin"), [(200, 0.02), (500, 0.02), (300, 0.05), (40, 0.2)])
def test_a_wrong_verdict_is_as_rare_as_it_says(n: int, margin: float) -> None:
    """Of models whose share of flips is just the margin: flips that change no accuracy, and such as all lose."""
    for lost in (0, 1):
        verdicts = [judge_likeness(answered(n, flips, lost * flips), margin) for flips in range(n + 1)]
        for verdict in ("equivalent", "different"):
            kept = [flips for flips, found in enumerate(verdicts) if found == verdict]
            assert sum(stats.binom.pmf(kept, n, margin)) <= LEVEL
        assert {"cannot be told", "different"} <= set(verdicts)


def test_same_is_what_is_equal_and_answered_by_both() -> None:
    equal = Answers(3, 0, {0: 3}, 0, identical=True)
    assert judge_likeness(equal, 0.02) == "same"
    assert judge_likeness(replace(equal, one_sided=1), 0.02) == "cannot be told"
    assert judge_likeness(replace(equal, identical=False), 0.02) == "cannot be told"
    assert judge_likeness(Answers(0, 0, {}, 0, identical=False), 0.02) == "cannot be told"


def test_items_that_one_alone_answered_are_no_proof_of_anything() -> None:
    assert judge_likeness(answered(1538, 5), 0.02) == "equivalent"
    assert judge_likeness(answered(1538, 5, one_sided=60), 0.02) == "cannot be told"
    assert items_to_tell(answered(1538, 5, one_sided=60), 0.02) is None
    # They do not hide what the others show.
    assert judge_likeness(answered(1538, 300, one_sided=60), 0.02) == "different"


def test_drawn_answers_are_judged_by_the_accuracy_alone() -> None:
    halves = {0.5: 50, -0.5: 50, 0.0: 4000}
    assert judge_likeness(Answers(4100, None, halves, 0, identical=False), 0.02) == "equivalent"
    assert judge_likeness(Answers(4100, None, {0.5: 1000, 0.0: 3100}, 0, identical=False), 0.02) == "different"
    assert flip_interval(Answers(4100, None, halves, 0, identical=False)) is None


def test_the_accuracy_is_looked_at_beside_flips() -> None:
    """A scorer of one's own may judge the same answers otherwise."""
    assert judge_likeness(answered(1000, 0, lost=100), 0.02) == "different"
    assert judge_likeness(answered(1000, 0, gained=100), 0.02) == "different"
    assert judge_likeness(answered(1000, 0, lost=20), 0.02) == "cannot be told"


def test_the_farther_end_of_the_interval_is_the_bound() -> None:
    low, high = change_interval(binary_drops(9, 2, 300)) or (0, 0)
    assert accuracy_at_most(answered(300, 11, 9, 2)) == pytest.approx(max(-low, high)) == pytest.approx(-low)
    assert accuracy_at_most(answered(300, 11, 2, 9)) == pytest.approx(-low)
    more = accuracy_at_most(answered(300, 11, 9, 2, one_sided=5))
    assert more == pytest.approx(-(change_interval(binary_drops(14, 2, 305)) or (0, 0))[0])
    assert accuracy_at_most(Answers(0, 0, {}, 0, identical=False)) is None


@pytest.mark.parametrize(
    ("share", "margin"), [(0.0, 0.02), (0.0, 0.01), (0.01, 0.02), (0.002, 0.01), (0.04, 0.02), (0.3, 0.1)]
)
def test_so_many_items_show_on_which_side_a_share_lies(share: float, margin: float) -> None:
    def power(n: int) -> float:
        if share < margin:
            fitting = [k for k in range(n + 1) if stats.binom.cdf(k, n, margin) <= LEVEL]
        else:
            fitting = [k for k in range(n + 1) if stats.binom.sf(k - 1, n, margin) <= LEVEL]
        return float(sum(stats.binom.pmf(fitting, n, share)))

    n = items_for_share(share, margin)
    assert power(n) >= ENOUGH
    assert power(int(n * 0.8)) < ENOUGH


def test_beyond_a_million_the_normal_test_is_near_enough() -> None:
    assert items_for_share(0.0199, 0.02) > 1_000_000


@pytest.mark.parametrize("margin", [0.01, 0.02, 0.05])
def test_enough_items_are_told_to_be_enough(margin: float) -> None:
    told = items_to_tell(answered(10, 0), margin)
    assert told is not None
    assert judge_likeness(answered(told, 0), margin) == "equivalent"
    assert judge_likeness(answered(int(told * 0.9), 0), margin) == "cannot be told"


def test_how_many_items_would_tell() -> None:
    assert items_to_tell(answered(100, 4, 2, 2), 0.02) == rounded_up(items_for_share(0.04, 0.02))
    assert items_to_tell(answered(100, 2, 1, 1), 0.02) is None, "just what is tolerated"
    assert items_to_tell(answered(0, 0), 0.02) is None
    # As good as shown: one item more at least.
    assert items_to_tell(answered(5000, 94), 0.02) == rounded_up(items_for_share(94 / 5000, 0.02))
    lost = Answers(100, None, binary_drops(4, 0, 100), 0, identical=False)
    assert (items_to_tell(lost, 0.02) or 0) > 100
    assert items_to_tell(replace(lost, drops=binary_drops(2, 0, 100)), 0.02) is None
