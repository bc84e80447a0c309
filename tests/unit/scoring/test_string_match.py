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


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("해설이다.\n정답은 **(B)**입니다.", "정답은 **(B"),
        ("②", "②"),
        ("생각</think>\n답: B", "답: B"),
        ("원두", "원두"),
        ('{"answer": "B", "reason": "A는 문자"}', '"answer": "B"'),
    ],
)
def test_the_verdict_shows_the_words_that_were_read(text: str, why: str) -> None:
    verdict = judged(lettered(), Response(text=text), "string_match")
    assert verdict.outcome == "correct"
    assert verdict.why is not None
    assert verdict.why in text
    assert verdict.why.startswith(why)


@pytest.mark.parametrize(
    ("item", "response", "outcome", "rule"),
    [
        (lettered(), Response(text=None, finish_reason="length"), "cut", "empty"),
        (lettered(), Response(text="", finish_reason="length", reasoning="(A)일까"), "cut", "only reasoning"),
        (lettered(), Response(text=None, reasoning="(A)일까", finish_reason="stop"), "invalid", "only reasoning"),
        (lettered(), Response(text="f(1) = 2이고 따라서", finish_reason="MAX_TOKENS"), "cut", "no answer"),
        (lettered(), Response(text="f(1) = 2이고 따라서", finish_reason="stop"), "invalid", "no answer"),
        (lettered(), Response(text="<think>정답은 (B)"), "cut", "unfinished reasoning"),
        (FREE, Response(text="", finish_reason="length"), "cut", "empty"),
        (FREE, Response(text="<think>가는 말이"), "cut", "unfinished reasoning"),
        (FREE, Response(text=" ", finish_reason="stop"), "invalid", "empty"),
    ],
)
def test_an_output_that_was_cut_before_it_answered_is_cut(
    item: Item, response: Response, outcome: str, rule: str
) -> None:
    verdict = judged(item, response, "string_match")
    assert (verdict.outcome, verdict.rule, verdict.prediction, verdict.why) == (outcome, rule, None, None)
    assert verdict.explanation.startswith(f"{item.id} {outcome}: ")
    assert "\n" not in verdict.explanation
    assert judged(item, response, "string_match", "strict").outcome == outcome


def test_a_stated_answer_counts_in_an_output_that_was_cut() -> None:
    verdict = judged(lettered(), Response(text="정답: (B)\n해설: 조선의", finish_reason="length"), "string_match")
    assert (verdict.outcome, verdict.prediction) == ("correct", "B")


def test_a_free_answer_shows_its_words() -> None:
    verdict = judged(FREE, Response(text="정답: **가는 말이 고와야**\n"), "string_match")
    assert verdict.why == "가는 말이 고와야"
