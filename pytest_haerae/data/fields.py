"""The fields of a row: a text that has to be there, and a passage that may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_haerae.data.cells import MISSING, cell_text, passage_text
from pytest_haerae.data.places import RowPlace

Row = Mapping[str, Any]

_LONG = 99
"""Longer texts are not looked up among those that stand for nothing."""


def text_of(row: Row, field: str, place: RowPlace) -> str:
    """A field's text, which may not be empty."""
    value = row.get(field)
    if type(value) is str and (len(value) > _LONG or value.strip() not in MISSING) and not value.isspace():
        return value
    # A column of floats that are whole numbers, such as HRM8K's answers, is one of whole numbers.
    whole = isinstance(value, float) and value.is_integer()
    text = cell_text(int(value) if whole else value, field, place)  # type: ignore[arg-type]
    if not text.strip():
        raise place.error(field, "is empty")
    return text


def passage(row: Row, fields: Sequence[str], place: RowPlace) -> str:
    """What a question is about: the first of these fields that says something; ``""`` where none does."""
    # All of them mean a passage, also those behind the one that is shown: they are looked at, and so no metadata.
    for field in [field for field in fields if field in row]:
        if (text := passage_text(row[field], field, place)).strip():
            return text
    return ""
