from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.reading.cleaning import strip_markup, unify_characters
from pytest_haerae.scoring.reading.options import Options, options_of
from tests.helpers import lettered

OPTIONS = ("배", "재배", "13", "동의보감", "A형 혈액")


@pytest.fixture
def options() -> Options:
    return options_of(lettered(options=OPTIONS))


@pytest.mark.parametrize(
    ("written", "label"), [("B", "B"), ("b", "B"), ("2", "B"), ("5", "E"), ("6", None), ("0", None)]
)
def test_a_letter_or_a_number_is_a_label(options: Options, written: str, label: str | None) -> None:
    assert options.label(written) == label


@pytest.mark.parametrize(
    ("text", "label"), [("배", "A"), ("'동의 보감'.", "D"), ("동의보감이다", "D"), ("배추", None), ("", None)]
)
def test_a_whole_text_is_an_option(options: Options, text: str, label: str | None) -> None:
    assert options.exactly(text) == label


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("배입니다", ["A"]),
        ("배추", []),
        ("재배는 배다", ["B", "A"]),
        ("13과 3.13, 13.5", ["C"]),
        ("동의보감과 동의 보감", ["D", "D"]),
    ],
)
def test_a_text_is_found_where_it_is_a_word_of_its_own(options: Options, text: str, found: list[str]) -> None:
    assert [options.labels[index] for index, _, _ in options.occurrences(text)] == found


def test_a_mention_ends_behind_its_own_text(options: Options) -> None:
    text = "(D) 동의 보감이다"
    assert text[options.end_of_own_text(text, "D", 3) :] == "이다"
    assert options.end_of_own_text(text, "A", 3) == 3


def test_spaces_count_only_where_options_differ_by_nothing_else() -> None:
    assert options_of(lettered()).spaced
    assert not options_of(lettered(options=OPTIONS)).spaced


def test_options_that_speak_of_labels_are_known() -> None:
    assert options_of(lettered(options=OPTIONS)).speak_of_labels
    assert not options_of(lettered()).speak_of_labels


@given(st.lists(st.text("가나 Bbİ\u3000\u2028\t1-", max_size=6), max_size=5))
def test_options_are_folded_as_the_texts_are_in_which_they_are_looked_for(texts: list[str]) -> None:
    options = options_of(lettered(options=tuple(texts)))
    assert options.texts == tuple(options._fold(strip_markup(unify_characters(text)))[0] for text in texts)
