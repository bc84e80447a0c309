from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.passages import passage_of, stem_of, without_answer_heading
from pytest_haerae.data.rows import lettered_query
from tests.helpers import shared

TEXTS = st.text("가나 ?.\n(A)1#:", min_size=1, max_size=20).filter(lambda text: text.strip() and "###" not in text)


@given(question=TEXTS, passage=st.one_of(st.just(""), TEXTS), options=st.lists(TEXTS, min_size=2, max_size=5))
def test_a_laid_out_question_is_found_again(question: str, passage: str, options: list[str]) -> None:
    query = lettered_query(question, tuple(options), passage)
    assert stem_of(query) == question.strip()
    assert passage_of(query) == (passage.strip() or None)


@pytest.mark.parametrize(
    ("query", "stem"),
    [
        ("다음을 읽으시오.\n    \n### 질문: \n뜻은?\n\n### 선택지: \n(A) 가\n(B) 나\n\n### 정답:", "뜻은?"),
        ("다음을 읽으시오.\n\n### 질문: \n뜻은?\n\n### 참고: \n봄\n\n### 선택지: \n(A) 가\n\n### 정답:", "뜻은?"),
        ("### 문장: \n봄\n\n### 질문: \n뜻은?\n\n### 선택지: \n(A) 가\n\n### 정답:", "뜻은?"),
        ("다음 가사를 복원하시오.\n\n### 가사: \n봄\n\n### 정답:", "다음 가사를 복원하시오.\n\n### 가사: \n봄"),
        ("6×7은?", "6×7은?"),
    ],
)
def test_the_stem_of_other_queries(query: str, stem: str) -> None:
    assert stem_of(query) == stem


@pytest.mark.parametrize("heading", ["### 정답:", "#정답 :", "### 정답", "###### 정답: \n\n"])
def test_the_heading_that_asks_for_the_answer_is_taken_off_the_end_alone(heading: str) -> None:
    assert without_answer_heading(f"뜻은?\n\n{heading}") == "뜻은?"
    assert without_answer_heading(f"{heading}\n뜻은? ") == f"{heading}\n뜻은?"


def test_the_stem_of_all_of_kmmlu() -> None:
    loader = open_items(str(shared("data/kmmlu")))
    folder = loader.dataset
    for subset in folder.subsets():
        rows = [str(row["question"]).strip() for _, row in folder.placed_rows(subset)]
        assert [stem_of(item.query) for item in loader.items(subset)] == rows
