"""Texts alone: rows of which nothing is asked, and which a model can only find likely or not."""

from __future__ import annotations

from pytest_haerae.data.fields import Row, text_of
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.rows import Layout, Question
from pytest_haerae.types import Item

_OF_A_QUESTION = ("answer", "label", "question", "query", "정답", "답", "문제", "질문", "문항")
"""Columns that make of a text something else than a text alone."""


def is_text_alone(item: Item) -> bool:
    """Whether an item is a text alone, which is its only option, without a question."""
    return not item.query and item.options is not None and len(item.options) == 1


def read_text_alone(row: Row, place: RowPlace) -> Question:
    """A row of a column `text` without what a question has."""
    if others := [name for name in _OF_A_QUESTION if name in row]:
        raise place.error(
            "text",
            f"stands beside {', '.join(others)}, which is no known layout; for the text alone say"
            " --dataset-columns text=text",
        )
    return text_alone(row, "text", place)


def text_alone(row: Row, column: str, place: RowPlace) -> Question:
    """The text of a column as an item: its only option."""
    return Question("", (text_of(row, column, place),), 0)


TEXTS_ALONE: Layout = (frozenset({"text"}), read_text_alone)
"""Their layout, which is tried last."""
