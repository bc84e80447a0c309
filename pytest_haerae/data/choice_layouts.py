"""Layouts of choices: options in one column, or in a column each that is counted by letters or numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from pytest_haerae.data.options import read_choices
from pytest_haerae.data.rows import (
    Convention,
    Layout,
    Question,
    Reader,
    Row,
    RowPlace,
    column_choices,
    counted_columns,
    given_answer,
    lettered_query,
    passage,
    text_of,
)

PASSAGES = ("paragraph", "context", "passage", "지문")
_KOREAN_OPTION_WORDS = ("보기", "선택지", "선지")
_OPTION_WORDS = ("option", "Option", "choice", "Choice", "opt", "op", "ending", "alternative", *_KOREAN_OPTION_WORDS)
_BETWEEN = ("", "_", "-", " ", "#")
_COUNTS = (("A", "B"), ("a", "b"), ("0", "1"), ("1", "2"))


def read_choices_of(options_field: str, question: str = "question", answer: str = "answer") -> Reader:
    """CLIcK and files of one's own: a list of options; the answer is an option's text or its letter."""

    def read(row: Row, place: RowPlace) -> Question:
        choices = read_choices(row.get(options_field), options_field, place)
        query = lettered_query(text_of(row, question, place), choices.texts, passage(row, PASSAGES, place))
        return Question(query, choices.texts, given_answer(row, answer, choices, place))

    return read


def _counted_layout(before: str, first: str, second: str, question: str, answer: str) -> Layout:
    """Options in columns that are counted, such as ``option_1``, ``option_2``, …, as far as the row has them."""

    def next_column(column: str) -> str:
        return before + _next(column.removeprefix(before))

    columns_of = counted_columns([before + first, before + second], next_column)

    def read(row: Row, place: RowPlace) -> Question:
        columns = columns_of(row, place)
        choices = column_choices(row, columns, place)
        if first.isdecimal():
            labels = tuple(column.removeprefix(before) for column in columns[: len(choices.texts)])
            choices = choices._replace(labels=labels)
        query = lettered_query(text_of(row, question, place), choices.texts, passage(row, PASSAGES, place))
        # Bare letters are KMMLU's columns, with the option's number from 1 as the answer.
        convention: Convention = "written" if before or first.isdecimal() else "numbered"
        return Question(query, choices.texts, given_answer(row, answer, choices, place, convention))

    return frozenset({question, before + first, before + second, answer}), read


def _next(count: str) -> str:
    return str(int(count) + 1) if count.isdecimal() else chr(ord(count) + 1)


def counted_layouts() -> Iterator[Layout]:
    """A column each for the options, whatever word they are counted with."""
    for first, second in _COUNTS:
        yield _counted_layout("", first, second, "question", "answer")
        for word, between in product(_OPTION_WORDS, _BETWEEN):
            yield _counted_layout(word + between, first, second, "question", "answer")


def _korean_layouts() -> Iterator[Layout]:
    """Headings as a Korean spreadsheet has them; without options it is none of these, as a heading may be misspelt."""
    for question, answer in product(("문제", "질문", "문항"), ("정답", "답")):
        for before in ("", *(word + between for word, between in product(_KOREAN_OPTION_WORDS, _BETWEEN))):
            for first, second in (*_COUNTS, ("①", "②")):
                yield _counted_layout(before, first, second, question, answer)
        for word in _KOREAN_OPTION_WORDS:
            yield frozenset({question, word, answer}), read_choices_of(word, question, answer)


KOREAN_LAYOUTS: tuple[Layout, ...] = tuple(_korean_layouts())
"""They come after all others: a row that has English headings as well is read by these."""
