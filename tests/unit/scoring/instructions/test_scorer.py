from __future__ import annotations

import pytest

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.instructions.registry import read_asked, write_reference
from pytest_haerae.scoring.instructions.scorer import InstructionParameters, judge_instructions
from pytest_haerae.types import Item, Response
from tests.unit.scoring.judged import judged

ASKED = write_reference(
    read_asked(
        ["length_constraints:number_words", "punctuation:no_comma"], [{"num_words": 5, "relation": "less than"}, {}]
    )
)


def item_of(reference: str = ASKED) -> Item:
    return Item("ifeval_ko-0000", "ifeval_ko", 0, "짧게 쓰세요.", None, None, reference)


def test_an_answer_that_follows_all_is_right() -> None:
    verdict = judged(item_of(), Response("나는 학교에 갔다.", finish_reason="stop"), "string_match", "ifeval")
    assert (verdict.outcome, verdict.prediction) == ("correct", "2 of 2 instructions followed")
    assert verdict.explanation == (
        "ifeval_ko-0000 correct: length_constraints:number_words: 3 words, fewer than 5 asked; "
        "punctuation:no_comma: no comma"
    )
    assert verdict.rule == "instructions"


def test_a_wrong_one_names_what_was_not_followed_and_what_was_counted() -> None:
    verdict = judged(item_of(), Response("나는, 오늘, 학교에 일찍 갔다."), "string_match", "ifeval")
    assert (verdict.outcome, verdict.prediction) == ("wrong", "0 of 2 instructions followed")
    assert verdict.explanation == (
        "ifeval_ko-0000 wrong: not followed: length_constraints:number_words: 5 words, fewer than 5 asked; "
        "punctuation:no_comma: 2 commas, none asked"
    )
    assert verdict.rule == "instructions"


def test_it_is_judged_as_it_stands_not_loosely() -> None:
    assert judged(item_of(), Response("네, 물론입니다.\n갔다."), "string_match", "ifeval").outcome == "wrong"


@pytest.mark.parametrize(
    ("response", "outcome", "rule"),
    [
        (Response("나는", finish_reason="length"), "cut", "no whole answer"),
        (Response("<think>나는"), "cut", "no whole answer"),
        (Response("", finish_reason="length"), "cut", "no whole answer"),
        (Response("", finish_reason="stop"), "invalid", "empty"),
        (Response(" \n", finish_reason="stop"), "invalid", "empty"),
    ],
)
def test_what_is_no_whole_answer_is_told_apart(response: Response, outcome: str, rule: str) -> None:
    verdict = judged(item_of(), response, "string_match", "ifeval")
    assert (verdict.outcome, verdict.prediction) == (outcome, None)
    assert rule in (verdict.rule or "")


def test_reasoning_is_no_part_of_the_answer() -> None:
    response = Response("<think>쉼표, 또 쉼표, 하나 둘 셋 넷</think>나는 갔다.")
    assert judged(item_of(), response, "string_match", "ifeval").outcome == "correct"


def test_rows_without_instructions_are_refused_before_they_are_asked() -> None:
    told = InstructionParameters().refusal(item_of("서울"))
    assert told is not None
    assert "its columns are prompt, instruction_id_list and kwargs" in told
    assert InstructionParameters().refusal(item_of()) is None
    with pytest.raises(ScorerFailure, match="the reference is no list of instructions"):
        judge_instructions(item_of("서울"), Response("가"), InstructionParameters())
