from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.checking import checked
from pytest_haerae.scoring.log_likelihood import judge_log_likelihood, not_applicable
from pytest_haerae.types import Item, Response
from tests.helpers import lettered
from tests.unit.scoring.judged import judged


def test_highest_loglikelihood_wins() -> None:
    verdict = judged(lettered("C"), Response(loglikelihoods=(-3.0, -2.0, -1.0, -4.0, -5.0)), "log_likelihood")
    assert (verdict.outcome, verdict.prediction, verdict.margin) == ("correct", "C", 1.0)


def test_earlier_option_wins_an_exact_tie() -> None:
    verdict = judged(lettered("C"), Response(loglikelihoods=(-3.0, -1.0, -1.0, -4.0, -5.0)), "log_likelihood")
    assert (verdict.outcome, verdict.prediction, verdict.margin) == ("wrong", "B", 0.0)


def test_missing_loglikelihoods_are_an_error() -> None:
    assert judged(lettered(), Response(text="B"), "log_likelihood").outcome == "error"


def test_free_text_has_no_options_to_compare() -> None:
    reason = not_applicable(Item("p-0000", "p", 0, "빈칸", None, None, "가는 말"))
    assert reason == "log_likelihood does not apply to free-text answers"
    assert not_applicable(lettered()) is None


@given(st.lists(st.floats(-1e6, 0), min_size=5, max_size=5), st.sampled_from("ABCDE"))
def test_it_is_right_where_no_option_is_likelier_and_no_earlier_one_as_likely(values: list[float], right: str) -> None:
    verdict = judge_log_likelihood(lettered(right), Response(loglikelihoods=tuple(values)))
    place = "ABCDE".index(right)
    others = [*values[:place], *values[place + 1 :]]
    wins = all(values[place] > value for value in values[:place]) and all(
        values[place] >= value for value in values[place + 1 :]
    )
    assert verdict.outcome == ("correct" if wins else "wrong")
    assert verdict.margin == values[place] - max(others)
    # Nobody checks it in a run.
    assert checked(verdict, Response()) is verdict


def test_the_explanation_says_what_was_predicted_and_by_how_much() -> None:
    right = judge_log_likelihood(lettered("C"), Response(loglikelihoods=(-3.0, -2.0, -1.0, -4.0, -5.0)))
    assert right.explanation == "probe-0000 correct: predicted (C), reference (C), margin +1.0000"
    wrong = judge_log_likelihood(lettered("A"), Response(loglikelihoods=(-3.0, -2.0, -1.5, -4.0, -5.0)))
    assert wrong.explanation == "probe-0000 wrong: predicted (C), reference (A), margin -1.5000"


@pytest.mark.parametrize(
    ("item", "values"),
    [
        (lettered("A"), (-1.0, -2.0)),
        (lettered("A"), (-1.0,) * 6),
        (lettered("A"), None),
        (Item("probe-0000", "p", 0, "빈칸", None, None, "가는 말"), (-1.0, -2.0)),
    ],
)
def test_each_option_needs_its_log_likelihood(item: Item, values: tuple[float, ...] | None) -> None:
    verdict = judge_log_likelihood(item, Response(loglikelihoods=values))
    assert (verdict.outcome, verdict.explanation) == ("error", "probe-0000: no log-likelihood for some option")
