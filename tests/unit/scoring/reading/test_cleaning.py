from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.reading.cleaning import (
    LONGEST_READ,
    clean_free_text,
    cleaned_free_text,
    normalise,
    shorten,
    strip_markup,
    strip_reasoning,
    unified,
    unify_characters,
    with_newlines,
    without_markup,
)
from pytest_haerae.scoring.reading.traced import Traced

PLAIN = st.text("가나다 BC.,", max_size=60)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<think>A</think>B", " B"),
        ("앞 <think>A</think> 뒤", "앞   뒤"),
        ("A</think>B", "B"),
        ("<think>A", ""),
        ("[THOUGHT]A[/THOUGHT]B", " B"),
        ("◁think▷A◁/think▷B", " B"),
        ("<|channel|>analysis<|message|>A<|channel|>final<|message|>B", " B"),
        ("I think B", "I think B"),
    ],
)
def test_reasoning_goes_whether_closed_or_cut_off(text: str, kept: str) -> None:
    assert strip_reasoning(text) == kept


@given(PLAIN)
def test_a_text_without_anything_to_clean_stays(text: str) -> None:
    assert strip_reasoning(text) == unify_characters(text) == shorten(text) == text
    assert strip_markup(text) == text.strip()


@given(st.integers(0, 3), PLAIN)
def test_a_very_long_text_keeps_its_beginning_and_its_end(more: int, end: str) -> None:
    text = "처음" + "가" * (LONGEST_READ + more) + end
    shortened = shorten(text)
    assert shortened.startswith("처음")
    assert shortened.endswith(end)
    assert len(shortened) == LONGEST_READ + 2


@pytest.mark.parametrize(
    ("text", "plain"), [("（Ｂ）", "(B)"), ("②", "(2)"), ("Ⓑ", "(B)"), ("B\u200b", "B"), ("㉠ㄱ", "㉠ㄱ")]
)
def test_characters_get_their_plain_form(text: str, plain: str) -> None:
    assert unify_characters(text) == plain
    assert unify_characters(unicodedata.normalize("NFD", "훈민정음")) == "훈민정음"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**B**", "B"),
        ("### 정답\nB", "정답\nB"),
        (r"$\boxed{B}$", "boxed: B"),
        (r"\text{B}", "B"),
        ("<b>B</b>", "B"),
        ("~~A~~ B", "B"),
        ("| B |", "B"),
        ("B<|eot_id|>", "B"),
    ],
)
def test_markup_goes(text: str, plain: str) -> None:
    assert " ".join(strip_markup(text).split(" ")).strip() == plain


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (r"D\n\n설명", "D\n\n설명"),
        (r"D\r\n설명", "D\n설명"),
        (r"\nu + \neq", r"\nu + \neq"),
        (r"B\nBecause", "B\nBecause"),
    ],
)
def test_a_newline_that_is_written_out_is_one_unless_a_command_begins_so(text: str, lines: str) -> None:
    assert with_newlines(Traced.of(text)).text == lines


@given(st.text("가B②ﬁ*~ \\n<|im_end|>", max_size=40))
def test_what_is_read_of_a_free_answer_stands_in_the_output(text: str) -> None:
    cleaned = cleaned_free_text(text, "질문")
    assert cleaned.words(text, 0, len(cleaned.text)) in text


def test_a_free_answer_loses_its_heading_and_what_the_model_rambles_on_about() -> None:
    assert clean_free_text("정답: **서울**\n\n### 질문: 다음은?\n정답: 부산", "수도는?") == "서울"
    assert clean_free_text("<think>부산?</think>서울", "수도는?") == "서울"
    assert clean_free_text("<|channel>thought\n<channel|>서울", "수도는?") == "서울"
    assert clean_free_text("서울[|endofturn|]", "수도는?") == "서울"
    assert clean_free_text("<|im_start|>assistant\n서울<|im_end|>", "수도는?") == "서울"


@given(st.text(max_size=60))
def test_equal_but_for_spaces_and_case_is_equal(text: str) -> None:
    assert normalise(f" {text}. ") == normalise(text)
    assert normalise(normalise(text)) == normalise(text)


def test_what_differs_in_a_letter_differs() -> None:
    assert normalise("가는 말이, 고와야!") == normalise("가는말이 고와야")
    assert normalise("가는 말이") != normalise("가는 말도")


@given(st.text("가나 Bb.,[]*`_~<>|\\{}$#^①Ⓐａ－\u200b\u1112\u1161e\u0301½\u3000\u2028\n\t☑✓", max_size=20) | st.text())
def test_a_text_without_its_origin_is_cleaned_as_one_with_it(text: str) -> None:
    assert unify_characters(text) == unified(Traced.of(text)).text
    assert strip_markup(text) == without_markup(Traced.of(text)).text
