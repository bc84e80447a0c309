from __future__ import annotations

from pytest_haerae.types import Item, Response
from tests.helpers import lettered
from tests.unit.scoring.judged import judged

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "가는 말이 고와야 오는 말이 곱다")


def test_only_the_demanded_format_counts() -> None:
    strict, lenient = (
        judged(lettered("B"), Response(text="정답은 (B)입니다."), "string_match", scorer)
        for scorer in ("strict", "default")
    )
    assert (strict.outcome, strict.rule) == ("invalid", "not the demanded format")
    assert lenient.outcome == "correct"
    assert judged(lettered("B"), Response(text="정답: (B)"), "string_match", "strict").outcome == "correct"
    assert judged(lettered("B"), Response(text="C"), "string_match", "strict").outcome == "wrong"


def test_free_text_is_compared_as_by_default() -> None:
    response = Response(text="정답: 가는말이 고와야 오는말이 곱다")
    assert judged(FREE, response, "string_match", "strict") == judged(FREE, response, "string_match")


def test_the_verdict_shows_the_line_that_was_read() -> None:
    verdict = judged(lettered("B"), Response(text="해설이다.\n### 정답: (B)\n"), "string_match", "strict")
    assert verdict.why == "### 정답: (B)"
    assert judged(lettered("B"), Response(text="정답은 (B)"), "string_match", "strict").why is None


def test_the_place_of_what_was_read_strictly_is_known_across_reasoning() -> None:
    text = "해설\n정답: <think>(A)일까</think>(B)"
    verdict = judged(lettered("B"), Response(text=text), "string_match", "strict")
    assert (verdict.prediction, verdict.why, verdict.why_start) == ("B", "정답: <think>(A)일까</think>(B)", 3)
