"""Single items as the terminal shows them: which first, one line each, or with prompt, output and options."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pytest_haerae.escaping import line
from pytest_haerae.report.schema import SampleRow
from pytest_haerae.report.show.layout import cut, display_width
from pytest_haerae.statistics.pairing import change_of, match_rows
from pytest_haerae.types import LETTERS, NOT_RIGHT, Outcome, grouped

_SHORT_BLOCK = 12
"""Lines of a prompt or an output that are shown where it is not asked for whole."""


def lost_ids(rows: Sequence[SampleRow], baseline: Iterable[SampleRow]) -> set[int]:
    """Places of the rows that the baseline answered right and this run did not."""
    before = match_rows(baseline, rows)
    return {
        place
        for place, (row, then) in enumerate(zip(rows, before, strict=True))
        if then is not None and change_of(then["outcome"], row["outcome"]) == "l"
    }


def in_order_of_interest(
    judged: Iterable[tuple[str, Outcome]], lost: Collection[int] = (), outcomes: Collection[Outcome] = NOT_RIGHT
) -> list[int]:
    """Places of the items with one of the outcomes: lost items first, and one of each subset before a second.

    Args:
        judged: Of each item its subset and its outcome.
        lost: Places of what the baseline had right.
        outcomes: The outcomes that are listed.
    """
    seen: dict[tuple[bool, str], int] = {}
    ranked = []
    for place, (subset, outcome) in enumerate(judged):
        if outcome in outcomes:
            group = (place not in lost, subset)
            seen[group] = rank = seen.get(group, 0) + 1
            ranked.append((group[0], rank, place))
    return [place for *_, place in sorted(ranked)]


def item_line(row: SampleRow, *, lost: bool = False, benchmark: str = "") -> str:
    """One item in one line, with its benchmark in a run of several."""
    told = grouped(benchmark, row.get("explanation") or f"{row['id']} {row['outcome']}")
    return f"lost: {told}" if lost else told


def item_lines(row: SampleRow, width: int, *, whole: bool) -> list[str]:
    """What was asked, what came back and how the options stand; the words that were read between ``»`` and ``«``.

    Args:
        row: The item.
        width: Columns of the terminal.
        whole: Whether long texts are shown to their ends.
    """
    parts = [("prompt", _text(row["input"], width, whole=whole, keep_end=True))]
    if row["options"]:
        parts.append(("options", [f"    {cut(option, width - 4)}" for option in _options(row)]))
    reasoning = row.get("reasoning")
    # What it thought aloud, between marks of its own, stands in the output.
    if reasoning and reasoning not in (row["raw_output"] or ""):
        parts.append(("reasoning", _text(reasoning, width, whole=whole)))
    if row["raw_output"] is not None:
        said = _text(
            mark_words(row["raw_output"], row.get("why"), row.get("why_start")), width, whole=whole, keep_end=True
        )
        parts.append(("output", said or ["    (empty)"]))
    return [text for name, lines in parts for text in (f"  {name}:", *lines)]


def mark_words(text: str, words: str | None, start: int | None = None) -> str:
    """A text with the words that were read between ``»`` and ``«``.

    Args:
        text: The text.
        words: The words; None where none were read.
        start: Where they begin; without it they are looked for from the end.
    """
    if not words or words not in text:
        return text
    if start is None or not text.startswith(words, start):
        start = text.rindex(words)
    return f"{text[:start]}»{words}«{text[start + len(words) :]}"


def _options(row: SampleRow) -> list[str]:
    values: Sequence[float | None] = row["loglikelihoods"] or [None] * len(row["options"] or ())
    marked = {"reference": row["reference"], "prediction": row["prediction"]}
    found = []
    for letter, option, value in zip(LETTERS, row["options"] or (), values, strict=False):
        marks = [name for name, marks_letter in marked.items() if letter == marks_letter]
        number = "" if value is None else f" {value:.4f}"
        found.append(f"({letter}){number} {line(option)}{' <- ' + ', '.join(marks) if marks else ''}")
    return found


def _text(text: str, width: int, *, whole: bool, keep_end: bool = False) -> list[str]:
    """A text in lines of at most `width` columns, each after a bar; of a long one the begin, or both ends."""
    lines = [part for each in text.strip("\n").split("\n") for part in _folded(line(each), width - 6)]
    if not any(part.strip() for part in lines):
        return []
    # A line that says what is left out takes the place of two at least.
    if not whole and len(lines) > _SHORT_BLOCK + 1:
        tail = _SHORT_BLOCK // 2 if keep_end else 0
        head = _SHORT_BLOCK - tail
        left_out = f"… {len(lines) - _SHORT_BLOCK} lines more (-vv shows all)"
        lines = [*lines[:head], left_out, *(lines[-tail:] if tail else [])]
    return [f"    | {part}".rstrip() for part in lines]


def _folded(text: str, width: int) -> list[str]:
    """A line broken anywhere, so that each part takes at most `width` columns."""
    parts, part, taken = [], "", 0
    for character in text:
        columns = display_width(character)
        if taken + columns > width and part:
            parts.append(part)
            part, taken = "", 0
        part, taken = part + character, taken + columns
    return [*parts, part]
