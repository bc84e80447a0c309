"""What several answers come to, against all choices of them, votes counted otherwise, and statsmodels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.regression.linear_model import OLS

from pytest_haerae.statistics.estimates import mean_interval, mean_standard_error, wilson_interval
from pytest_haerae.statistics.repeats import (
    advice,
    best_at,
    best_share,
    estimate_of,
    majority_share,
    pass_at,
    repeats_of,
    variance_of,
)
from pytest_haerae.statistics.scores import right_share, score
from pytest_haerae.types import Answer, DataKey, Outcome, Response, Sample, Selected, Verdict
from tests.unit.fakes import item
from tests.unit.statistics.tables import EXACT

STATED = st.sampled_from(["A", "B", "C", "D", None, "…"])
"""An answer's letter, of which A is right; None could not be read, ``…`` was cut."""
GIVEN = st.integers(1, 6).flatmap(lambda k: st.lists(st.lists(STATED, min_size=k, max_size=k), min_size=1, max_size=9))


def verdict(stated: str | None) -> Verdict:
    if stated is None or stated == "…":
        return Verdict("invalid" if stated is None else "cut")
    return Verdict("correct" if stated == "A" else "wrong", prediction=stated)


def test_one_of_j_answers_is_right_in_as_many_of_all_choices_of_j() -> None:
    for k in range(1, 8):
        for right in range(k + 1):
            answers = [True] * right + [False] * (k - right)
            for j in range(1, k + 1):
                choices = list(itertools.combinations(answers, j))
                assert pass_at(right, k, j) == pytest.approx(sum(map(any, choices)) / len(choices), abs=EXACT)


def votes(stated: Sequence[str | None]) -> Fraction:
    """The same by hand: each of the most frequent letters wins as often as any other of them."""
    read = [letter for letter in stated if letter in ("A", "B", "C", "D")]
    counts = sorted(((read.count(letter), letter) for letter in set(read)), reverse=True)
    winners = [letter for count, letter in counts if count == counts[0][0]]
    return Fraction("A" in winners, len(winners) or 1)


@given(GIVEN)
def test_shares_of_answers(stated: list[list[str | None]]) -> None:
    items = [list(map(verdict, those)) for those in stated]
    n, k = len(items), len(items[0])
    assert [majority_share(verdicts) for verdicts in items] == pytest.approx(list(map(votes, stated)), abs=EXACT)
    repeats = repeats_of(items)
    if k == 1:
        assert repeats is None
        return
    assert repeats is not None
    assert repeats["k"] == k
    assert list(repeats["pass_at"]) == [str(j) for j in range(1, k + 1)]
    assert repeats["pass_at"]["1"] == pytest.approx(sum(map(right_share, items)) / n, abs=EXACT)
    assert repeats["pass_at"][str(k)] == pytest.approx(sum("A" in those for those in stated) / n, abs=EXACT)
    assert repeats["all_at"] == pytest.approx(sum(set(those) == {"A"} for those in stated) / n, abs=EXACT)
    assert repeats["majority_at"] == pytest.approx(float(sum(map(votes, stated))) / n, abs=EXACT)
    assert repeats["majority_ci95"] == pytest.approx(mean_interval(list(map(float, map(votes, stated)))), abs=EXACT)


def test_right_answers_are_one_however_they_are_written() -> None:
    right = [Verdict("correct", prediction=text) for text in ("0.5", "1/2")]
    assert majority_share([*right, Verdict("wrong", prediction="3"), Verdict("wrong", prediction="4")]) == 1


def test_the_variance_is_that_of_an_analysis_of_variance() -> None:
    generator = numpy.random.default_rng(17)
    for _ in range(100):
        n, k = int(generator.integers(2, 40)), int(generator.integers(2, 12))
        answers = generator.random((n, k)) < generator.random((n, 1))
        found = variance_of(answers.sum(axis=1).tolist(), k)
        within = answers.astype(float).var(axis=1, ddof=1).mean()
        between = answers.mean(axis=1).var(ddof=1) - within / k
        assert found["within_items"] == pytest.approx(within, abs=EXACT)
        assert found["between_items"] == pytest.approx(max(0.0, between), abs=EXACT)
        if between > 0:  # so the standard error is made of both
            spread = mean_standard_error(answers.mean(axis=1).tolist())
            assert spread is not None
            assert spread**2 == pytest.approx(found["between_items"] / n + found["within_items"] / (n * k), abs=EXACT)
    assert variance_of([3], 4)["between_items"] == 0


