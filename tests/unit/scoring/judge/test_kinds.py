from __future__ import annotations

from itertools import product

import pytest

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.judge.kinds import questions_about
from pytest_haerae.scoring.judge.template import find_template
from pytest_haerae.types import Item

FREE = Item("a-0000", "a", 0, "### 질문: 수도는?\n### 정답:", None, None, "서울", metadata={"rubric": ["가", "나"]})
LETTERED = Item("a-0001", "a", 1, "수도는?", ("부산", "서울"), ("A", "B"), "B")


def test_the_judge_sees_question_reference_and_answer_but_no_heading_for_an_answer() -> None:
    (text,) = questions_about(FREE, "답 {reference}", find_template("reference_ko")).texts
    assert "수도는?" in text
    assert "정답:" not in text
    assert "<정답>\n서울\n</정답>" in text
    assert "답 {reference}" in text, "what an answer says in braces stays"


def test_the_reference_of_a_lettered_item_is_its_option() -> None:
    (text,) = questions_about(LETTERED, "서울", find_template("reference_en")).texts
    assert "(B) 서울" in text


def test_the_order_of_two_answers_cancels_out() -> None:
    questions = questions_about(FREE, "새", find_template("pairwise_ko"), other="옛")
    first, second = questions.texts
    assert first.index("새") < first.index("옛")
    assert second.index("옛") < second.index("새")
    scores = {said: questions.worth(said) for said in product(("A", "B", "TIE"), repeat=2)}
    assert scores["A", "B"].score == 1
    assert scores["B", "A"].score == 0
    assert scores["A", "A"].score == scores["B", "B"].score == scores["TIE", "TIE"].score == 0.5
    assert scores["A", "TIE"].score == scores["TIE", "B"].score == 0.75
    assert {said for said, worth in scores.items() if worth.rule == "both orders agree"} == {
        ("A", "B"),
        ("B", "A"),
        ("TIE", "TIE"),
    }


def test_a_checklist_needs_its_column() -> None:
    with pytest.raises(ScorerFailure, match="no column 'rubric'"):
        questions_about(LETTERED, "서울", find_template("checklist_ko"))
    questions = questions_about(FREE, "새", find_template("checklist_ko"))
    assert questions.worth([(True, False)]).score == 0.5
    assert questions.worth([(True, True)]).outcome == "correct"


def test_a_pair_needs_the_other_answer() -> None:
    with pytest.raises(ScorerFailure, match="has no answer to this item"):
        questions_about(FREE, "새", find_template("pairwise_ko"))


def test_a_word_stands_for_its_outcome() -> None:
    questions = questions_about(FREE, "새", find_template("reference_ko"))
    assert [questions.worth([word]).outcome for word in ("CORRECT", "INCORRECT", "NOT_ATTEMPTED")] == [
        *("correct", "wrong", "invalid"),
    ]
