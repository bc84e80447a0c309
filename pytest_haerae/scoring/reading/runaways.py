"""Base models that have answered and go on and on with the pattern of their prompt."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from pytest_haerae.scoring.reading.output import Output, whole_label
from pytest_haerae.scoring.reading.statements import MARKER, Statement, announcement

_FIRST_VERDICTS = 4
_NOTHING_BETWEEN = re.compile(r"(?:입니다|이다|번|[^\w\n])*\n(?:\W|정답|\banswer)*", re.IGNORECASE)


def first_of_a_runaway(output: Output) -> Statement | None:
    """The answer of a model that repeats the pattern ``정답: (B)``: the first one, if the text begins so.

    Two lines that announce different answers with nothing between them are no second thought.

    Args:
        output: The text.
    """
    markers = islice(MARKER.finditer(output.text), _FIRST_VERDICTS)
    stated = [statement for match in markers if (statement := announcement(output, match))]
    first = _first_line(output)
    verdicts = [first, *stated] if first and len(stated) > 1 else stated
    if not stated or any(character.isalnum() for character in output.text[: verdicts[0].start]):
        return None
    for before, after in pairwise(verdicts):
        if not _NOTHING_BETWEEN.fullmatch(output.text[before.end : after.start]):
            return None
        if before.label != after.label:
            return verdicts[0]
    return None


def _first_line(output: Output) -> Statement | None:
    _, start, line = output.lines[0]
    whole = whole_label(line, output.options)
    return Statement(whole.label, "own line", start, start + len(line)) if whole and whole.kind == "letter" else None