def sample(number: int, stated: Sequence[str | None]) -> Sample:
    answers = tuple(Answer(Response(text="x"), verdict(each)) for each in stated)
    outcome: Outcome = "correct" if right_share([answer.verdict for answer in answers]) > 0.5 else "wrong"
    selected = Selected(item(number), f"test_a[{number}]", DataKey("d"))
    return Sample(selected, Response(text="x"), Verdict(outcome), answers)


def test_the_accuracy_is_of_all_answers_and_its_error_clustered_by_item() -> None:
    generator = numpy.random.default_rng(2)
    letters = numpy.array(["A", "B", "C"])
    stated = letters[generator.integers(0, 3, (30, 8))]
    found = score([sample(number, row.tolist()) for number, row in enumerate(stated)])
    right = (stated == "A").astype(float)
    fit = OLS(right.ravel(), numpy.ones(240)).fit(cov_type="cluster", cov_kwds={"groups": numpy.repeat(range(30), 8)})
    # statsmodels corrects by G / (G - 1) and (N - 1) / (N - 1): one parameter.
    assert found["accuracy"] == pytest.approx(fit.params[0], abs=EXACT)
    assert found["stderr"] == pytest.approx(fit.bse[0], abs=EXACT)
    assert found["ci95"] == pytest.approx(mean_interval(right.mean(axis=1).tolist()), abs=EXACT)
    assert (found["n"], found["repeats"]["k"]) == (30, 8)
    assert found["correct"] == (right.mean(axis=1) > 0.5).sum()


def test_cut_answers_are_left_out_of_the_accuracy_among_the_others() -> None:
    samples = [sample(0, ["A", "…", "…", "B"]), sample(1, ["…", "…", "…", "…"]), sample(2, ["A", "A", "A", "…"])]
    found = score(samples)
    assert found["accuracy"] == pytest.approx((0.25 + 0 + 0.75) / 3)
    assert found["accuracy_uncut"] == pytest.approx((0.5 + 1) / 2)


def test_an_interval_of_means_is_wilsons_of_as_many_items_as_are_as_uncertain() -> None:
    generator = numpy.random.default_rng(3)
    for _ in range(200):
        n = int(generator.integers(5, 400))
        values = generator.beta(1, 2, n)
        mean, spread = values.mean(), values.std(ddof=1) / math.sqrt(n)
        size = mean * (1 - mean) / spread**2 * (scipy_stats.norm.ppf(0.975) / scipy_stats.t.ppf(0.975, n - 1)) ** 2
        assert mean_interval(values.tolist()) == pytest.approx(wilson_interval(mean * size, size), abs=2e-3)
    assert mean_interval([]) is None
    assert mean_interval([1.0] * 20) == pytest.approx(wilson_interval(20, 20))
    assert mean_interval([0.25] * 20) == pytest.approx(wilson_interval(5, 20))
    low, high = mean_interval([0.5, 0.75]) or (-1, 2)
    assert 0 <= low < 0.625 < high <= 1


@pytest.mark.parametrize(
    ("between", "within", "said"),
    [
        (0.2, 0.1, "94% of the accuracy's variance is between items: more answers will not help, more items will"),
        (0.01, 0.2, "29% of the accuracy's variance is between items, 71% within them: more answers to each item help"),
        (0.0, 0.0, "no answer differs from another"),
    ],
)
def test_what_would_help(between: float, within: float, said: str) -> None:
    variance = {"between_items": between, "within_items": within}
    repeats = {"k": 8, "pass_at": {}, "all_at": 0, "majority_at": 0, "variance": variance}
    assert advice(repeats).startswith(said)  # type: ignore[arg-type] # what it does not read is left out


RANKED = st.integers(1, 6).flatmap(
    lambda k: st.lists(
        st.lists(st.tuples(st.booleans(), st.sampled_from([-math.inf, -3.0, -1.0, -0.5])), min_size=k, max_size=k),
        min_size=1,
        max_size=9,
    )
)


def taken(answers: Sequence[tuple[bool, float]]) -> Fraction:
    """The same by hand: sorted by rank, and of those in front as often one as the other."""
    in_order = sorted(answers, key=lambda answer: answer[1], reverse=True)
    front = list(itertools.takewhile(lambda answer: answer[1] == in_order[0][1], in_order))
    return Fraction(sum(right for right, _ in front), len(front))


