"""Rows of the known layouts, and of a layout described by the user, to items."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import Item

Row = Mapping[str, Any]
LETTERS = "ABCDEFGHIJ"
_LABELS = tuple(tuple(LETTERS[:count]) for count in range(len(LETTERS) + 1))
"""The labels of so many options: one tuple, whatever the number of items."""
COLUMN_FIELDS = ("question", "options", "answer", "answer_start", "context")

_LABEL_LINE = re.compile(r"^\s*\(([A-J])\)", re.MULTILINE)
_LETTER_ANSWER = re.compile(r"^\(?([A-Ja-j])\)?$")
_NOT_SLUG = re.compile(r"[^A-Za-z0-9._\-]")


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


def ascii_slug(name: str) -> str:
    """Spell a subset's name in ASCII for ids: Hangul and other signs become ``uXXXX``."""
    return _NOT_SLUG.sub(lambda match: "_" if match[0].isspace() else f"u{ord(match[0]):04x}", name)


def make_items(subset: str, rows: Iterable[Row], source: str, columns: Mapping[str, Any]) -> Iterator[Item]:
    """Read the rows of one subset.

    Args:
        subset: The subset's name.
        rows: The rows, in the data set's order.
        source: The file or data set, for messages.
        columns: The user's column mapping, empty to recognise the layout from the first row's columns.

    Yields:
        One item a row.

    Raises:
        UsageError: The layout is not known, or a row has no question, too few options or an impossible answer.
    """
    reader: Reader | None = None
    slug = ascii_slug(subset)
    for index, row in enumerate(rows):
        reader = reader or choose_reader(row, source, columns)
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


def choose_reader(row: Row, source: str, columns: Mapping[str, Any]) -> Reader:
    """Find the layout that a row's columns belong to."""
    if columns:
        return _mapped_reader(columns, row, source)
    names = set(row)
    for needed, reader in LAYOUTS:
        if needed <= names:
            return reader
    raise UsageError(
        f"{source}: the columns {', '.join(sorted(map(str, names)))} are no known layout; describe them with "
        "--dataset-columns question=…,options=a|b|c,answer=…"
    )


def _text(row: Row, field: str, place: RowPlace) -> str:
    value = row.get(field)
    text = "" if value is None else str(value)
    if not text.strip():
        raise place.error(field, "is empty")
    return text


def _letter_index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    match = _LETTER_ANSWER.match(answer.strip())
    if match and (index := LETTERS.index(match[1].upper())) < len(options):
        return index
    raise place.error(field, f"{answer!r} is not one of the options {', '.join(LETTERS[: len(options)])}")


