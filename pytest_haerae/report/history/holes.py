"""A report's text in two: what a run alone says, with holes, and the questions that fill them, which many runs share.

Both are lines as they stand in the report. Where lines about the question were taken out of a row, the run's text has
a line that begins with ``@``, with which no line of JSON does; the questions' text has such a line behind each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from pytest_haerae.errors import HaeraeError

_OF_THE_QUESTION = ("id", "subset", "nodeid", "input", "options", "reference", "dataset", "key", "metadata")
_OF_THE_PROMPT = ("messages", "images")
HOLE = b"@"
_ENTRY = re.compile(
    rb'\n   "(?:%b)": .*(?:\n(?:    |   [\]}]).*)*' % "|".join(_OF_THE_QUESTION + _OF_THE_PROMPT).encode()
)
"""An entry of a row, from the line end before it: its line, and the deeper ones that follow. An expression that begins
with a text is looked for in half of the time."""
_GROUP = re.compile(rb'^   "(?:subset|dataset)": .*\n', re.MULTILINE)


class DamagedEntryError(HaeraeError):
    """What was kept of a run does not give its report."""


def take_out(row: bytes) -> tuple[bytes, bytes]:
    """The text of a row in two: what is the run's own, with holes, and what fills these."""
    runs: list[tuple[int, int]] = []
    for match in _ENTRY.finditer(row):
        start, end = match.span()
        if runs and runs[-1][1] == start:  # entries that stand one after the other leave one hole
            start = runs.pop()[0]
        runs.append((start, end))
    between = zip([0, *(end for _, end in runs)], [*(start for start, _ in runs), len(row)], strict=True)
    own = (b"\n" + HOLE).join(row[start:end] for start, end in between)
    return own, b"".join(row[start + 1 : end] + b"\n" + HOLE + b"\n" for start, end in runs)


def group_of(questions: bytes) -> tuple[bytes, ...]:
    """What a row's questions are kept together with: its data set and its subset."""
    return tuple(_GROUP.findall(questions))


def fill(own: Iterable[bytes], questions_of: Callable[[str], Iterable[bytes]]) -> Iterator[bytes]:
    """Put a report's text together again.

    Args:
        own: The lines of the run's text. The first hole of a part says which part it is: ``@`` and its name.
        questions_of: Gives the lines of a part by its name.

    Yields:
        The report's lines.

    Raises:
        DamagedEntryError: The two do not belong together.
    """
    part: Iterator[bytes] = iter(())
    for line in own:
        if not line.startswith(HOLE):
            yield line
            continue
        if name := line[1:].strip():
            if next(part, None) is not None:
                raise DamagedEntryError("a part has more questions than the run has")
            part = iter(questions_of(name.decode("ascii", "replace")))
        for filling in part:
            if filling.startswith(HOLE):
                break
            yield filling
        else:
            raise DamagedEntryError("a part has fewer questions than the run has")
