"""Where a row stands, for messages."""

from __future__ import annotations

from typing import NamedTuple

from pytest_haerae.errors import UsageError


class RowPlace(NamedTuple):  # one is made for every row, in a third of a dataclass' time
    """Where a row comes from: the file or data set, the row's number from 1, and the file's line where it has lines.

    Rows count questions, lines count what an editor counts: a header and blank lines are no rows.
    """

    source: str
    number: int
    line: int | None = None

    def __str__(self) -> str:
        """The place in words: ``quiz.csv, row 2 (line 3)``."""
        line = f" (line {self.line})" if self.line not in (None, self.number) else ""
        return f"{self.source}, row {self.number}{line}"

    def error(self, field: str, problem: str) -> UsageError:
        """Word the mistake of one field of this row."""
        return UsageError(f"{self}, field '{field}': {problem}")
