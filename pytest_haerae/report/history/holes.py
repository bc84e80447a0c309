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
_NAMES = "|".join(_OF_THE_QUESTION + _OF_THE_PROMPT).encode()
_ENTRIES = re.compile(rb'(\n   "(?:%b)": .*(?:\n(?:    |   [\]}]|   "(?:%b)": ).*)*)' % (_NAMES, _NAMES))
"""Entries of a row that stand one after the other, from the line end before them: their lines, and the deeper ones. An
expression that begins with a text is looked for in half of the time."""
_GROUP = re.compile(rb'\n   "(?:subset|dataset)": .*')


class DamagedEntryError(HaeraeError):
    """What was kept of a run does not give its report."""


def take_out(row: bytes) -> tuple[bytes, bytes]:
    """The text of a row in two: what is the run's own, with holes, and what fills these."""
    pieces = _ENTRIES.split(row)
    own = (b"\n" + HOLE).join(pieces[::2])
    return own, b"".join([entries[1:] + b"\n" + HOLE + b"\n" for entries in pieces[1::2]])


def group_of(questions: bytes) -> tuple[bytes, ...]:
    """What a row's questions are kept together with: its data set and its subset."""
    return tuple(_GROUP.findall(b"\n" + questions))


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
