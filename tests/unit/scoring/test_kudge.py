from __future__ import annotations

import pytest

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.kudge import judge_kudge
from pytest_haerae.types import Item, Response
from tests.unit.scoring.judged import judged


def item_of(reference: str) -> Item:
    return Item("Pointwise-0000", "Pointwise", 0, "채점하세요.", None, None, reference)


@pytest.mark.parametrize(
    ("output", "reference", "outcome", "said"),
    [
        ("Feedback: 훌륭합니다. [RESULT] 4", "4.5", "correct", "4"),
        ("Feedback: 훌륭합니다. [RESULT] 5", "4.5", "correct", "5"),
        ("Feedback: 아쉽습니다. [RESULT] 3", "4", "wrong", "3"),
        ("[RESULT] 2 … 다시 보니 [RESULT] (4)", "4", "correct", "4"),
        ("이유입니다.\n[[4]]", "4.5", "correct", "4"),
        ("<think>[RESULT] 1</think>[RESULT] 4", "4", "correct", "4"),
        ("[RESULT] 7", "5", "invalid", None),
        ("좋은 답변입니다.", "5", "invalid", None),
        ("A가 더 낫습니다. [[A]]", "A", "correct", "A"),
        ("처음에는 [[A]], 결국 [[B]]", "A", "wrong", "B"),
        ("둘 다 좋습니다. [[C]]", "A", "invalid", None),
        ("", "B", "invalid", None),
    ],
)
def test_a_verdict_is_held_against_peoples(output: str, reference: str, outcome: str, said: str | None) -> None:
    verdict = judged(item_of(reference), Response(output, finish_reason="stop"), "string_match", "kudge")
    assert (verdict.outcome, verdict.prediction) == (outcome, said)
    assert f"people say {reference}" in verdict.explanation


@pytest.mark.parametrize("people", [1.0, 2.5, 3.0, 4.5, 5.0])
@pytest.mark.parametrize("said", [1, 2, 3, 4, 5])
def test_a_score_agrees_where_it_is_less_than_one_apart(people: float, said: int) -> None:
    verdict = judge_kudge(item_of(f"{people:g}"), Response(f"[RESULT] {said}"))
    assert (verdict.outcome == "correct") == (abs(people - said) < 1)


def test_an_output_that_was_cut_before_its_verdict_is_cut() -> None:
    assert judge_kudge(item_of("4"), Response("Feedback: 이 답변은", finish_reason="length")).outcome == "cut"
    assert judge_kudge(item_of("4"), Response("[RESULT] 4", finish_reason="length")).outcome == "correct"


def test_another_reference_is_no_verdict_of_people() -> None:
    with pytest.raises(ScorerFailure, match="the reference '서울' is neither a score of 1 to 5 nor A or B"):
        judge_kudge(item_of("서울"), Response("[RESULT] 4"))
