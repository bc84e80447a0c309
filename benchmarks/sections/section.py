"""What a section of `docs/speed.md` is: commands, and a table in English and Korean.

Words stand in pairs, figures once: both pages say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Text = tuple[str, str]
"""English and Korean."""
Cell = str | Text
Figures = Mapping[str, Any]
"""What a benchmark kept: see `measuring.keep`."""


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        name: Its name in the section.
        module: The benchmark, a module of this folder.
        arguments: Its arguments; ``{model}`` and the like stand for `table.py`'s. One that is not given goes, with the
            flag before it.
        rehearsal: Arguments that make it tiny.
        python: Which interpreter runs it: ``python``, or ``vllm_python``.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    rehearsal: tuple[str, ...] = ()
    python: str = "python"


@dataclass(frozen=True)
class Table:
    """A table in both languages; its first `texts` columns are of words, the others of figures."""

    heading: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    texts: int = 1

    def markdown(self, language: int) -> list[str]:
        """Its lines; language 0 is English, 1 Korean."""
        ruler = [*["---"] * self.texts, *["---:"] * (len(self.heading) - self.texts)]
        lines = [[said(cell, language) for cell in row] for row in (self.heading, *self.rows)]
        texts = [f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |") for cells in lines]
        return [texts[0], f"|{'|'.join(ruler)}|", *texts[1:]]


@dataclass(frozen=True)
class Section:
    """A part of the page: what it runs, in this order, and how it is shown. `table` has the figures of each step."""

    name: str
    steps: tuple[Step, ...]
    table: Callable[[Mapping[str, Figures]], Table]


def said(cell: Cell, language: int) -> str:
    """A cell in one language."""
    return cell if isinstance(cell, str) else cell[language]


def filled(text: Text, value: float) -> Text:
    """A text with a number in both languages."""
    english, korean = text
    return english.format(value), korean.format(value)


def exponential(number: float | None) -> str:
    """A small number as 1.5e-5; nothing for None."""
    if number is None:
        return ""
    return f"{number:.1e}".replace("e-0", "e-") if number else "0"
