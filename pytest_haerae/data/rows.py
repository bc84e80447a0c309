"""What every layout's reader is made of: a row's fields, its options, its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pytest_haerae.data.cells import cell_text, is_missing, is_number, passage_text
from pytest_haerae.data.options import Choices, check_options, read_choices
from pytest_haerae.data.places import RowPlace
from pytest_haerae.types import LETTERS

__all__ = [
    "GivenAnswer",
    "Layout",
    "Question",
    "Reader",
    "Row",
    "RowPlace",
    "any_index",
    "check_options",
    "column_options",
    "lettered_columns",
    "lettered_query",
    "number_index",
    "numbered_layout",
    "passage",
    "split_options",
    "text_of",
]

Row = Mapping[str, Any]
Convention = Literal["written", "numbered"]
"""How answers may be given: as an option's text or label, or else as its number from 1, its label or its text."""

LETTER_ANSWER = re.compile(rf"^\(?([{LETTERS}{LETTERS.lower()}])\)?$")


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer as its row gives it; what it means is decided when the whole column is known.

    Attributes:
        text: The cell's text.
        options: The options' texts.
        labels: What the data call the options; None where they have no labels of their own.
        typed: Whether the cell is a number while the options are texts: then it hardly is one of them.
        convention: How answers may be given.
        field: The answer's field.
        place: The row.
    """

    text: str
    options: tuple[str, ...]
    labels: tuple[str, ...] | None
    typed: bool
    convention: Convention
    field: str
    place: RowPlace


@dataclass(frozen=True, slots=True)
class Question:
    """A row's content, whatever its layout.

    Attributes:
        query: The question as it is shown.
        options: The options' texts; None for free text.
        answer: The right option's index; or its answer as given, to be decided by the whole column; or a text.
    """

    query: str
    options: tuple[str, ...] | None
    answer: int | str | GivenAnswer


Reader = Callable[[Row, RowPlace], Question]
Layout = tuple[frozenset[str], Reader]
"""The columns that a layout is recognised by, and its reader."""


def text_of(row: Row, field: str, place: RowPlace) -> str:
    """A field's text, which may not be empty."""
    value = row.get(field)
    # A column of floats that are whole numbers, such as HRM8K's answers, is one of whole numbers.
    whole = isinstance(value, float) and value.is_integer()
    text = cell_text(int(value) if whole else value, field, place)  # type: ignore[arg-type]
    if not text.strip():
        raise place.error(field, "is empty")
    return text


def passage(row: Row, fields: Sequence[str], place: RowPlace) -> str:
    """What a question is about: the first of these fields that says something; ``""`` where none does."""
    return next((text for field in fields if (text := passage_text(row.get(field), field, place)).strip()), "")


def letter_index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    """The index of an answer given as a letter: ``B``, ``b`` or ``(B)``."""
    match = LETTER_ANSWER.match(answer.strip())
    if match and (index := LETTERS.index(match[1].upper())) < len(options):
        return index
    raise place.error(field, f"{answer!r} is not one of the options {', '.join(LETTERS[: len(options)])}")


def number_index(answer: str, start: int, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    """The index of an answer given as a number, counted from `start`."""
    try:
        index = int(float(answer)) - start if float(answer).is_integer() else -1
    except ValueError:
        index = -1
    if 0 <= index < len(options):
        return index
    raise place.error(field, f"{answer!r} is not a number from {start} to {start + len(options) - 1}")


def any_index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    """The index of an answer given as a letter or as an option's own text; a bare number is too ambiguous.

    Raises:
        UsageError: It is neither, or the letter of one option and the text of another: only a whole column tells which
            is meant, which `given_answer` leaves to be decided.
    """
    lettered = LETTER_ANSWER.match(answer.strip())
    if options.count(answer) == 1:
        index = options.index(answer)
        if lettered and LETTERS.index(lettered[1].upper()) in {*range(len(options))} - {index}:
            raise place.error(field, f"{answer!r} is the text of one option and the letter of another")
        return index
    if lettered:
        return letter_index(answer, options, field, place)
    raise place.error(field, f"{answer!r} is neither a letter nor the text of one option")


def given_answer(
    row: Row, field: str, choices: Choices, place: RowPlace, convention: Convention = "written"
) -> GivenAnswer:
    """Take a row's answer, to be decided with the whole column."""
    value = row.get(field)
    text = value if type(value) is str and not is_missing(value) else text_of(row, field, place)
    typed = is_number(value) and not choices.numbers
    if isinstance(value, float | bool):
        # 1.0 may stand beside options 0.0 and 1.0, and true beside options true and false: what is written alike wins.
        text = next((form for form in (str(value), str(value).lower()) if form in choices.texts), text)
    return GivenAnswer(text.strip(), choices.texts, choices.labels, typed, convention, field, place)


def split_options(value: Any, field: str, place: RowPlace) -> tuple[str, ...]:  # noqa: ANN401 - a cell
    """Read the options of one cell, in any shape; see `pytest_haerae.data.options`."""
    return read_choices(value, field, place).texts


def column_options(row: Row, columns: Sequence[str], place: RowPlace) -> tuple[str, ...]:
    """Options that stand in a column each, none of which may be empty."""
    return check_options(
        tuple([cell_text(row.get(column), column, place).strip() for column in columns]), "/".join(columns), place
    )


def column_choices(row: Row, columns: Sequence[str], place: RowPlace) -> Choices:
    """Options that stand in a column each; the last ones may be empty, where questions have fewer than the widest."""
    values = [row.get(column) for column in columns]
    texts = [cell_text(value, column, place).strip() for value, column in zip(values, columns, strict=True)]
    while texts and not texts[-1]:
        texts.pop()
    numbers = all([type(value) is not str and is_number(value) for value in values[: len(texts)]])
    return Choices(check_options(tuple(texts), "/".join(columns), place), None, numbers)


def lettered_query(question: str, options: tuple[str, ...], context: str = "") -> str:
    """Lay a question and its options out as HAE-RAE Bench lays out its own."""
    passage = f"### 지문: \n{context.strip()}\n\n" if context.strip() else ""
    choices = "\n".join([f"({letter}) {option}" for letter, option in zip(LETTERS, options, strict=False)])
    return f"{passage}### 질문: \n{question.strip()}\n\n### 선택지: \n{choices}\n\n### 정답:"


def open_query(question: str, context: str = "") -> str:
    """Lay a question without options out: as it is, or below what it is about."""
    if not context.strip():
        return question
    return f"### 지문: \n{context.strip()}\n\n### 질문: \n{question.strip()}\n\n### 정답:"


def lettered_columns(row: Row, columns: Sequence[str]) -> Sequence[str]:
    """These columns, and those that go on counting in letters: a row may have more options than its layout needs."""
    last = columns[-1]
    if len(last) != 1 or not last.isascii() or not last.isalpha() or chr(ord(last) + 1) not in row:
        return columns
    more = list(columns)
    while (following := chr(ord(more[-1]) + 1)) in row and following.isalpha():
        more.append(following)
    return more


def numbered_layout(columns: Sequence[str], answer: str = "answer") -> Layout:
    """A layout of a question and one column an option; a passage stands in `context`.

    The answer is the option's number from 1. A file whose answers are all letters, or all options' texts, is read as
    that.
    """

    def read(row: Row, place: RowPlace) -> Question:
        choices = column_choices(row, lettered_columns(row, columns), place)
        question = text_of(row, "question", place)
        query = lettered_query(question, choices.texts, passage(row, ("context", "paragraph"), place))
        return Question(query, choices.texts, given_answer(row, answer, choices, place, "numbered"))

    return frozenset({"question", *columns, answer}), read
