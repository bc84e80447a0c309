"""What every layout's reader is made of: a row's fields, its options, its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from pytest_haerae.data.cells import MISSING, ClassNumber, cell_text, is_number, only_one
from pytest_haerae.data.fields import Row, passage, text_of
from pytest_haerae.data.labels import plain_label, position
from pytest_haerae.data.literals import parse_literal
from pytest_haerae.data.option_columns import counted_columns, lettered_columns, next_letter
from pytest_haerae.data.options import Choices, check_options, read_choices
from pytest_haerae.data.places import RowPlace
from pytest_haerae.types import LETTERS, Turn

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
    "counted_columns",
    "lettered_columns",
    "lettered_query",
    "next_letter",
    "number_index",
    "numbered_layout",
    "open_query",
    "passage",
    "split_options",
    "text_of",
]

Convention = Literal["written", "numbered"]
"""How answers may be given: as an option's text or label, or else as its number from 1, its label or its text."""

_PASSAGES = ("context", "paragraph", "passage", "지문")
LETTER_ANSWER = re.compile(rf"^\(?([{LETTERS}{LETTERS.lower()}])\)?$")


class GivenAnswer(NamedTuple):
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


class Question(NamedTuple):
    """A row's content, whatever its layout.

    Attributes:
        query: The question as it is shown.
        options: The options' texts; None for free text.
        answer: The right option's index; or its answer as given, to be decided by the whole column; or a text.
        turns: All questions of a conversation; `query` is the first, and `answer` the last one's.
    """

    query: str
    options: tuple[str, ...] | None
    answer: int | str | GivenAnswer
    turns: tuple[Turn, ...] = ()


Reader = Callable[[Row, RowPlace], Question]
Layout = tuple[frozenset[str], Reader]
"""The columns that a layout is recognised by, and its reader."""


def letter_index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    """The index of an answer given as a letter: ``B``, ``b``, ``(B)`` or ``B.``; or as ``②`` or ``2번``."""
    match = LETTER_ANSWER.match(answer.strip())
    index = LETTERS.index(match[1].upper()) if match else position(answer)
    if index is not None and 0 <= index < len(options):
        return index
    raise place.error(field, f"{answer!r} is not one of the options {', '.join(LETTERS[: len(options)])}")


def is_numeral(text: str) -> bool:
    """Whether a text is nothing but a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


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
    if type(value) is str and (text := value.strip()) not in MISSING:
        if text[0] == "[" and text not in choices.texts:
            text = _only_text(text, field, place)
        return GivenAnswer(text, choices.texts, choices.labels, False, convention, field, place)
    if isinstance(value, ClassNumber) and _names_option(value.name, choices):
        return GivenAnswer(value.name, choices.texts, choices.labels, False, convention, field, place)
    text = text_of({field: only_one(value, field, place)}, field, place).strip()
    if choices.numbers:
        return GivenAnswer(_as_written(text, choices.texts), *choices[:2], False, convention, field, place)
    typed = is_number(value)
    if isinstance(value, float | bool):
        # 1.0 may stand beside options 0.0 and 1.0, and true beside options true and false: what is written alike wins.
        text = next((form for form in (str(value), str(value).lower()) if form in choices.texts), text)
    return GivenAnswer(text, choices.texts, choices.labels, typed, convention, field, place)


def _only_text(text: str, field: str, place: RowPlace) -> str:
    """The answer of a list that was written into a text, ``['A']``; others as they are."""
    try:
        return str(only_one(parse_literal(text), field, place))
    except ValueError:
        return text


def _names_option(name: str, choices: Choices) -> bool:
    return name in choices.texts or LETTER_ANSWER.match(name) is not None or plain_label(name) in (choices.labels or ())


def _as_written(text: str, numbers: tuple[str, ...]) -> str:
    """The one of these numbers that is equal to a number, however either is written; or else the text itself."""
    try:
        equal = [number for number in numbers if float(number) == float(text)]
    except ValueError:
        return text
    return equal[0] if text not in numbers and len(equal) == 1 else text


def answer_text(row: Row, field: str, place: RowPlace) -> str:
    """The text of a free-text answer, which may be the only one of a list."""
    value = row.get(field)
    value = value.name if isinstance(value, ClassNumber) else only_one(value, field, place)
    return text_of({field: value}, field, place)


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
    try:
        texts = [row[column].strip() for column in columns]
    except (KeyError, AttributeError):  # It has no such column, or what stands there is no text.
        return _typed_choices(row, columns, place)
    if MISSING.isdisjoint(texts) and len(texts) > 1:
        return Choices(tuple(texts))
    return _typed_choices(row, columns, place)


def _typed_choices(row: Row, columns: Sequence[str], place: RowPlace) -> Choices:
    values = [row.get(column) for column in columns]
    texts = [cell_text(value, column, place).strip() for value, column in zip(values, columns, strict=True)]
    while texts and not texts[-1]:
        texts.pop()
    numbers = all(is_number(value) for value in values[: len(texts)])
    return Choices(check_options(tuple(texts), "/".join(columns), place), None, numbers)


_OPTION_LINES = tuple(["\n".join([f"({letter}) %s" for letter in LETTERS[:count]]) for count in range(27)])
"""The lines of so many options: filling one in takes a third of the time of joining them."""


def lettered_query(question: str, options: tuple[str, ...], context: str = "") -> str:
    """Lay a question and its options out as HAE-RAE Bench lays out its own."""
    passage = f"### 지문: \n{context.strip()}\n\n" if context and not context.isspace() else ""
    choices = _OPTION_LINES[len(options)] % options
    return f"{passage}### 질문: \n{question.strip()}\n\n### 선택지: \n{choices}\n\n### 정답:"


def open_query(question: str, context: str = "") -> str:
    """Lay a question without options out: as it is, or below what it is about."""
    if not context.strip():
        return question
    return f"### 지문: \n{context.strip()}\n\n### 질문: \n{question.strip()}\n\n### 정답:"


def numbered_layout(columns: Sequence[str], answer: str = "answer") -> Layout:
    """A layout of a question and one column an option; a passage stands in `context`.

    The answer is the option's number from 1. A file whose answers are all letters, or all options' texts, is read as
    that.
    """
    columns_of = counted_columns(columns, next_letter)

    def read(row: Row, place: RowPlace) -> Question:
        choices = column_choices(row, columns_of(row, place), place)
        question = text_of(row, "question", place)
        about = passage(row, _PASSAGES, place)
        query = lettered_query(question, choices.texts, about)
        return Question(query, choices.texts, given_answer(row, answer, choices, place, "numbered"))

    return frozenset({"question", *columns, answer}), read
