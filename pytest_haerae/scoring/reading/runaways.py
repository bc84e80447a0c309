"""Base models that have answered and go on and on with the pattern of their prompt."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from pytest_haerae.scoring.reading.cues import CORRECTION, MARKER
from pytest_haerae.scoring.reading.output import Output, whole_label
from pytest_haerae.scoring.reading.statements import Statement, announcement

_FIRST_VERDICTS, _FEWEST_REPEATED = 6, 3
_NOTHING_BETWEEN = re.compile(r"(?:입니다|이다|번|[^\w\n])*\n(?:\W|\d{1,2}[.)]|정답|\banswer)*", re.IGNORECASE)
_NOTHING_BEFORE = re.compile(r"\W*(?:1[.)]\s)?\W*")


def first_of_a_runaway(output: Output) -> Statement | None:
    """The answer of a model that repeats the pattern ``정답: (B)``: the first one, if the text begins so.

    Two lines that announce different answers with nothing between them are no second thought; nor are three that the
    same heading announces, each with its explanation, unless the text says that it corrects itself.

    Args:
        output: The text.
    """
    matches = list(islice(MARKER.finditer(output.text), _FIRST_VERDICTS))
    announced = [(match, statement) for match in matches if (statement := announcement(output, match))]
    stated = [statement for _, statement in announced]
    first = _first_line(output)
    verdicts = [first, *stated] if first and len(stated) > 1 else stated
    if not stated or not _NOTHING_BEFORE.fullmatch(output.text[: verdicts[0].start]):
        return None
    for before, after in pairwise(verdicts):
        if not _NOTHING_BETWEEN.fullmatch(output.text[before.end : after.start]):
            break
        if before.label != after.label:
            return verdicts[0]
    return verdicts[0] if _repeats(output, [match for match, _ in announced], stated) else None


def _repeats(output: Output, matches: list[re.Match[str]], stated: list[Statement]) -> bool:
    """Whether one heading at the beginning of lines announces several answers, without a word of correction."""
    headings = {match[0].strip() for match in matches}
    begin_lines = all(
        not output.text[output.text.rfind("\n", 0, match.start()) + 1 : match.start()].strip() for match in matches
    )
    return (
        len(stated) >= _FEWEST_REPEATED
        and len(headings) == 1
        and begin_lines
        and len({statement.label for statement in stated}) > 1
        and not CORRECTION.search(output.text)
    )


def _first_line(output: Output) -> Statement | None:
    _, start, line = output.lines[0]
    whole = whole_label(line, output.options)
    return Statement(whole.label, "own line", start, start + len(line)) if whole and whole.kind == "letter" else None
