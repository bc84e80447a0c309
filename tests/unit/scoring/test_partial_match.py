from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.judging import judge
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.types import Item, Response, Verdict
from tests.helpers import lettered

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "가는 말")
WORDS = st.text(alphabet="가나다 abcAB.,!1", min_size=1, max_size=30)


def judged(item: Item, text: str, **switches: object) -> Verdict:
    return judge(item, Response(text=text), choose_scorer("string_match", {"scorer": "partial_match", **switches}))


@pytest.mark.parametrize(
    ("text", "switches", "outcome"),
    [
        ("속담은 가는  말이 고와야 한다", {}, "correct"),
        ("속담은 가는말이 고와야 한다", {}, "wrong"),
        ("속담은 가는, 말이 고와야 한다", {}, "wrong"),
        ("속담은 가는, 말이 고와야 한다", {"ignore_punctuation": True}, "correct"),
        ("\n\n가는 말이 고와야\n둘째 줄", {}, "correct"),
        ("첫째 줄\n가는 말이 고와야", {}, "wrong"),
        ("첫째 줄\n정답: 가는 말이 고와야", {}, "correct"),
        ("첫째 줄\n정답: 가는 말이 고와야", {"extract_final_answer": False}, "wrong"),
        ("<think>가는 말</think>오는 말", {}, "wrong"),
        ("<think>오는 말</think>가는 말", {}, "correct"),
        ("가는 (고운) 말", {"regexes_to_ignore": r"\(.*\)"}, "correct"),
        ("", {}, "invalid"),
        ("<think>가는 말", {}, "cut"),
    ],
)
def test_the_first_line_of_the_answer_contains_the_reference(text: str, switches: dict[str, Any], outcome: str) -> None:
    assert judged(FREE, text, **switches).outcome == outcome


@given(before=WORDS, reference=WORDS.filter(lambda text: bool(text.strip())), after=WORDS)
def test_it_is_containment_of_words_in_any_case(before: str, reference: str, after: str) -> None:
    item = Item("p-0000", "p", 0, "빈칸", None, None, reference)
    contained = before + reference.swapcase() + after
    assert judged(item, contained, extract_final_answer=False).outcome == "correct"
    other = judged(item, before, extract_final_answer=False).outcome
    one, two = (" ".join(text.lower().split()) for text in (before, reference))
    assert other == ("invalid" if not one else "correct" if two in one else "wrong")


@pytest.mark.parametrize(
    ("text", "outcome", "prediction"),
    [
        ("정답: (B) 원두", "correct", "B"),
        ("（B）", "correct", "B"),
        ("원두라고 생각합니다", "correct", "B"),
        ("(A) 또는 (B)", "correct", "B"),
        ("(A) 사과", "wrong", "A"),
        ("(A) 또는 (C)", "wrong", None),
        ("because", "wrong", None),
    ],
)
def test_a_lettered_item_is_its_label_in_brackets_or_its_options_text(
    text: str, outcome: str, prediction: str | None
) -> None:
    verdict = judged(lettered("B"), text, ignore_punctuation=True)
    assert (verdict.outcome, verdict.prediction) == (outcome, prediction)


def test_the_line_is_shown_where_it_stands() -> None:
    text = "풀이\n정답:  가는 말이다 \n끝"
    verdict = judged(FREE, text)
    assert (verdict.why, verdict.why_start) == ("가는 말이다", text.index("가는"))
    assert verdict.explanation == "p-0000 correct: in '가는 말이다': reference '가는 말'"


def test_a_reference_of_which_nothing_is_compared_is_in_no_answer() -> None:
    year = Item("p-0000", "p", 0, "빈칸", None, None, "1994")
    assert judged(year, "1994년", ignore_numbers=True).outcome == "error"
    assert judged(year, "1994년").outcome == "correct"
