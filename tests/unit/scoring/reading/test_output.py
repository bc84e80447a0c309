from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.options import options_of
from pytest_haerae.scoring.reading.output import SEVERAL, Output, Whole, is_next, read_sentence, whole_label
from tests.helpers import lettered

OPTIONS = options_of(lettered(options=("훈민정음", "경국대전", "삼국사기", "동의보감", "농사직설")))


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("B", "B"),
        (" (b). ", "B"),
        ("2번", "B"),
        ("B입니다", "B"),
        ("경국대전", "B"),
        ("(B) 경국대전", "B"),
        ("(B) 법전", None),
        ("(A) (B)", None),
        ("", None),
    ],
)
def test_a_line_with_a_label_alone(line: str, label: str | None) -> None:
    whole = whole_label(line, OPTIONS)
    assert (whole.label if whole else None) == label


def test_a_number_that_is_an_options_text_is_that_option() -> None:
    counts = options_of(lettered(options=("4", "3", "2", "1", "0")))
    assert whole_label("2", counts) == Whole("C", "text")
    assert whole_label("2번", counts) == Whole("B", "number")


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("(A)가 아니라 (B)", "B"),
        ("(A) 또는 (B)", SEVERAL),
        ("두 번째 보기", "B"),
        ("경국대전이다", "B"),
        ("모른다", None),
    ],
)
def test_a_sentence_names_what_it_does_not_set_aside(sentence: str, label: str | None) -> None:
    found = read_sentence(sentence, OPTIONS)
    assert (found.label if found else None) == label


@pytest.mark.parametrize(
    ("text", "labels", "named_by_texts"),
    [
        ("(B) 동의보감", ["B"], False),
        ("2번, 동의보감이 아니다", ["B"], False),
        ("경국대전이다", ["B"], True),
        ("모른다", [], False),
    ],
)
def test_letters_weigh_more_than_numbers_and_these_more_than_texts(
    text: str, labels: list[str], named_by_texts: bool
) -> None:
    output = Output(text, OPTIONS)
    assert [label for group in output.groups for label in group.labels] == labels
    assert output.named_by_texts is named_by_texts


def test_a_letter_inside_a_running_sentence_is_no_answer() -> None:
    assert Output("사람 B 씨가 왔다", OPTIONS).answerlike == []
    assert Output("답은 B.", OPTIONS).answerlike


def test_lines_that_begin_with_an_option_but_for_a_list_of_all() -> None:
    assert [line.label for line in Output("설명\n(B) 법전\nC", OPTIONS).label_lines] == []
    assert [
        (line.number, line.label, bool(line.whole)) for line in Output("설명\n(D) 책\n끝\nB", OPTIONS).label_lines
    ] == [
        (1, "D", False),
        (3, "B", True),
    ]
    assert Output("(A) 하나\n(B) 둘\n(C) 셋", OPTIONS).label_lines == []


def test_the_next_option() -> None:
    assert is_next("A", "B", OPTIONS)
    assert not is_next("B", "A", OPTIONS)
    assert not is_next("A", "C", OPTIONS)
