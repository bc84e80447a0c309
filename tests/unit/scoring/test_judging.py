from __future__ import annotations

import unicodedata

import pytest

from pytest_haerae.types import Item, Response
from tests.helpers import lettered
from tests.unit.scoring.judged import judged

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "가는 말이 고와야 오는 말이 곱다")


def test_highest_loglikelihood_wins() -> None:
    verdict = judged(lettered("C"), Response(loglikelihoods=(-3.0, -2.0, -1.0, -4.0, -5.0)), "log_likelihood")
    assert (verdict.outcome, verdict.prediction, verdict.margin) == ("correct", "C", 1.0)


def test_earlier_option_wins_an_exact_tie() -> None:
    verdict = judged(lettered("C"), Response(loglikelihoods=(-3.0, -1.0, -1.0, -4.0, -5.0)), "log_likelihood")
    assert (verdict.outcome, verdict.prediction, verdict.margin) == ("wrong", "B", 0.0)


def test_an_error_is_no_wrong_answer() -> None:
    assert judged(lettered(), Response(error="HTTP 500"), "string_match").outcome == "error"


def test_missing_loglikelihoods_are_an_error() -> None:
    assert judged(lettered(), Response(text="B"), "log_likelihood").outcome == "error"


def test_free_text_is_skipped_by_log_likelihood_and_compared_by_string_match() -> None:
    assert judged(FREE, None, "log_likelihood").outcome == "skipped"
    assert judged(FREE, Response(text=" 가는말이 고와야, 오는 말이 곱다. "), "string_match").outcome == "correct"
    assert judged(FREE, Response(text="(A)"), "string_match").outcome == "wrong"
    assert judged(FREE, Response(text=" "), "string_match").outcome == "invalid"


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
    assert judged(FREE, Response(text="<think>가는 말이"), "string_match").outcome == "invalid"