def _number_index(answer: str, start: int, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    try:
        index = int(float(answer)) - start if float(answer).is_integer() else -1
    except ValueError:
        index = -1
    if 0 <= index < len(options):
        return index
    raise place.error(field, f"{answer!r} is not a number from {start} to {start + len(options) - 1}")


def _text_index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    if options.count(answer) == 1:
        return options.index(answer)
    raise place.error(field, f"{answer!r} is not the text of exactly one option")


def _any_index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    """Read a letter, or an option's own text; a bare number is too ambiguous to guess at."""
    if options.count(answer) == 1:
        return options.index(answer)
    if _LETTER_ANSWER.match(answer.strip()):
        return _letter_index(answer, options, field, place)
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
    """Refuse fewer than two options, more than ten, and empty ones."""
    if not 2 <= len(options) <= len(LETTERS):  # noqa: PLR2004 - a choice needs two
        raise place.error(field, f"has {len(options)} options; 2 to {len(LETTERS)} are possible")
    if not all(options):
        raise place.error(field, f"option {LETTERS[options.index('')]} is empty")
    return options


def lettered_query(question: str, options: tuple[str, ...], context: str = "") -> str:
    """Lay a question and its options out as HAE-RAE Bench lays out its own."""
    passage = f"### 지문: \n{context.strip()}\n\n" if context.strip() else ""
    choices = "\n".join(f"({letter}) {option}" for letter, option in zip(LETTERS, options, strict=False))
    return f"{passage}### 질문: \n{question.strip()}\n\n### 선택지: \n{choices}\n\n### 정답:"


def _read_haerae(row: Row, place: RowPlace) -> Question:
    """HAE-RAE Bench 1.1: `query` holds everything; `options` is a list literal, ``a|b|c``, or ``nan``."""
    query, answer = _text(row, "query", place), _text(row, "answer", place)
    listed = row.get("options")
    if listed is None or (isinstance(listed, str) and listed.strip().lower() in {"", "nan", "none"}):
        return Question(query, None, answer)
    options = split_options(listed, "options", place)
    shown = tuple(dict.fromkeys(_LABEL_LINE.findall(query)))
    if shown and len(shown) != len(options):
        raise place.error("options", f"{len(options)} options, but the query shows {len(shown)} ({', '.join(shown)})")
    return Question(query, options, _any_index(answer, options, "answer", place))


def _read_kmmlu(row: Row, place: RowPlace) -> Question:
    """KMMLU: `question`, one column an option (A to D), `answer` an integer from 1."""
    options = check_options(tuple(str(row.get(letter) or "").strip() for letter in "ABCD"), "A-D", place)
    index = _number_index(_text(row, "answer", place), 1, options, "answer", place)
    return Question(lettered_query(_text(row, "question", place), options), options, index)


def _read_haerae_1_0(row: Row, place: RowPlace) -> Question:
    """HAE-RAE Bench 1.0: `question`, one column an option (a to e, e empty where there are four), a letter."""
    listed = [str(row.get(letter) or "").strip() for letter in "abcde"]
    options = check_options(tuple(listed[:4] if not listed[4] else listed), "a-e", place)
    index = _letter_index(_text(row, "answer", place), options, "answer", place)
    return Question(lettered_query(_text(row, "question", place), options), options, index)


def _read_choices(options_field: str) -> Reader:
    """CLIcK and files of one's own: a list of options; the answer is an option's text or its letter."""

    def read(row: Row, place: RowPlace) -> Question:
        options = split_options(row.get(options_field), options_field, place)
        index = _any_index(_text(row, "answer", place).strip(), options, "answer", place)
        context = str(row.get("paragraph") or row.get("context") or "")
        return Question(lettered_query(_text(row, "question", place), options, context), options, index)

    return read


def _read_free_text(row: Row, place: RowPlace) -> Question:
    """A question and a free-text answer."""
    question = _text(row, "query" if "query" in row else "question", place)
    return Question(question, None, _text(row, "answer", place))


LAYOUTS: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"query", "options", "answer"}), _read_haerae),
    (frozenset({"question", "A", "B", "C", "D", "answer"}), _read_kmmlu),
    (frozenset({"question", "a", "b", "c", "d", "answer"}), _read_haerae_1_0),
    (frozenset({"question", "choices", "answer"}), _read_choices("choices")),
    (frozenset({"question", "options", "answer"}), _read_choices("options")),
    (frozenset({"query", "answer"}), _read_free_text),
    (frozenset({"question", "answer"}), _read_free_text),
)
"""The layouts that are recognised by their columns, the more specific first."""


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
        question, answer = _text(row, question_column, place), _text(row, answer_column, place).strip()
        if not option_columns:
            return Question(question, None, answer)
        if len(option_columns) == 1:
            options = split_options(row.get(option_columns[0]), option_columns[0], place)
        else:
            values = tuple(str(row.get(column) or "").strip() for column in option_columns)
            options = check_options(values, "|".join(option_columns), place)
        context = str(row.get(str(context_column)) or "") if context_column else ""
        if start is not None:
            index = _number_index(answer, int(start), options, answer_column, place)
        else:
            index = _any_index(answer, options, answer_column, place)
        return Question(lettered_query(question, options, context), options, index)

    return read
