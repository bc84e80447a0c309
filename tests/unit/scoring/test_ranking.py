from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.ranking import RANKINGS, Ranking, ranked
from pytest_haerae.types import Answer, Response, Verdict


def answer(total: float | None, tokens: int | None) -> Answer:
    return Answer(Response("x", log_probability=total, log_probability_tokens=tokens), Verdict("wrong"))


@given(st.floats(-1e6, 0), st.integers(1, 10_000))
def test_the_mean_and_the_sum_of_the_tokens(total: float, tokens: int) -> None:
    one = answer(total, tokens)
    assert RANKINGS["log_probability"].rank(one) == pytest.approx(total / tokens)
    assert RANKINGS["log_probability_sum"].rank(one) == total


@pytest.mark.parametrize("ranking", [RANKINGS["log_probability"], RANKINGS["log_probability_sum"]])
@pytest.mark.parametrize("nothing", [answer(0.0, 0), answer(None, None), answer(None, 3)])
def test_an_answer_without_a_token_is_the_last(ranking: Ranking, nothing: Answer) -> None:
    assert ranking.rank(nothing) == -math.inf
    assert ranking.needs_log_probability


def test_a_reward_is_given_and_not_found_here() -> None:
    given = [Answer(Response("x"), Verdict("wrong"), rank) for rank in (2.5, -math.inf, None)]
    assert [each.rank for each in ranked(given, RANKINGS["reward"])] == [2.5, -math.inf, None]
    assert RANKINGS["reward"].needs_reward


def test_a_rank_is_any_number_of_an_answer() -> None:
    by_outcome = Ranking(lambda each: float(each.verdict.outcome == "correct"))
    answers = [answer(-1, 1), Answer(Response("y"), Verdict("correct"))]
    assert [each.rank for each in ranked(answers, by_outcome)] == [0, 1]
    assert [(each.response, each.verdict) for each in ranked(answers, by_outcome)] == [
        (each.response, each.verdict) for each in answers
    ]
