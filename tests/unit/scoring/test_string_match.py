from __future__ import annotations

import unicodedata

import pytest

from pytest_haerae.scoring.string_match import short
from pytest_haerae.types import Item, Response
from tests.helpers import lettered
from tests.unit.scoring.judged import judged

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "가는 말이 고와야 오는 말이 곱다")


def test_unreadable_text_is_invalid() -> None:
    assert judged(lettered(), Response(text="모르겠다"), "string_match").outcome == "invalid"


@pytest.mark.parametrize(
    "text",
    [
        "가는 말이 고와야 오는 말이 곱다",
        "정답: 가는 말이 고와야 오는 말이 곱다.",
        "**가는말이 고와야, 오는말이 곱다!**",
        "<think>미워야? 고와야?</think>\n가는 말이 고와야 오는 말이 곱다",
        unicodedata.normalize("NFD", "가는 말이 고와야 오는 말이 곱다"),
        "가는 말이 고와야 오는 말이 곱다\n\n### 질문: 다음 빈칸은?\n### 정답: 발 없는 말이 천 리 간다",
    ],
)
def test_free_text_is_equal_but_for_spaces_punctuation_and_what_surrounds_it(text: str) -> None:
    verdict = judged(FREE, Response(text=text), "string_match")
    assert (verdict.outcome, verdict.rule, verdict.character_f) == ("correct", "free text", 1.0)


def test_free_text_that_differs_is_wrong_by_however_little() -> None:
    verdict = judged(FREE, Response(text="가는 말이 고와야 오는 말도 곱다"), "string_match")
    assert verdict.outcome == "wrong"
    assert 0.5 < (verdict.character_f or 0) < 1
    assert judged(FREE, Response(text="<think>가는 말이</think>"), "string_match").outcome == "invalid"


def test_a_letter_is_compared_with_the_reference() -> None:
    right, wrong = (judged(lettered("B"), Response(text=f"정답은 ({letter})"), "string_match") for letter in "BC")
    assert (right.outcome, right.prediction, right.rule) == ("correct", "B", "stated verdict")
    assert (wrong.outcome, wrong.prediction) == ("wrong", "C")
    assert wrong.explanation == "probe-0000 wrong: predicted (C), reference (B), read by stated verdict"


def test_a_long_text_is_shown_as_one_line() -> None:
    assert short("가 \n 나") == "가 나"
    assert short("가" * 61) == "가" * 60 + "…"
