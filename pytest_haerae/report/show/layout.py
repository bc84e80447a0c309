"""Text in columns of a terminal, where Hangul takes two; what a terminal would obey is written out."""

from __future__ import annotations

import unicodedata

from pytest_haerae.escaping import line as one_line

_SMALLEST_P = 1e-4
"""The least that four decimals show."""


def display_width(text: str) -> int:
    """Columns that a text takes.

    Source: Unicode Standard Annex 11; wide and full-width characters take two, combining ones none.
    """
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def cut(text: str, width: int) -> str:
    """A text of at most `width` columns; what is cut ends in an ellipsis."""
    text = one_line(text)
    if display_width(text) <= width:
        return text
    while text and display_width(text) >= width:
        text = text[:-1]
    return text + "…"


def pad(text: str, width: int) -> str:
    """A text of exactly `width` columns, left-aligned."""
    text = cut(text, width)
    return text + " " * (width - display_width(text))


def wrap(text: str, width: int, indent: str = "  ") -> list[str]:
    """A text broken at spaces into lines of at most `width` columns; the later ones are indented."""
    lines = [""]
    for word in one_line(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1].strip() else lines[-1] + word
        if display_width(longer) > width and lines[-1].strip():
            lines.append(indent + word)
        else:
            lines[-1] = longer
    return lines


def shown_p_value(value: float) -> str:
    """A p-value as people are told it."""
    return "<0.0001" if value < _SMALLEST_P else f"{value:.4f}"
