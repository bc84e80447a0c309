from __future__ import annotations

import pytest

from pytest_haerae.statistics.estimates import mean_interval
from pytest_haerae.statistics.partial import mean_score_of, turn_means_of
from pytest_haerae.types import Verdict


def scored(*scores: float | None) -> list[Verdict]:
    return [Verdict("wrong", score=score) for score in scores]


def test_each_item_counts_once_however_many_answers_it_has() -> None:
    found = mean_score_of([scored(0.0, 1.0, 1.0, 1.0), scored(0.25), scored(None)])
    assert found is not None
    assert found["mean"] == pytest.approx(0.5)
    assert found["n"] == 2
    assert found["ci95"] == list(mean_interval([0.75, 0.25]) or ())


def test_nothing_is_said_where_answers_are_right_or_wrong() -> None:
    assert mean_score_of([scored(None), scored(None, None)]) is None


def test_the_mean_of_each_turn_is_over_the_conversations_that_have_it() -> None:
    one, two = Verdict("correct", turn_scores=(0.0, 1.0)), Verdict("wrong", turn_scores=(1.0, 0.5))
    short = Verdict("wrong", turn_scores=(0.25,))
    means = turn_means_of([[one, two], [short], [Verdict("correct", score=1.0)]])
    assert [(mean["mean"], mean["n"]) for mean in means] == [(0.375, 2), (0.75, 1)]
    assert turn_means_of([[Verdict("correct")]]) == []
