from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.analysis import Analysis, analyse
from pytest_haerae.report.words import EOJEOL, choose_words
from tests.unit.reports import make, sample

WORDS = choose_words(EOJEOL)


def analysed(*rows: dict[str, Any], top: int = 10) -> Analysis:
    found = analyse(make([sample(number, **row) for number, row in enumerate(rows)]), WORDS, top)
    assert found is not None
    return found


def free(text: str, reference: str = "한국의 수도 서울", outcome: str = "wrong") -> dict[str, Any]:
    return {"raw_output": text, "reference": reference, "options": None, "outcome": outcome}


def test_answers_are_counted_by_outcome_and_subset() -> None:
    found = analysed(
        {"raw_output": "정답은 (B)", "outcome": "correct", "subset": "a"},
        {"raw_output": "글쎄요, 잘 모르겠습니다", "outcome": "invalid", "subset": "b"},
        {"raw_output": "정답은 (A)", "outcome": "wrong", "subset": "b"},
        {"raw_output": None, "outcome": "error", "subset": "b"},
    )
    assert found["every"]["answers"] == 3
    assert {name: each["answers"] for name, each in found["outcomes"].items()} == {
        "correct": 1,
        "invalid": 1,
        "wrong": 1,
    }
    assert {name: each["answers"] for name, each in found["subsets"].items()} == {"a": 1, "b": 2}
    assert found["every"]["characters"] == {"mean": 9.0, "median": 7.0, "longest": 13}
    assert found["every"]["eojeol"] == {"mean": pytest.approx(7 / 3), "median": 2.0, "longest": 3}
    assert found["every"]["type_token_ratio"] == pytest.approx(6 / 7)
    assert found["words"] == EOJEOL


@given(st.lists(st.lists(st.sampled_from(["가", "나", "다", "Ab"]), min_size=1), min_size=1, max_size=6))
def test_the_type_token_ratio_is_of_all_words_together(texts: list[list[str]]) -> None:
    found = analysed(*({"raw_output": " ".join(words)} for words in texts))
    every = [word for words in texts for word in words]
    assert found["every"]["type_token_ratio"] == pytest.approx(len(set(every)) / len(every))


def test_reasoning_is_no_part_of_an_answer() -> None:
    found = analysed({"raw_output": "<think>아주 오래 생각한다</think>서울"})
    assert found["every"]["characters"]["longest"] == 2


def test_what_of_a_reference_is_left_out_is_told_of_free_text() -> None:
    found = analysed(
        free("서울이 한국의 수도입니다"), free("부산"), free("서울"), {"raw_output": "(A)", "outcome": "wrong"}, top=2
    )
    omissions = found["omissions"]
    assert omissions is not None
    assert omissions["items"] == 3
    assert omissions["left_out"] == pytest.approx((0 + 1 + 2 / 3) / 3)
    assert omissions["most"] == [("수도", 2), ("한국의", 2)]
    assert analysed({"raw_output": "(A)"})["omissions"] is None


def test_a_word_of_wrong_answers_counts_once_an_answer() -> None:
    found = analysed(free("부산 부산 부산"), free("부산 대전"), free("서울", outcome="correct"), top=1)
    assert found["wrong_words"] == [("부산", 2)]


def test_each_of_several_answers_is_looked_at() -> None:
    answers = [{"outcome": outcome, "raw_output": text} for outcome, text in (("correct", "서울"), ("wrong", "부산시"))]
    found = analysed({"raw_output": "서울", "answers": answers})
    assert {name: each["characters"]["mean"] for name, each in found["outcomes"].items()} == {"correct": 2, "wrong": 3}


def test_without_generated_answers_there_is_nothing_to_look_at() -> None:
    assert analyse(make([sample(0), sample(1)]), WORDS, 5) is None


def test_answers_without_words_have_no_ratio() -> None:
    assert analysed({"raw_output": " … "})["every"]["type_token_ratio"] is None
