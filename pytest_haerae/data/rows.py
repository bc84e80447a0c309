"""What every layout's reader is made of: a row's place, its fields, its options, its answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS

Row = Mapping[str, Any]

_LETTER_ANSWER = re.compile(rf"^\(?([{LETTERS}{LETTERS.lower()}])\)?$")


@dataclass(frozen=True, slots=True)
class Question:
    """A row's content, whatever its layout: options is None for free text; answer is a letter's index or a text."""

    query: str
    options: tuple[str, ...] | None
    answer: int | str


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row comes from, for messages: the file or data set, and the row's number from 1."""

    source: str
    number: int

    def error(self, field: str, problem: str) -> UsageError:
        """Word the mistake of one field of this row."""
        return UsageError(f"{self.source}, row {self.number}, field '{field}': {problem}")


Reader = Callable[[Row, RowPlace], Question]
Layout = tuple[frozenset[str], Reader]
"""The columns that a layout is recognised by, and its reader."""


def text_of(row: Row, field: str, place: RowPlace) -> str:
    """A field's text, which may not be empty."""
    value = row.get(field)
    # A column of floats that are whole numbers, such as HRM8K's answers, is one of whole numbers.
    text = "" if value is None else str(int(value) if isinstance(value, float) and value.is_integer() else value)
    if not text.strip():
        raise place.error(field, "is empty")
    return text


def letter_index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    """The index of an answer given as a letter: ``B``, ``b`` or ``(B)``."""
    match = _LETTER_ANSWER.match(answer.strip())
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
    """The index of an answer given as a letter or as an option's own text; a bare number is too ambiguous."""
    if options.count(answer) == 1:
        return options.index(answer)
    if _LETTER_ANSWER.match(answer.strip()):
        return letter_index(answer, options, field, place)
    raise place.error(field, f"{answer!r} is neither a letter nor the text of one option")


def split_options(value: Any, field: str, place: RowPlace) -> tuple[str, ...]:  # noqa: ANN401 - list or text
    """Read options given as a list, as a Python or JSON list literal, or joined by ``|``."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                value = ast.literal_eval(text)
            except (ValueError, SyntaxError):
                raise place.error(field, f"{text[:40]!r} is not a list") from None
        else:
            value = text.split("|")
    options = tuple(str(option).strip() for option in value) if value is not None else ()
    return check_options(options, field, place)


def check_options(options: tuple[str, ...], field: str, place: RowPlace) -> tuple[str, ...]:
    """Refuse fewer than two options, more than there are letters, and empty ones."""
    if not 2 <= len(options) <= len(LETTERS):  # noqa: PLR2004 - a choice needs two
        raise place.error(field, f"has {len(options)} options; 2 to {len(LETTERS)} are possible")
    if not all(options):
        raise place.error(field, f"option {LETTERS[options.index('')]} is empty")
    return options


def column_options(row: Row, columns: Sequence[str], place: RowPlace) -> tuple[str, ...]:
    """Options that stand in a column each."""
    return check_options(tuple(str(row.get(column) or "").strip() for column in columns), "/".join(columns), place)


def lettered_query(question: str, options: tuple[str, ...], context: str = "") -> str:
    """Lay a question and its options out as HAE-RAE Bench lays out its own."""
    passage = f"### 지문: \n{context.strip()}\n\n" if context.strip() else ""
    choices = "\n".join(f"({letter}) {option}" for letter, option in zip(LETTERS, options, strict=False))
    return f"{passage}### 질문: \n{question.strip()}\n\n### 선택지: \n{choices}\n\n### 정답:"


def numbered_layout(columns: Sequence[str], answer: str = "answer") -> Layout:
    """A layout of a question, one column an option, and the answer's number from 1; a passage stands in `context`."""

    def read(row: Row, place: RowPlace) -> Question:
        options = column_options(row, columns, place)
        index = number_index(text_of(row, answer, place), 1, options, answer, place)
        query = lettered_query(text_of(row, "question", place), options, str(row.get("context") or ""))
        return Question(query, options, index)

    return frozenset({"question", *columns, answer}), read
