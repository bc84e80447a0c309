from __future__ import annotations

import json
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.answers import decide
from pytest_haerae.data.cells import MISSING
from pytest_haerae.data.rows import (
    GivenAnswer,
    RowPlace,
    any_index,
    check_options,
    column_options,
    letter_index,
    lettered_query,
    number_index,
    numbered_layout,
    split_options,
    text_of,
)
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS

PLACE = RowPlace("file.jsonl", 7)
OPTIONS = ("가", "나", "다")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="|\0"), min_size=1).map(str.strip)
OPTION_LISTS = st.lists(TEXTS.filter(lambda text: text not in MISSING), min_size=2, max_size=10)


def test_a_mistake_names_file_row_and_field() -> None:
    line = RowPlace("file.csv", 7, 9)
    assert str(line.error("answer", "is empty")) == "file.csv, row 7 (line 9), field 'answer': is empty"
    assert str(PLACE.error("answer", "is empty")) == "file.jsonl, row 7, field 'answer': is empty"


@pytest.mark.parametrize(
    ("value", "expected"), [("가 ", "가 "), (7, "7"), (7.0, "7"), (7.5, "7.5"), (-2.0, "-2"), (0, "0"), (True, "True")]
)
def test_a_field_is_a_text_and_a_whole_number_has_no_point(value: object, expected: str) -> None:
    assert text_of({"f": value}, "f", PLACE) == expected


@pytest.mark.parametrize("row", [{}, {"f": None}, {"f": ""}, {"f": " \n"}])
def test_a_field_may_not_be_empty(row: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="row 7, field 'f': is empty"):
        text_of(row, "f", PLACE)


@given(count=st.integers(2, 10), data=st.data())
def test_letters_are_counted_from_a(count: int, data: st.DataObject) -> None:
    options = tuple(f"option {number}" for number in range(count))
    letter = data.draw(st.sampled_from(LETTERS))
    for written in (letter, letter.lower(), f"({letter})", f" ({letter.lower()}) "):
        if LETTERS.index(letter) < count:
            assert letter_index(written, options, "answer", PLACE) == LETTERS.index(letter)
        else:
            with pytest.raises(UsageError, match="is not one of the options A, B"):
                letter_index(written, options, "answer", PLACE)


@pytest.mark.parametrize("answer", ["", "K", "AB", "1", "A or B"])
def test_what_is_no_letter_is_refused(answer: str) -> None:
    with pytest.raises(UsageError, match="is not one of the options A, B, C"):
        letter_index(answer, OPTIONS, "answer", PLACE)


@given(start=st.integers(0, 1), number=st.integers(-3, 12), point=st.booleans())
def test_numbers_are_counted_from_their_start(start: int, number: int, point: bool) -> None:
    written = f"{number}.0" if point else str(number)
    if start <= number < start + 3:
        assert number_index(written, start, OPTIONS, "answer", PLACE) == number - start
    else:
        with pytest.raises(UsageError, match=f"is not a number from {start} to {start + 2}"):
            number_index(written, start, OPTIONS, "answer", PLACE)


@pytest.mark.parametrize("answer", ["1.5", "x", "", "nan"])
def test_what_is_no_whole_number_is_refused(answer: str) -> None:
    with pytest.raises(UsageError, match="is not a number from 1 to 3"):
        number_index(answer, 1, OPTIONS, "answer", PLACE)


@pytest.mark.parametrize(
    ("answer", "options", "index"),
    [("나", OPTIONS, 1), ("(C)", OPTIONS, 2), ("B", ("A", "B"), 1), ("b", ("가", "나"), 1)],
)
def test_an_answer_is_an_options_text_before_it_is_a_letter(answer: str, options: tuple[str, ...], index: int) -> None:
    assert any_index(answer, options, "answer", PLACE) == index


@pytest.mark.parametrize("answer", ["A", "B"])
def test_b8_a_letter_that_is_another_options_text_is_refused(answer: str) -> None:
    with pytest.raises(UsageError, match="is the text of one option and the letter of another"):
        any_index(answer, ("B", "A"), "answer", PLACE)


@pytest.mark.parametrize(("answer", "options"), [("2", OPTIONS), ("라", OPTIONS), ("가", ("가", "가"))])
def test_an_ambiguous_answer_is_refused(answer: str, options: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="is neither a letter nor the text of one option"):
        any_index(answer, options, "answer", PLACE)


@given(OPTION_LISTS)
def test_options_are_the_same_however_they_are_written(options: list[str]) -> None:
    expected = tuple(normalize("NFC", option).strip() for option in options)
    assert split_options(options, "options", PLACE) == expected
    assert split_options(repr(options), "options", PLACE) == expected
    if not options[0].startswith("["):
        assert split_options(" | ".join(options), "options", PLACE) == expected
    assert split_options(json.dumps(["a", *options[1:]]), "options", PLACE)[0] == "a"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "has 0 options; 2 to 26 are possible"),
        ("가", "has 1 option[,;]"),
        (list("가" * 27), "has 27 options"),
        ("가||다", "option B is empty"),
        ("['가', ", "is not a list"),
    ],
)
def test_options_that_are_none(value: object, message: str) -> None:
    with pytest.raises(UsageError, match=f"row 7, field 'options': .*{message}"):
        split_options(value, "options", PLACE)


def test_two_and_twenty_six_options_are_possible() -> None:
    for count in (2, 26):
        options = tuple("가" * (number + 1) for number in range(count))
        assert check_options(options, "options", PLACE) == options


def test_options_of_columns_are_in_the_columns_order() -> None:
    row = {"b": " 나 ", "a": 1, "c": None}
    assert column_options(row, ["a", "b"], PLACE) == ("1", "나")
    with pytest.raises(UsageError, match="field 'a/b/c': option C is empty"):
        column_options(row, ["a", "b", "c"], PLACE)


def test_a_question_is_laid_out_as_the_benchmarks_own() -> None:
    assert lettered_query(" 뜻은? ", ("가", "나"), " 봄 ") == (
        "### 지문: \n봄\n\n### 질문: \n뜻은?\n\n### 선택지: \n(A) 가\n(B) 나\n\n### 정답:"
    )
    assert lettered_query("뜻은?", ("가", "나"), " ").startswith("### 질문: \n뜻은?\n")


def test_a_numbered_layout_is_known_by_its_columns_and_read_from_one() -> None:
    columns, read = numbered_layout(["o1", "o2"], "gold")
    assert columns == {"question", "o1", "o2", "gold"}
    read_row = read({"question": "뜻은?", "o1": "가", "o2": "나", "gold": 2, "context": "봄"}, PLACE)
    assert isinstance(read_row.answer, GivenAnswer)
    assert (read_row.options, decide([read_row.answer])) == (("가", "나"), [1])
    assert read_row.query == lettered_query("뜻은?", ("가", "나"), "봄")
