from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pytest_haerae.scoring.judge.scorer import JudgeParameters, combine_judges
from pytest_haerae.scoring.judging import combine
from pytest_haerae.scoring.panel import Vote, combine_votes
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.types import Item, Outcome, Response, Verdict

ITEM = Item("a-0000", "a", 0, "무엇?", None, None, "답")
ANSWER = Response(text="답")


def votes(*verdicts: Verdict) -> list[Vote]:
    return [Vote(f"j{place}", verdict) for place, verdict in enumerate(verdicts)]


def of(*outcomes: Outcome) -> list[Vote]:
    return votes(*map(Verdict, outcomes))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["correct", "correct", "wrong"], "correct"),
        (["correct", "wrong"], "wrong"),
        (["correct", "wrong", "invalid", "invalid"], "invalid"),
        (["correct", "invalid", "wrong"], "invalid"),
        (["correct", "unjudged"], "correct"),
        (["unjudged", "unjudged"], "unjudged"),
    ],
)
def test_more_than_half_have_to_be_for_it(outcomes: Sequence[Outcome], expected: Outcome) -> None:
    verdict = combine_votes(ITEM, ANSWER, of(*outcomes))
    assert (verdict.outcome, verdict.score) == (expected, None)
    assert combine_judges(ITEM, ANSWER, JudgeParameters(), of(*outcomes)).outcome == expected


@pytest.mark.parametrize(
    ("shares", "outcome"), [((6, 8), "correct"), ((6, 7), "wrong"), ((10, 1, 10), "correct"), ((7, None), "correct")]
)
def test_the_mean_score_is_held_against_one_judges_threshold(shares: Sequence[float | None], outcome: Outcome) -> None:
    """Of `score_ko`: 7 of 10."""
    given = [
        Verdict("unjudged")
        if share is None
        else Verdict("correct" if share >= 7 else "wrong", score=(share - 1) / 9, rule=f"score {share}")
        for share in shares
    ]
    verdict = combine_judges(ITEM, ANSWER, JudgeParameters(template="score_ko"), votes(*given))
    known = [share for share in shares if share is not None]
    assert verdict.score == pytest.approx((sum(known) / len(known) - 1) / 9)
    assert verdict.outcome == outcome


def test_turns_have_the_mean_of_the_judges() -> None:
    one, two = Verdict("wrong", score=0.5, turn_scores=(0.0, 1.0)), Verdict("wrong", score=0.5, turn_scores=(0.5, 0.5))
    assert combine_votes(ITEM, ANSWER, votes(one, two)).turn_scores == (0.25, 0.75)


def test_a_combination_of_a_scorers_own_is_checked_and_costs_its_item_alone() -> None:
    chosen = choose_scorer("string_match", {"scorer": "judge"})

    def combined(result: Any) -> Verdict:  # noqa: ANN401 - what a scorer of one's own may return
        own = replace(chosen.scorer, combine=lambda item, response, parameters, given: result)
        return combine(ITEM, ANSWER, replace(chosen, scorer=own), of("correct", "wrong"))

    assert combined(Verdict("correct")).outcome == "correct"
    assert [name for name, _ in combined(Verdict("correct")).panel] == ["j0", "j1"]
    assert combined("correct").outcome == "error"
    own = combined(Verdict("correct", panel=(("x", Verdict("wrong")),)))
    assert "panel is not a scorer's to give" in own.explanation
