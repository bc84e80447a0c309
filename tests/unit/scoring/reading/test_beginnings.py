from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.reading.beginnings import end_before_a_begun_list
from pytest_haerae.scoring.reading.options import options_of
from tests.helpers import lettered

OPTIONS = options_of(lettered(options=("훈민정음", "경국대전", "삼국사기")))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("정답은 다음과 같습니다.\n\n1. 포도당의", "정답은 다음과 같습니다."),
        ("살펴보겠습니다.\n\n1", "살펴보겠습니다."),
        ("보기:\n1. 훈민정음\n2.", "보기:"),
        ("같습니다.\n1. C\n2. C\n3.", "같습니다.\n1. C\n2. C"),
        ("질문 1: 옳은 것은?\n\nA:", "질문 1: 옳은 것은?"),
        ("질문 1: 옳은 것은?\n\nA. 훈민", "질문 1: 옳은 것은?"),
    ],
)
def test_what_only_begins_is_left_out(text: str, kept: str) -> None:
    assert text[: end_before_a_begun_list(text, OPTIONS)] == kept


@pytest.mark.parametrize(
    "text",
    [
        *(
            "정답:\n2",
            "정답\n1",
            "1. B",
            "2. 경국대전",
            "1",
            "1. 정답은 (B)입니다.",
            "해설\nB",
            "질문 1: 옳은 것은?\n\nB",
        ),
        "1. 조선의 것이다.\n2. 법전이다.",
    ],
)
def test_what_states_something_is_kept(text: str) -> None:
    assert end_before_a_begun_list(text, OPTIONS) == len(text)


@given(st.text("1.A:? \n질문가", max_size=30))
def test_it_is_a_beginning_of_the_text(text: str) -> None:
    assert 0 <= end_before_a_begun_list(text, OPTIONS) <= len(text)
