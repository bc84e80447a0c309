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
_LINES = re.compile(
    rb'((?:^   "(?:%b)": .*\n(?:^(?:    |   [\]}]).*\n)*)+)' % "|".join(_OF_THE_QUESTION + _OF_THE_PROMPT).encode(),
    re.MULTILINE,
)
"""Entries of a row that stand one after the other: their lines, and the deeper ones that follow each."""
_GROUP = re.compile(rb'^   "(?:subset|dataset)": .*\n', re.MULTILINE)


class DamagedEntryError(HaeraeError):
    """What was kept of a run does not give its report."""


def take_out(row: bytes) -> tuple[bytes, bytes]:
    """The text of a row in two: what is the run's own, with holes, and what fills these."""
    # Every second part is what the expression matched.
    parts, hole = _LINES.split(row), HOLE + b"\n"
    return hole.join(parts[::2]), b"".join(part + hole for part in parts[1::2])


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
