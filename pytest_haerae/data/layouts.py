"""Rows of the known layouts, and of a layout described by the user, to items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pytest_haerae.data.rows import (
    Layout,
    Question,
    Reader,
    Row,
    RowPlace,
    any_index,
    check_options,
    letter_index,
    lettered_query,
    number_index,
    split_options,
    text_of,
)
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import LETTERS, Item

_LABELS = tuple(tuple(LETTERS[:count]) for count in range(len(LETTERS) + 1))
"""The labels of so many options: one tuple, whatever the number of items."""
COLUMN_FIELDS = ("question", "options", "answer", "answer_start", "context")

_LABEL_LINE = re.compile(rf"^\s*\(([{LETTERS}])\)", re.MULTILINE)
_NOT_SLUG = re.compile(r"[^A-Za-z0-9._\-]")


def ascii_slug(name: str) -> str:
    """Spell a subset's name in ASCII for ids: Hangul and other characters become ``uXXXX``."""
    return _NOT_SLUG.sub(lambda match: "_" if match[0].isspace() else f"u{ord(match[0]):04x}", name)


def make_items(
    subset: str, rows: Iterable[Row], source: str, columns: Mapping[str, Any], layouts: Sequence[Layout]
) -> Iterator[Item]:
    """Read the rows of one subset.

    Args:
        subset: The subset's name.
        rows: The rows, in the data set's order.
        source: The file or data set, for messages.
        columns: The user's column mapping, empty to recognise the layout from the first row's columns.
        layouts: The layouts that are recognised, in the order in which they are tried.

    Yields:
        One item a row.

    Raises:
        UsageError: The layout is not known, or a row has no question, too few options or an impossible answer.
    """
    reader: Reader | None = None
    slug = ascii_slug(subset)
    for index, row in enumerate(rows):
        reader = reader or choose_reader(row, source, columns, layouts)
        place = RowPlace(source, index + 1)
        question = reader(row, place)
        identifier = f"{slug}-{index:04d}"
        if question.options is None:
            yield Item(identifier, subset, index, question.query, None, None, str(question.answer))
        else:
            labels = _LABELS[len(question.options)]
            yield Item(
                identifier, subset, index, question.query, question.options, labels, labels[int(question.answer)]
            )


def choose_reader(row: Row, source: str, columns: Mapping[str, Any], layouts: Sequence[Layout]) -> Reader:
    """Find the layout that a row's columns belong to."""
    if columns:
        return _mapped_reader(columns, row, source)
    names = set(row)
    for needed, reader in layouts:
        if needed <= names:
            return reader
    raise UsageError(
        f"{source}: the columns {', '.join(sorted(map(str, names)))} are no known layout; describe them with "
        "--dataset-columns question=…,options=a|b|c,answer=…"
    )


def _read_haerae(row: Row, place: RowPlace) -> Question:
    """HAE-RAE Bench 1.1: `query` holds everything; `options` is a list literal, ``a|b|c``, or ``nan``."""
    query, answer = text_of(row, "query", place), text_of(row, "answer", place)
    listed = row.get("options")
    if listed is None or (isinstance(listed, str) and listed.strip().lower() in {"", "nan", "none"}):
        return Question(query, None, answer)
    options = split_options(listed, "options", place)
    shown = tuple(dict.fromkeys(_LABEL_LINE.findall(query)))
    if shown and len(shown) != len(options):
        raise place.error("options", f"{len(options)} options, but the query shows {len(shown)} ({', '.join(shown)})")
    return Question(query, options, any_index(answer, options, "answer", place))


def _read_haerae_1_0(row: Row, place: RowPlace) -> Question:
    """HAE-RAE Bench 1.0: `question`, one column an option (a to e, e empty where there are four), a letter."""
    listed = [str(row.get(letter) or "").strip() for letter in "abcde"]
    options = check_options(tuple(listed[:4] if not listed[4] else listed), "a-e", place)
    index = letter_index(text_of(row, "answer", place), options, "answer", place)
    return Question(lettered_query(text_of(row, "question", place), options), options, index)


def _read_choices(options_field: str) -> Reader:
    """CLIcK and files of one's own: a list of options; the answer is an option's text or its letter."""

    def read(row: Row, place: RowPlace) -> Question:
        options = split_options(row.get(options_field), options_field, place)
        index = any_index(text_of(row, "answer", place).strip(), options, "answer", place)
        context = str(row.get("paragraph") or row.get("context") or "")
        return Question(lettered_query(text_of(row, "question", place), options, context), options, index)

    return read


def _read_free_text(row: Row, place: RowPlace) -> Question:
    """A question and a free-text answer."""
    question = text_of(row, "query" if "query" in row else "question", place)
    return Question(question, None, text_of(row, "answer", place))


LAYOUTS: tuple[Layout, ...] = (
    (frozenset({"query", "options", "answer"}), _read_haerae),
    (frozenset({"question", "a", "b", "c", "d", "answer"}), _read_haerae_1_0),
    (frozenset({"question", "choices", "answer"}), _read_choices("choices")),
    (frozenset({"question", "options", "answer"}), _read_choices("options")),
    (frozenset({"query", "answer"}), _read_free_text),
    (frozenset({"question", "answer"}), _read_free_text),
)
"""The general layouts that are recognised by their columns; a benchmark of the catalogue may describe its own."""


def _mapped_reader(columns: Mapping[str, Any], row: Row, source: str) -> Reader:
    """A layout described by the user.

    `columns` maps ``question``, ``answer``, and optionally ``context``, to a column each; ``options`` to one column
    with a list, or to several joined by ``|``; ``answer_start`` (0 or 1) says from where a numeric answer counts.
    """
    for name in columns:
        if name not in COLUMN_FIELDS:
            raise UsageError(f"--dataset-columns: {unknown('field', str(name), COLUMN_FIELDS)}")
    listed = columns.get("options")
    option_columns = tuple(listed.split("|")) if isinstance(listed, str) else tuple(listed or ())
    named = [columns.get("question"), columns.get("answer"), columns.get("context"), *option_columns]
    if not named[0] or not named[1]:
        raise UsageError("--dataset-columns: name the columns of both question and answer")
    for column in named:
        if column and column not in row:
            raise UsageError(f"--dataset-columns: {source} has no such column: {unknown('column', str(column), row)}")
    question_column, answer_column, context_column = str(named[0]), str(named[1]), named[2]
    start = columns.get("answer_start")

    def read(row: Row, place: RowPlace) -> Question:
        question, answer = text_of(row, question_column, place), text_of(row, answer_column, place).strip()
        if not option_columns:
            return Question(question, None, answer)
        if len(option_columns) == 1:
            options = split_options(row.get(option_columns[0]), option_columns[0], place)
        else:
            values = tuple(str(row.get(column) or "").strip() for column in option_columns)
            options = check_options(values, "|".join(option_columns), place)
        context = str(row.get(str(context_column)) or "") if context_column else ""
        if start is not None:
            index = number_index(answer, int(start), options, answer_column, place)
        else:
            index = any_index(answer, options, answer_column, place)
        return Question(lettered_query(question, options, context), options, index)

    return read
