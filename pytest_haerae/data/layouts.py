"""Rows of the known layouts, and of a layout described by the user, to items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pytest_haerae.data.answers import decide
from pytest_haerae.data.cells import composed, nfc
from pytest_haerae.data.choice_layouts import PASSAGES, counted_layouts, read_choices_of
from pytest_haerae.data.conversations import CONVERSATION_LAYOUTS, read_conversation
from pytest_haerae.data.headings import unknown_layout
from pytest_haerae.data.images import image_columns, read_images
from pytest_haerae.data.keys import ID_COLUMN, Keys, identifier_of
from pytest_haerae.data.metadata import Metadata, MetadataReader, WatchedRow
from pytest_haerae.data.options import read_choices
from pytest_haerae.data.rows import (
    GivenAnswer,
    Layout,
    Question,
    Reader,
    Row,
    RowPlace,
    answer_text,
    column_choices,
    counted_columns,
    given_answer,
    is_numeral,
    letter_index,
    lettered_query,
    next_letter,
    number_index,
    open_query,
    passage,
    text_of,
)
from pytest_haerae.data.texts import read_text_alone, text_alone
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.images import Image
from pytest_haerae.types import LETTERS, Item

PlacedRow = tuple[RowPlace, Row]

_LABELS = tuple(tuple(LETTERS[:count]) for count in range(len(LETTERS) + 1))
"""The labels of so many options: one tuple, whatever the number of items."""
COLUMN_FIELDS = ("question", "options", "answer", "answer_start", "context", "image", "text", "turns")
NO_ANSWER = "none"
"""What stands for the column of answers where free-text questions have none: a judge may do without."""

_LABEL_LINE = re.compile(rf"^\s*\(([{LETTERS}])\)", re.MULTILINE)
_NOT_SLUG = re.compile(r"[^A-Za-z0-9._\-]")


def ascii_slug(name: str) -> str:
    """Spell a subset's name in ASCII for ids: Hangul and other characters become ``uXXXX``."""
    return _NOT_SLUG.sub(lambda match: "_" if match[0].isspace() else f"u{ord(match[0]):04x}", nfc(name))


def make_items(
    subset: str, rows: Iterable[Row], source: str, columns: Mapping[str, Any], layouts: Sequence[Layout]
) -> Iterator[Item]:
    """Read the rows of one subset; the arguments are those of `make_placed_items`, and where the rows come from."""
    placed = ((RowPlace(source, number), row) for number, row in enumerate(rows, 1))
    yield from make_placed_items(subset, placed, columns, layouts)


def make_placed_items(
    subset: str,
    rows: Iterable[PlacedRow],
    columns: Mapping[str, Any],
    layouts: Sequence[Layout],
    slug: str | None = None,
    *,
    known: Mapping[str, Any] | None = None,
) -> list[Item]:
    """Read the rows of one subset.

    Args:
        subset: The subset's name.
        rows: The rows, in the data set's order, each with its place.
        columns: The user's column mapping, empty to recognise the layout by the columns.
        layouts: The layouts that are recognised, in the order in which they are tried.
        slug: What the items' ids begin with; None for the subset's name in ASCII.
        known: Metadata of all items of the subset, beside those of their rows.

    Returns:
        One item a row.

    Raises:
        UsageError: The layout is not known, or a row has no question, too few options or an impossible answer.
    """
    questions = list(_questions(rows, columns, layouts, MetadataReader(known)))
    given = [question.answer for question, *_ in questions if isinstance(question.answer, GivenAnswer)]
    decided = iter(decide(given))
    slug = slug or ascii_slug(subset)
    keys, items = Keys(), []
    for index, (question, identifier, metadata, images) in enumerate(questions):
        options, labels = question.options, None
        if options is None:
            reference = str(question.answer)
        else:
            answer = question.answer
            labels = _LABELS[len(options)]
            reference = labels[next(decided) if isinstance(answer, GivenAnswer) else int(answer)]
        asked = "\n\n".join(turn for turns in question.turns for turn in turns) if question.turns else question.query
        key = keys.of(identifier, asked, options, reference, images)
        identity = f"{slug}-{index:04d}", subset, index
        items.append(Item(*identity, question.query, options, labels, reference, key, metadata, images, question.turns))
    return items


