from __future__ import annotations

import pytest

from pytest_haerae.data.answers import decide
from pytest_haerae.data.options import Choices
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.rows import Convention, GivenAnswer, given_answer
from pytest_haerae.errors import UsageError

WORDS = Choices(("가", "나", "다"))
BLOOD = Choices(("AB", "B", "A", "O"))
NUMBERED = Choices(("가", "나"), ("1", "2"))
DIGITS = Choices(("3", "1", "2"))
NUMBERS = Choices(("3", "1", "2"), None, numbers=True)
LABELLED = Choices(("가", "나", "다"), ("1", "2", "3"))


def column(*cells: tuple[object, Choices], convention: Convention = "written") -> list[GivenAnswer]:
    return [
        given_answer({"answer": value}, "answer", choices, RowPlace("a.csv", number), convention)
        for number, (value, choices) in enumerate(cells, 1)
    ]


@pytest.mark.parametrize(
    ("cells", "indexes"),
    [
        ([("가", WORDS), ("(b)", WORDS), ("③", WORDS)], [0, 1, 2]),
        ([("A", BLOOD), ("D", BLOOD)], [0, 3]),
        ([("A", BLOOD), ("O", BLOOD)], [2, 3]),
        ([("A", BLOOD), ("나", WORDS)], [2, 1]),
        ([("A", BLOOD), ("C", WORDS)], [0, 2]),
        ([("2", DIGITS), ("가", WORDS)], [2, 0]),
        ([(2, NUMBERS)], [2]),
        ([(2.0, Choices(("2.0", "3.0"), None, numbers=True))], [0]),
        ([(True, Choices(("false", "true")))], [1]),
        ([("2", LABELLED), ("(3)", LABELLED), (1, LABELLED)], [1, 2, 0]),
        ([("B", LABELLED)], [1]),
        ([(0, WORDS), (2, WORDS)], [0, 2]),
        ([(1, WORDS), ("3.0", WORDS)], [0, 2]),
    ],
)
def test_b8_the_whole_column_decides_what_its_answers_are(
    cells: list[tuple[object, Choices]], indexes: list[int]
) -> None:
    assert decide(column(*cells)) == indexes


@pytest.mark.parametrize(
    ("cells", "indexes"),
    [
        ([(1, WORDS), ("3", WORDS), ("2.0", WORDS)], [0, 2, 1]),
        ([("B", WORDS), ("c", WORDS)], [1, 2]),
        ([("다", WORDS), ("가", WORDS)], [2, 0]),
        ([("3", DIGITS), ("1", WORDS)], [2, 0]),
    ],
)
def test_a_numbered_column_may_be_of_letters_or_texts(cells: list[tuple[object, Choices]], indexes: list[int]) -> None:
    assert decide(column(*cells, convention="numbered")) == indexes


@pytest.mark.parametrize(
    ("cells", "convention", "message"),
    [
        ([("A", BLOOD)], "written", "row 1, field 'answer': 'A' may mean two options"),
        ([("가", WORDS), ("A", BLOOD), ("(B)", WORDS)], "written", "row 2, field 'answer': 'A' may mean two options"),
        ([(1, DIGITS)], "written", "row 1, field 'answer': '1' may mean two options"),
        ([(1, WORDS)], "written", r"row 1, .*'1' is neither a letter nor the text of one option; for numbers say"),
        ([("라", WORDS)], "written", "row 1, .*'라' is neither a letter nor the text of one option$"),
        ([("3", NUMBERED)], "written", "row 1, field 'answer': '3' is not a number from 1 to 2$"),
        ([(1, NUMBERED), (3, NUMBERED)], "written", "row 2, field 'answer': '3' is not a number from 1 to 2$"),
        ([("2", NUMBERED), ("0", NUMBERED)], "written", "row 2, .*'0' is not a number from 1 to 2$"),
        ([("라", NUMBERED)], "written", "'라' is neither a letter nor the text of one option$"),
        ([("가", WORDS), ("E", WORDS)], "written", "row 2, .*'E' is not one of the options A, B, C"),
        ([("가", Choices(("가", "가")))], "written", "'가' is the text of several options; write"),
        ([(0, WORDS), (3, WORDS)], "written", "row 1, .*'0' is neither"),
        ([(1, WORDS), (4, WORDS)], "numbered", "row 2, .*'4' is not a number from 1 to 3"),
        ([("A", WORDS), ("B", WORDS), (3, WORDS)], "numbered", "row 3, .*'3' is not one of the options A, B, C"),
        ([("3", DIGITS)], "numbered", "row 1, .*'3' may mean two options: .* numbers and as texts"),
        ([(1.5, WORDS)], "numbered", "'1.5' is not a number from 1 to 3"),
    ],
)
def test_b8_what_the_column_does_not_decide_is_refused(
    cells: list[tuple[object, Choices]], convention: Convention, message: str
) -> None:
    with pytest.raises(UsageError, match=f"a.csv, {message}" if message.startswith("row") else message):
        decide(column(*cells, convention=convention))


def test_columns_of_two_conventions_are_decided_apart_and_stay_in_order() -> None:
    numbered, written = column(("2", WORDS), convention="numbered"), column(("가", WORDS), ("B", WORDS))
    assert decide([written[0], *numbered, written[1]]) == [0, 1, 1]
    assert decide([]) == []


@pytest.mark.parametrize(
    "answer", ["B.", "Ｂ", "2번", "(2)", "[B]", "B. 나", "(B) 나", "② 나", "2. 나", "1. 나", "나 "]
)
def test_b5_an_answer_is_read_however_its_label_is_written(answer: str) -> None:
    assert decide(column((answer, WORDS))) == [1]
    assert decide(column((answer, WORDS), ("가", WORDS))) == [1, 0]


@pytest.mark.parametrize("answer", ["①②", "②③", "A,B", "B. 다", "3. 나", "0번", "4번", "(라)"])
def test_b8_an_answer_that_names_several_options_or_none_is_refused(answer: str) -> None:
    with pytest.raises(UsageError, match="row 1, field 'answer'"):
        decide(column((answer, WORDS)))


@pytest.mark.parametrize("answer", ["(가)", "가.", "[가]"])
def test_b8_a_label_that_is_the_text_of_another_option_is_refused(answer: str) -> None:
    with pytest.raises(UsageError, match="row 1, field 'answer'"):
        decide(column((answer, Choices(("나", "가")))))
    with pytest.raises(UsageError, match="row 1, field 'answer'"):
        decide(column(("1번", Choices(("2", "1")))))


def test_b8_labels_that_options_carry_in_their_texts_are_those_that_answers_name() -> None:
    shuffled, counted = Choices(("B. 부산", "A. 서울")), Choices(("② 부산", "① 서울"))
    assert decide(column(("A", shuffled), ("B.", shuffled))) == [1, 0]
    assert decide(column((1, counted), ("②", counted))) == [1, 0]


def test_b5_case_does_not_matter_where_only_one_option_is_alike() -> None:
    assert decide(column(("true", Choices(("True", "False"))))) == [0]
    with pytest.raises(UsageError, match="is neither"):
        decide(column(("TRUE", Choices(("True", "true")))))


def test_numbers_from_0_in_columns_that_count_from_1_are_refused_with_the_way_out() -> None:
    with pytest.raises(UsageError, match=r"'0' is not a number from 1 to 3; where they count from 0, say .*start=0"):
        decide(column((0, WORDS), (2, WORDS), convention="numbered"))
    assert decide(column(("1번", WORDS), ("2번", WORDS), convention="numbered")) == [0, 1]
