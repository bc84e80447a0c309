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
        (lettered(), Response(text="각 C", finish_reason="length"), "cut", "no answer"),
        (lettered(), Response(text="전하량은 Q = CV이다.\n\nC", finish_reason="length"), "cut", "no answer"),
        (lettered(), Response(text="A형인 사람과 B", finish_reason="max_tokens"), "cut", "no answer"),
        (lettered(), Response(text="b² - 4ac > 0\n\n따라서 판별식 D", finish_reason="length"), "cut", "no answer"),
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


@pytest.mark.parametrize(
    "text",
    ["B", "정답은 B", "The answer is B", "B\nB", "B\n\n설명: 저항 R", "풀이\n\n**B**", "정답: B\n\n각 C", "원두"],
)
def test_an_answer_that_stands_in_a_cut_output_counts(text: str) -> None:
    assert judged(lettered(), Response(text=text, finish_reason="length"), "string_match").prediction == "B"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("### 정답: (B)\n### 정답: (C)\n### 정답: (B)", 4),
        ("<think>원두? 정답: B</think>정답: B", 24),
        ("👍 정답은 ②입니다.\n\n### 질문: 다음은?\n정답은 ②입니다.", 2),
        ('{"answer": "B"} B', 1),
        ("원두", 0),
    ],
)
def test_the_place_of_what_was_read_is_known_where_the_words_stand_several_times(text: str, place: int) -> None:
    verdict = judged(lettered(), Response(text=text), "string_match")
    assert (verdict.prediction, verdict.why_start) == ("B", place)
    assert text.startswith(verdict.why or "?", place)


def test_the_place_of_a_free_text_is_known() -> None:
    verdict = judged(FREE, Response(text="<think>가는 말</think> 정답: 가는 말"), "string_match")
    assert (verdict.why, verdict.why_start) == ("가는 말", 24)