def _questions(
    rows: Iterable[PlacedRow], columns: Mapping[str, Any], layouts: Sequence[Layout], metadata: MetadataReader
) -> Iterator[tuple[Question, str | None, Metadata, tuple[Image, ...]]]:
    reader: Reader | None = None
    known: tuple[str, ...] = ()
    pictured: tuple[str, ...] = ()
    for place, row in rows:
        if reader is None or tuple(row) != known:
            if reader is None:
                reader = choose_reader(row, place.source, columns, layouts)
            elif not columns:
                reader = _reader_of_other_columns(reader, row, place, layouts)
            known = tuple(row)
            # What a reader looks at has a meaning; the same for all rows that have these columns.
            watched = WatchedRow(row)
            question = reader(watched, place)
            pictured = _image_columns(row, columns)
            metadata.watch(row, {*watched.used, *pictured, ID_COLUMN})
        else:
            question = reader(row, place)
        images = read_images(row, pictured, place) if pictured else ()
        yield question, identifier_of(row) if ID_COLUMN in row else None, metadata.of(row), images


def _image_columns(row: Row, columns: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns with images: those that the user names, of which there may be none, or those that are called so."""
    named = columns.get("image")
    if named is None:
        return image_columns(row)
    listed = named if isinstance(named, list | tuple) else str(named).split("|")
    return tuple(nfc(str(name)) for name in listed if str(name).strip())


def _reader_of_other_columns(reader: Reader, row: Row, place: RowPlace, layouts: Sequence[Layout]) -> Reader:
    """The reader of a row that has other columns than the one before it.

    Raises:
        UsageError: One of them has options and the other none: a misspelt column would turn a choice into free text.
    """
    other = choose_reader(row, str(place), {}, layouts)
    if any((other is kind) != (reader is kind) for kind in (_read_free_text, read_text_alone)):
        raise UsageError(
            f"{place}: the columns {', '.join(sorted(map(str, row)))} are of another layout than those of the row"
            " before it, with and without options; put them into files of their own"
        )
    return other


def choose_reader(row: Row, source: str, columns: Mapping[str, Any], layouts: Sequence[Layout]) -> Reader:
    """Find the layout that a row's columns belong to."""
    if columns:
        return _mapped_reader(columns, row, source)
    names = set(row)
    for needed, reader in layouts:
        if needed <= names:
            return reader
    raise unknown_layout(source, row, (needed for needed, _ in layouts))


def _read_haerae(row: Row, place: RowPlace) -> Question:
    """HAE-RAE Bench 1.1: `query` holds everything; `options` is a list literal, ``a|b|c``, or ``nan``."""
    query = text_of(row, "query", place)
    listed = row.get("options")
    if isinstance(listed, float | str | None) and str(listed or "").strip().lower() in {"", "nan", "none"}:
        return Question(query, None, answer_text(row, "answer", place))
    choices = read_choices(listed, "options", place)
    options = choices.texts
    shown = tuple(dict.fromkeys(_LABEL_LINE.findall(query)))
    if shown and len(shown) != len(options):
        raise place.error("options", f"{len(options)} options, but the query shows {len(shown)} ({', '.join(shown)})")
    return Question(query, options, given_answer(row, "answer", choices, place))


_columns_of_1_0 = counted_columns("abcd", next_letter)


def _read_haerae_1_0(row: Row, place: RowPlace) -> Question:
    """HAE-RAE Bench 1.0: `question`, one column an option (a to e, e empty where there are four), a letter."""
    choices = column_choices(row, _columns_of_1_0(row, place), place)
    index = letter_index(text_of(row, "answer", place), choices.texts, "answer", place)
    query = lettered_query(text_of(row, "question", place), choices.texts, passage(row, PASSAGES, place))
    return Question(query, choices.texts, index)


def _read_free_text(row: Row, place: RowPlace) -> Question:
    """A question and a free-text answer."""
    if "query" in row:
        return Question(text_of(row, "query", place), None, answer_text(row, "answer", place))
    query = open_query(text_of(row, "question", place), passage(row, PASSAGES, place))
    return Question(query, None, answer_text(row, "answer", place))


LAYOUTS: tuple[Layout, ...] = (
    (frozenset({"query", "options", "answer"}), _read_haerae),
    (frozenset({"question", "a", "b", "c", "d", "answer"}), _read_haerae_1_0),
    *counted_layouts(),
    (frozenset({"question", "choices", "answer"}), read_choices_of("choices")),
    (frozenset({"question", "options", "answer"}), read_choices_of("options")),
    (frozenset({"query", "answer"}), _read_free_text),
    (frozenset({"question", "answer"}), _read_free_text),
    *CONVERSATION_LAYOUTS,
)
"""The general layouts that are recognised by their columns; a benchmark of the catalogue may describe its own."""


def _mapped_reader(columns: Mapping[str, Any], row: Row, source: str) -> Reader:
    """A layout described by the user.

    `columns` maps ``question``, ``answer``, and optionally ``context``, to a column each; ``options`` to one column
    with a list, or to several joined by ``|``, and so ``image``; ``answer_start`` (0 or 1) says from where a numeric
    answer counts. ``turns`` stands in place of ``question`` and ``options`` for a column with the questions of a
    conversation. ``answer`` may be ``none`` where there are no options. Of rows of which nothing is asked it maps
    ``text`` alone.
    """
    columns = {nfc(str(name)): composed(value) for name, value in columns.items()}
    for name in columns:
        if name not in COLUMN_FIELDS:
            raise UsageError(f"--dataset-columns: {unknown('field', name, COLUMN_FIELDS)}")
    if "text" in columns:
        return _mapped_text(columns, row, source)
    listed = columns.get("options")
    # A column may be named by a number, which its option has read as one.
    listed = [listed] if isinstance(listed, int | float) else listed
    option_columns = tuple(listed.split("|")) if isinstance(listed, str) else tuple(map(str, listed or ()))
    if "turns" in columns:
        return _mapped_conversation(columns, row, source)
    single = [columns.get(field) for field in ("question", "answer", "context")]
    named = [*(None if name is None else str(name) for name in single), *option_columns, *(_image_columns({}, columns))]
    if not named[0] or not named[1]:
        raise UsageError(
            "--dataset-columns: name the columns of both question and answer (answer=none: free text that has none)"
        )
    if answerless := named[1] == NO_ANSWER and NO_ANSWER not in row and not option_columns:
        named[1] = None
    for column in named:
        if column and column not in row:
            raise UsageError(f"--dataset-columns: {source} has no such column: {unknown('column', str(column), row)}")
    question_column, answer_column = str(named[0]), str(named[1])
    context_columns = (str(named[2]),) if named[2] else ()
    start = columns.get("answer_start")
    if start is not None and str(start).strip() not in ("0", "1"):
        raise UsageError(f"--dataset-columns: answer_start is 0 or 1, not {start!r}")

    def read(row: Row, place: RowPlace) -> Question:
        question, context = text_of(row, question_column, place), passage(row, context_columns, place)
        if not option_columns:
            answer = "" if answerless else answer_text(row, answer_column, place).strip()
            return Question(open_query(question, context), None, answer)
        if len(option_columns) == 1:
            choices = read_choices(row.get(option_columns[0]), option_columns[0], place)
        else:
            choices = column_choices(row, option_columns, place)
        query = lettered_query(question, choices.texts, context)
        if start is None:
            return Question(query, choices.texts, given_answer(row, answer_column, choices, place))
        answer = text_of(row, answer_column, place).strip()
        if not is_numeral(answer):  # ``②``, ``2번`` and ``B`` say themselves which option they mean.
            return Question(query, choices.texts, given_answer(row, answer_column, choices, place))
        return Question(query, choices.texts, number_index(answer, int(start), choices.texts, answer_column, place))

    return read


def _mapped_conversation(columns: Mapping[str, Any], row: Row, source: str) -> Reader:
    """Conversations that the user describes: ``turns``, and ``answer`` for their references."""
    for name in columns:
        if name not in ("turns", "answer", "image"):
            raise UsageError(f"--dataset-columns: {name} is not for conversations, which turns and answer describe")
    questions, answer = str(columns["turns"]), str(columns.get("answer") or NO_ANSWER)
    references = () if answer == NO_ANSWER and NO_ANSWER not in row else (answer,)
    for column in (questions, *references):
        if column not in row:
            raise UsageError(f"--dataset-columns: {source} has no such column: {unknown('column', column, row)}")
    return lambda row, place: read_conversation(row, questions, references, place)


def _mapped_text(columns: Mapping[str, Any], row: Row, source: str) -> Reader:
    """The layout of a text alone, whose column the user names."""
    column = str(columns["text"])
    if len(columns) > 1:
        raise UsageError("--dataset-columns: text is that of rows of which nothing is asked; name it alone")
    if column not in row:
        raise UsageError(f"--dataset-columns: {source} has no such column: {unknown('column', column, row)}")
    return lambda row, place: text_alone(row, column, place)
