from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.judge.kinds import questions_about
from pytest_haerae.scoring.judge.template import find_template
from pytest_haerae.types import Item, Turn

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
    with pytest.raises(ScorerFailure, match="no criteria in a column 'rubric'"):
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


TALK = Item("t-0000", "t", 0, "하나?", None, None, "", turns=(Turn("하나?", "1"), Turn("둘?")))


def test_each_answer_of_a_conversation_is_asked_about_with_what_was_said_before() -> None:
    first, second = questions_about(TALK, "답 둘", find_template("conversation_ko"), earlier=("답 하나",)).texts
    assert "<앞선 대화>\n(없음)\n</앞선 대화>" in first
    assert "<질문>\n하나?\n</질문>" in first
    assert "<모범 답안>\n1\n</모범 답안>" in first
    assert "<답변>\n답 하나\n</답변>" in first
    assert "답 둘" not in first, "no answer is judged by a later one"
    assert "<앞선 대화>\n[user]\n하나?\n\n[assistant]\n답 하나\n</앞선 대화>" in second
    assert "<모범 답안>\n(없음)\n</모범 답안>" in second
    assert "<답변>\n답 둘\n</답변>" in second


def test_a_conversation_is_worth_the_mean_of_its_answers() -> None:
    questions = questions_about(TALK, "답 둘", find_template("conversation_en"), earlier=("답 하나",))
    worth = questions.worth([10.0, 5.5])
    assert worth.score == pytest.approx(0.75)
    assert (worth.turns, worth.outcome) == ((1.0, 0.5), "correct")
    assert worth.said == "10 and 5.5 of 10"
    assert questions.worth([10.0, 1.0]).outcome == "wrong"


def test_of_a_choice_every_answer_has_to_be_right(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'kind = "choice"\ntext = "{conversation}{answer}"\nagain = "x"\n[verdicts]\nYES = "correct"\nNO = "wrong"',
        encoding="utf-8",
    )
    questions = questions_about(TALK, "답 둘", find_template(str(own)), earlier=("답 하나",))
    assert questions.texts[0] == "답 하나", "nothing was said before"
    worth = questions.worth(["YES", "NO"])
    assert (worth.outcome, worth.score, worth.turns) == ("wrong", 0.5, (1.0, 0.0))
    assert questions.worth(["YES", "YES"]).outcome == "correct"


def test_a_single_answer_has_no_scores_of_turns() -> None:
    alone = replace(TALK, turns=TALK.turns[:1])
    worth = questions_about(alone, "답", find_template("conversation_ko")).worth([7.0])
    assert (worth.turns, worth.rule) == ((), "score 7")
