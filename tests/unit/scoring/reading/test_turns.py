from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.reading.turns import own_end, own_part

QUERY = "다음을 읽고 답하시오.\n질문: 조선의 기본 법전은?"


def first_letter(text: str) -> int | None:
    return text.find("B") if "B" in text else None


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("B<|im_end|>\nA", "B"),
        ("B\nUser: 다음", "B\n"),
        ("B\n\n### 질문: 고려의 수도는?\nA", "B\n\n"),
        ("B\n질문: 조선의 기본 법전은?\nA", "B\n질문: 조선의 기본 법전은?\nA"),
        ("질문: 고려의 수도는?\nB", "질문: 고려의 수도는?\nB"),
        ("질문: 고려의 수도는?\n모른다", "질문: 고려의 수도는?\n모른다"),
        ("<|im_end|> 그리고 B\n문제 2\nA", "<|im_end|> 그리고 B\n"),
    ],
)
def test_it_ends_at_another_turn_or_question_behind_an_answer(text: str, own: str) -> None:
    assert own_part(text, QUERY, first_letter) == own


def test_an_option_that_is_called_q_is_no_question() -> None:
    text = "B\n- Q: 외종조모\n끝"
    letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert own_end(text, QUERY, first_letter, letters) == len(text)
    assert own_end(text, QUERY, first_letter, letters[:5]) == 2
    assert own_end("B\nQ: 고려의 수도는?", QUERY, first_letter, letters) == 2


@given(st.text("가나 B.\n", max_size=60))
def test_a_text_without_turns_and_questions_is_all_its_own(text: str) -> None:
    assert own_part(text, QUERY, first_letter) == text


@given(st.lists(st.sampled_from(["B", "질문: 무엇?", "\n", "</s>", "가"])).map("".join))
def test_it_is_a_beginning_of_the_text(text: str) -> None:
    assert text.startswith(own_part(text, QUERY, first_letter))
