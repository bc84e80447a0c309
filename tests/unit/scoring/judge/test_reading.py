from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.judge.reading import read_checklist, read_choice, read_score

WORDS = ("CORRECT", "INCORRECT", "NOT_ATTEMPTED")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("이유…\n[[7]]", 7),
        ("Rating: [[4.5]]", 4.5),
        ("[[7/10]]", 7),
        ("처음에는 [[3]]이라 보았으나\n[[8]]", 8),
        ('```json\n{"reason": "9 of 10 points", "score": 6}\n```', 6),
        ("{'점수': '4'}", 4),
        ("SCORE: 3\nREASON: 두 가지가 빠졌고 5점을 줄 수 없습니다.", 3),
        ("**점수**: 4점", 4),
        ("- Final score: 7/10", 7),
        ("## 최종 점수: **9**", 9),
        ("따라서 점수는 4점입니다.", 4),
        ("I give it a score of 7 because it is short.", 7),
        ("The rating is 3 out of 10.", 3),
        ("점수： ７", 7),
        ("8", 8),
        ("8점", 8),
        (" 8/10. ", 8),
        # The scale is no verdict, and one behind it is.
        ("Score: 1-10 is the scale.\nScore: 6", 6),
    ],
)
def test_a_score_is_read_where_it_is_stated(text: str, score: float) -> None:
    assert read_score(text, 1, 10) == score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (
            "SCORE: 0.25\n\nREASON: 하나만 충족합니다.\n\n1. **이름을 밝힘 (충족)**: 1.0점이라 할 만합니다.",
            0.25,
        ),
        ("SCORE: 0.0\n\nREASON: 답변이 기준을 하나도 충족하지 못했습니다.", 0),
        ("SCORE: 1.0\nREASON: 모두 충족합니다.", 1),
        ("SCORE: 0.5/1\nREASON: 절반입니다.", 0.5),
        ("SCORE: 2\nREASON: 두 개를 충족합니다.", None),
        ("SCORE: 1/2\nREASON: 둘 가운데 하나입니다.", None),
    ],
)
def test_a_score_of_zero_to_one_is_read_in_the_words_of_recorded_verdicts(text: str, score: float | None) -> None:
    assert read_score(text, 0, 1) == score


@pytest.mark.parametrize(
    "text",
    [
        "",
        "좋은 답변입니다.",
        "Score: 11",
        "Score: -1",
        "[[0]]",
        "[[4/5]]",
        "4/5",
        "Score: 1-10",
        "점수: 3~4",
        "Score: 3 or 4",
        "Score: 80%",
        "점수를 매기기 어렵습니다. 3가지 이유가 있습니다.",
        "Score: 7\nScore: 70",
        "1. 정확성 2. 완결성",
    ],
)
def test_what_states_no_score_of_the_scale_is_not_read(text: str) -> None:
    assert read_score(text, 1, 10) is None


@given(st.text(max_size=60), st.integers(1, 10))
def test_a_marked_score_at_the_end_is_read_whatever_stands_before(before: str, score: int) -> None:
    assert read_score(f"{before}\n[[{score}]]", 1, 10) == score


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("이유…\n[[CORRECT]]", "CORRECT"),
        ("[[incorrect]]", "INCORRECT"),
        ("Verdict: **NOT ATTEMPTED**", "NOT_ATTEMPTED"),
        ("판정: INCORRECT", "INCORRECT"),
        ('{"verdict": "not_attempted"}', "NOT_ATTEMPTED"),
        ("CORRECT", "CORRECT"),
        ("**INCORRECT**.", "INCORRECT"),
        ("결과는 CORRECT 입니다", "CORRECT"),
        ("최종 판정은 INCORRECT입니다.", "INCORRECT"),
        ("It could be [[CORRECT]], but on reflection:\n[[INCORRECT]]", "INCORRECT"),
    ],
)
def test_a_word_is_read_where_it_is_stated(text: str, word: str) -> None:
    assert read_choice(text, WORDS) == word


@pytest.mark.parametrize(
    "text",
    ["", "It is not CORRECT to say so.", "INCORRECTLY", "Verdict: CORRECT or INCORRECT", "판정: CORRECT/INCORRECT"],
)
def test_a_word_in_passing_is_no_verdict(text: str) -> None:
    assert read_choice(text, WORDS) is None


def test_one_letter_is_not_found_in_a_sentence() -> None:
    assert read_choice("A better answer would be longer.", ("A", "B", "TIE")) is None
    assert read_choice("Winner: B", ("A", "B", "TIE")) == "B"


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("1. 예 - 좋음\n2. 아니오 - 없음", (True, False)),
        ("1: yes\n2: No", (True, False)),
        ("**1.** 충족\n**2.** 미충족", (True, False)),
        ("- 1) O\n- 2) X", (True, False)),
        ("1. 아니오\n2. 예\n다시 보면\n1. 예", (True, True)),
        ("3. 예\n1. 예\n2. 예", (True, True)),
    ],
)
def test_a_line_for_each_criterion_is_read(text: str, met: tuple[bool, ...]) -> None:
    assert read_checklist(text, 2) == met


@pytest.mark.parametrize("text", ["", "1. 예", "1. 예\n2. 글쎄요", "모두 충족합니다", "1. 예상보다 짧음\n2. 예"])
def test_a_criterion_without_a_verdict_leaves_all_undecided(text: str) -> None:
    assert read_checklist(text, 2) is None


@pytest.mark.parametrize("looped", ["\n", " ", "-\n", "*", "점수\n", "1\n", "1 ", "verdict: ", "final "])
def test_a_judge_in_a_loop_is_read_in_one_pass(looped: str) -> None:
    """Of each repetition the patterns tried every division: a thousand line ends took seconds."""
    text = f"1{looped * 20_000}?"
    assert read_score(text, 1, 10) is None
    assert read_choice(text, ("CORRECT", "NOT_ATTEMPTED")) is None
    assert read_checklist(text, 3) is None


def test_a_word_is_read_however_its_letters_are_composed() -> None:
    word = unicodedata.normalize("NFD", "존댓말")
    assert read_choice("[[존댓말]]", ("반말", word)) == word


def test_a_number_that_no_criterion_has_is_passed_over() -> None:
    assert read_checklist(f"{'1' * 5000} 예\n1. 예", 1) == (True,)
