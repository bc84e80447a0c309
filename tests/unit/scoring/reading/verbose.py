"""Verbose regular expressions taken apart: their examples, and what each example stands for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

_COMMENT = re.compile(r"# (?P<kind>e\.g\.|not) (?P<texts>(?:'[^'\n]*'|\"[^\"\n]*\")(?:, (?:'[^'\n]*'|\"[^\"\n]*\"))*)$")
_TEXT = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_OPTIONAL = re.compile(r"[?*]|\{0,\d+\}")
NEVER = "(?!)"


@dataclass(frozen=True, slots=True)
class Example:
    """A text beside a line of a pattern.

    Attributes:
        text: The text.
        matches: Whether the pattern matches it (``# e.g. 'text'``) or not (``# not 'text'``).
        without: The pattern without what the line adds: for a text that matches the alternatives that begin or end on
            the line, or the optional group that it is; for one that does not, the assertion that ends the line.
    """

    text: str
    matches: bool
    without: str


@dataclass
class _Alternation:
    """A group, or the whole pattern: where each of its branches begins and ends, comments and spaces aside."""

    start: int
    branches: list[list[int]] = field(default_factory=lambda: [[-1, -1]])
    last_group: tuple[int, int] = (-1, -1)

    def reach(self, start: int, end: int) -> None:
        branch = self.branches[-1]
        branch[0] = start if branch[0] < 0 else branch[0]
        branch[1] = end


def examples(pattern: re.Pattern[str]) -> Iterator[Example]:
    """The examples of a verbose pattern; an unreadable comment is an error."""
    source = pattern.pattern
    for place, comment, alternation in _comments(source):
        match = _COMMENT.match(comment)
        assert match, f"{comment!r} is neither # e.g. 'text' nor # not 'text'"
        line = source.rfind("\n", 0, place) + 1
        begin, end = alternation.last_group
        between = source[end:place].strip()
        for text in _TEXT.findall(match["texts"]):
            if match["kind"] == "not":
                assert source[begin : begin + 2] == "(?", f"{comment!r} stands behind no assertion"
                without = source[:begin] + source[end:]
            elif not source[line:begin].strip() and begin >= line and _OPTIONAL.fullmatch(between):
                without = source[:begin] + source[place:]
            else:
                without = _without_branches(source, alternation, line, place)
            yield Example(ast.literal_eval(text), match["kind"] == "e.g.", without)


def uncommented(pattern: re.Pattern[str]) -> list[str]:
    """The alternatives of a verbose pattern that begin a line and have no comment before the next one begins."""
    lines = [line.strip() for line in pattern.pattern.splitlines() if line.strip()]
    commented = {place for place, line in enumerate(lines) if "  # " in line}
    starts = [place for place, line in enumerate(lines) if line.startswith("| ")]
    return [
        lines[start]
        for start, following in pairwise([*starts, len(lines)])
        if not commented.intersection(range(start, following))
    ]


def _without_branches(source: str, alternation: _Alternation, line: int, place: int) -> str:
    """The source in which the branches that touch a line can never match."""
    for start, end in reversed(alternation.branches):
        if start >= 0 and start < place and end > line:
            source = source[:start] + NEVER + source[end:]
    return source


def _comments(source: str) -> list[tuple[int, str, _Alternation]]:
    """Each comment of a verbose source with its place, and the alternation that it stands in, complete."""
    open_groups = [_Alternation(0)]
    found = []
    at = 0
    while at < len(source):
        character, here = source[at], open_groups[-1]
        if character == "#":
            end = source.find("\n", at)
            group = _Alternation(here.start, here.branches, here.last_group)  # the branches go on to grow
            found.append((at, source[at:end], group))
            at = end
            continue
        end = at + 1
        if character == "\\":
            end = at + 2
        elif character == "[":
            end = _end_of_class(source, at)
        elif character == "(":
            open_groups.append(_Alternation(at))
        elif character == ")":
            group = open_groups.pop()
            here = open_groups[-1]
            here.last_group = (group.start, end)
            here.reach(group.start, end)
        elif character == "|":
            here.branches.append([-1, -1])
        if character not in "()|" and not character.isspace():
            # A group's own beginning, such as ?: or ?P<name>, belongs to no branch.
            opening = re.compile(r"\?(?::|=|!|<=|<!|P<\w+>)").match(source, at)
            if opening and source[at - 1] == "(":
                end = opening.end()
            else:
                here.reach(at, end)
        at = end
    assert len(open_groups) == 1, source
    return found


def _end_of_class(source: str, start: int) -> int:
    at = start + 1 + (source[start + 1] == "^")
    while True:
        at += 2 if source[at] == "\\" else 1
        if source[at] == "]":
            return at + 1