@given(RANKED)
def test_the_best_ranked_answer_is_the_one_that_counts(items: list[list[tuple[bool, float]]]) -> None:
    worth = list(map(taken, items))
    right = [[each for each, _ in answers] for answers in items]
    ranks = [[rank for _, rank in answers] for answers in items]
    assert list(map(best_share, right, ranks)) == pytest.approx(list(map(float, worth)), abs=EXACT)
    verdicts = [[verdict("A" if each else "B") for each in answers] for answers in right]
    found = repeats_of(verdicts, ranks)
    if len(items[0]) == 1:
        assert found is None
        return
    assert found is not None
    best = found["best_of_k"]
    assert best["mean"] == pytest.approx(float(sum(worth)) / len(items), abs=EXACT)
    assert best["stderr"] == mean_standard_error(list(map(float, worth)))
    assert best["ci95"] == pytest.approx(mean_interval(list(map(float, worth))))
    assert "stderr_clustered" not in best
    assert "best_of_k" not in (repeats_of(verdicts) or {})


def test_the_best_of_items_that_share_passages_has_an_error_of_its_own() -> None:
    values = [1.0, 1.0, 0.5, 0.0, 0.0, 1.0]
    found = estimate_of(values, [0, 0, 1, 1, 2, 2])
    fit = OLS(values, numpy.ones(6)).fit(cov_type="cluster", cov_kwds={"groups": [0, 0, 1, 1, 2, 2]})
    assert found["stderr_clustered"] == pytest.approx(fit.bse[0], abs=EXACT)


def test_the_score_of_ranked_answers_has_the_best_of_them() -> None:
    def ranked(number: int, stated: Sequence[str], ranks: Sequence[float]) -> Sample:
        plain = sample(number, stated)
        return replace(plain, answers=tuple(map(lambda each, rank: replace(each, rank=rank), plain.answers, ranks)))

    samples = [ranked(0, "AB", [-1, -2]), ranked(1, "AB", [-2, -1]), ranked(2, "BA", [-1, -1])]
    assert score(samples)["repeats"]["best_of_k"]["mean"] == pytest.approx(0.5)
    assert "best_of_k" not in score([sample(0, "AB")])["repeats"]


PARTS = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=8)


@given(PARTS)
def test_the_best_of_j_is_the_mean_of_the_greatest_over_all_choices_of_j(scores: list[float]) -> None:
    for j in range(1, len(scores) + 1):
        choices = list(itertools.combinations(scores, j))
        expected = math.fsum(map(max, choices)) / len(choices)
        assert best_at(scores, j) == pytest.approx(expected, abs=1e-9)


def test_of_scores_that_are_right_or_wrong_the_best_is_one_that_is_right() -> None:
    for k in range(1, 40):
        for right in range(k + 1):
            scores = [1.0] * right + [0.0] * (k - right)
            found = [best_at(scores, j) for j in range(1, k + 1)]
            assert found == pytest.approx([pass_at(right, k, j) for j in range(1, k + 1)], abs=1e-9)
            assert max(found) <= 1, "also where weights are rounded upwards"


def free(likeness: float | None) -> Verdict:
    """An answer of free text, of which None could not be read."""
    return Verdict("correct" if likeness == 1 else "wrong" if likeness else "invalid", character_f=likeness or 0.0)


def test_items_that_are_scored_in_parts_have_a_best_of_their_own() -> None:
    lettered = [verdict("A"), verdict("B"), verdict("A")]
    items = [lettered, [free(0.25), free(0.5), free(1.0)], [free(None), free(0.5), free(0.0)]]
    found = repeats_of(items, clusters=[0, 1, 1])
    assert found is not None
    best = found["best_at"]
    assert list(best) == ["1", "2", "3"]
    assert [each["n"] for each in best.values()] == [2, 2, 2]
    by_hand = [[7 / 12, 1 / 6], [(0.5 + 1 + 1) / 3, (0.5 + 0 + 0.5) / 3], [1.0, 0.5]]
    for each, values in zip(best.values(), by_hand, strict=True):
        assert each["mean"] == pytest.approx(sum(values) / 2, abs=1e-9)
        assert each["stderr"] == pytest.approx(mean_standard_error(values))
        assert each["ci95"] == pytest.approx(mean_interval(values))
        assert each["stderr_clustered"] is None, "both are of one passage"
    # The others go on to be of right and wrong alone, and of all items.
    assert found["pass_at"] == pytest.approx({"1": 1 / 3, "2": (1 + 2 / 3) / 3, "3": 2 / 3})
    assert "best_at" not in (repeats_of([lettered]) or {})
