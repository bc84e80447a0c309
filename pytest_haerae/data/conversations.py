"""Rows of conversations: several questions, each of which is asked after the answer to the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_haerae.data.cells import cell_text, is_missing, plain
from pytest_haerae.data.literals import parse_literal
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.rows import Layout, Question, Row
from pytest_haerae.types import Turn

QUESTION_COLUMNS = ("turns", "questions")
"""KoMT-Bench and MT-Bench call them turns, LogicKor calls them questions."""
REFERENCE_COLUMNS = ("references", "reference", "answers", "answer")


def read_conversation(row: Row, questions: str, references: Sequence[str], place: RowPlace) -> Question:
    """A row's questions, each with its reference where it has one.

    Args:
        row: The row.
        questions: The column with the list of questions.
        references: The columns in which references may stand; the first that holds some is taken.
        place: The row's place.

    Raises:
        UsageError: There is no question, one is empty, or there are more references than questions.
    """
    asked = _listed(row.get(questions), questions, place)
    if not asked or not all(text.strip() for text in asked):
        raise place.error(questions, "has no questions" if not asked else "has an empty question")
    # All of them mean references, also those behind the one that is taken: they are looked at, and so no metadata.
    given = {name: _listed(row.get(name), name, place) for name in references if name in row}
    column, right = next(((name, found) for name, found in given.items() if any(found)), ("", []))
    if len(right) > len(asked):
        raise place.error(column, f"has {len(right)} references to {len(asked)} questions")
    turns = [Turn(text, right[at] if at < len(right) else "") for at, text in enumerate(asked)]
    return Question(asked[0], None, turns[-1].reference, tuple(turns))


def _listed(value: Any, field: str, place: RowPlace) -> list[str]:  # noqa: ANN401 - a cell
    """The texts of a cell that holds a list, or a list that was written into a text; ``""`` for what is missing."""
    value = plain(value)
    if is_missing(value):
        return []
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = parse_literal(value.strip())
        except ValueError as error:
            raise place.error(field, f"is no list of texts: {error}") from None
    return [cell_text(part, field, place) for part in (value if isinstance(value, list | tuple) else [value])]


def _layout(questions: str) -> Layout:
    def read(row: Row, place: RowPlace) -> Question:
        return read_conversation(row, questions, REFERENCE_COLUMNS, place)

    return frozenset({questions}), read


CONVERSATION_LAYOUTS: tuple[Layout, ...] = tuple(map(_layout, QUESTION_COLUMNS))
"""They come after all others: what has options, or one question, is read as that."""
