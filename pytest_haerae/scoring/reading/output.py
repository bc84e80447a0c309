"""A model's output, cleaned, with the options that it names: what the rules of reading look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pytest_haerae.scoring.reading.mentions import (
    DECORATION,
    FINDERS,
    Finder,
    Group,
    ends_of,
    find_letters,
    find_numbers,
    find_texts,
    join,
)
from pytest_haerae.scoring.reading.options import Options
from pytest_haerae.scoring.reading.predicates import AS_AN_ANSWER, COPULA, IS_RIGHT, IS_THE_ANSWER
from pytest_haerae.types import LETTERS

SEVERAL = "several"
"""Stands for a label where a text joins two options."""

_LONGEST_LABEL_LINE, _LONGEST_OPENING = 80, 300

_WHOLE = re.compile(
    rf"""
    (?P<before>[^\w(\[]*)
    (?P<open>[(\[])?  # e.g. '(B)', '[2]'
    \s*(?P<label>[{LETTERS}{LETTERS.lower()}]|\d{{1,2}})  # e.g. 'B', ' 2.'
    \s*[)\]]?\s*
    (?P<counted>번)?  # e.g. '2번'
    \s*
    (?:{COPULA}|です)?  # e.g. '(B)입니다.', 'Bです'
    (?P<behind>\W*)
    """,
    re.VERBOSE,
)
_EQUATES = re.compile(r"[=≈∠△∂√∫/](?!>)|\\\Z")
_PART_OF_A_NUMBER = re.compile(rf"{_EQUATES.pattern}|[±%^°]|[-+]\Z")
_LISTED = re.compile(r"\W{0,6}\d{1,2}[.)]\s+(?=\S)")
_NUMBERED_LINE = re.compile(r"^\W{0,6}\d{1,2}[.)]\s", re.MULTILINE)
_A_LETTER = re.compile(r"[A-Za-z]")
_BULLET = re.compile(r"[ \t]*[-*•+]\s")
_PIECE = re.compile(r"[ \t]*(?:[-•]\s+[A-Za-z]\W*|[a-z]\W*|[A-Z]\s*(?:[+×÷*/<>-]|:)\W*)")
_EQUATION_NUMBER = re.compile(r"\(\d{1,2}\)")
_GOVERNED, _LONGEST_PREPOSITION = re.compile(r"\b(?:of|between|from|against|by|at|through)\s\Z"), 9
"""A letter behind a preposition names a thing or a quantity: "the father of X"."""
_STRICT_FORMS = 4

Kind = Literal["letter", "number", "bare number", "labelled text", "text"]
"""How a line names an option: ``B``, ``②`` or ``2번``, ``2``, ``(B) 경국대전``, ``경국대전``."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A line that names an option and holds nothing else."""

    label: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Found:
    """An option, or `SEVERAL`, and where it was found."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line that begins with an option; `whole` says how, where it holds nothing else."""

    number: int
    start: int
    text: str
    label: str
    group: Group | None
    whole: Whole | None


@dataclass(frozen=True)
class Output:
    """What a model wrote, without reasoning and markup, and the options that it may name."""

    text: str
    options: Options

    @property
    def groups(self) -> list[Group]:
        """The places that name options: by letters, or where there are none by numbers, or else by their texts."""
        return self._found[1]

    @property
    def answerlike(self) -> list[Group]:
        """The groups, where one of them at least may be an answer; else none."""
        return self.groups if any(is_answerlike(self.text, group) for group in self.groups) else []

    @property
    def named_by_texts(self) -> bool:
        """Whether the options are named by their texts only."""
        return self._found[0] is find_texts

    @property
    def named_by_letters(self) -> bool:
        """Whether the options are named by their letters."""
        return self._found[0] is find_letters

    @cached_property
    def _found(self) -> tuple[Finder, list[Group]]:
        for finder in FINDERS:
            mentions = finder(self.text, self.options)
            groups = join(self.text, mentions, self.options)
            if any(is_answerlike(self.text, group) for group in groups):
                return finder, groups
        return find_letters, join(self.text, find_letters(self.text, self.options), self.options)

    @cached_property
    def lines(self) -> list[tuple[int, int, str]]:
        """The lines that hold a word or a number: their numbers, where they begin, and their text."""
        found, start = [], 0
        for number, line in enumerate(self.text.split("\n")):
            if any(character.isalnum() or character in "∞∅" for character in line):
                found.append((number, start, line))
            start += len(line) + 1
        return found

    def _may_be_a_piece(self, line: str, whole: Whole) -> bool:
        """Whether a line below others is the beginning of a list's item or of a formula, and not a label."""
        if ("(" in line and ")" not in line) or ("[" in line and "]" not in line):
            return True
        if whole.kind == "number":
            return self._numbers_equations
        if whole.kind == "bare number":
            return self._calculates or bool(_BULLET.match(line))
        return whole.kind == "letter" and bool(_PIECE.fullmatch(line))

    def _goes_on_above(self, start: int, label: str) -> bool:
        """Whether the line right above is an equation for a quantity of the same name: ``A = πr²``."""
        above = self.text[:start].rstrip(" ").removesuffix("\n").rpartition("\n")[2]
        return bool(re.match(rf"\W*{label}\s?[=≈]", above))

    @cached_property
    def _numbers_equations(self) -> bool:
        """Whether the text numbers its equations: ``2p - q = -14 ... (1)``."""
        return "=" in self.text and len(_EQUATION_NUMBER.findall(self.text)) > 1

    @cached_property
    def _calculates(self) -> bool:
        """Whether a number on a line of its own may be a value, or the number of a step."""
        return "=" in self.text or bool(_NUMBERED_LINE.search(self.text))

    @cached_property
    def label_lines(self) -> list[LabelLine]:
        """The lines that begin with an option, but for those that list the options in order."""
        found = [entry for line in ends_of(self.lines) if (entry := self._label_line(*line))]
        return [
            entry
            for before, entry, after in zip([None, *found], found, [*found[1:], None], strict=False)
            if not (self._follows(before, entry) or self._follows(entry, after))
        ]

    def _follows(self, first: LabelLine | None, second: LabelLine | None) -> bool:
        """Whether two lines are neighbours in a list: the next option, or another one right below."""
        if first is None or second is None:
            return False
        below = second.number == first.number + 1
        if second.whole and not first.whole and not below and second.start == self.lines[-1][1]:
            return False  # what a text ends on is no member of a list further up
        differs_below = below and second.label != first.label
        return bool(first.whole and second.whole and differs_below) or is_next(first.label, second.label, self.options)

    def _label_line(self, number: int, start: int, line: str) -> LabelLine | None:
        whole = whole_label(line, self.options)
        if whole and number and (self._may_be_a_piece(line, whole) or self._goes_on_above(start, whole.label)):
            return None
        if whole:
            return LabelLine(number, start, line, whole.label, None, whole)
        group = opening_group(line, self.options)
        return LabelLine(number, start, line, group.labels[0], group, None) if group and not group.topic else None


def is_next(first: str, second: str, options: Options) -> bool:
    """Whether one option stands right after another."""
    return options.labels.index(second) == options.labels.index(first) + 1


def is_answerlike(text: str, group: Group) -> bool:
    """Whether a mention may be an answer: any but a bare letter inside a running sentence."""
    if group.plain and _GOVERNED.search(text, max(0, group.start - _LONGEST_PREPOSITION), group.start):
        return False
    followed = (AS_AN_ANSWER, IS_THE_ANSWER, IS_RIGHT)
    return not group.plain or any(pattern.match(text, group.end) for pattern in followed)


def opening_group(line: str, options: Options) -> Group | None:
    """What a line begins with, where that names an option: ``(B) …``, ``B. …``, ``②``."""
    line = line[:_LONGEST_OPENING]
    for finder in (find_letters, find_numbers):
        mentions = finder(line, options)
        if mentions:
            if line[: mentions[0].start].strip(DECORATION):
                return None
            group, *others = join(line, mentions, options)
            listed = any(
                is_next(group.labels[-1], other.labels[0], options) and is_answerlike(line, other)
                for other in others
                if not other.set_aside and not other.topic and group.end == mentions[0].end
            )
            begins = is_answerlike(line, group) or group.end > mentions[0].end
            return group if begins and not listed else None
    return None


def whole_label(text: str, options: Options) -> Whole | None:
    """The label that a line holds and nothing else, or with its own option's text, or an option's text alone."""
    line = text.strip()
    match = _WHOLE.fullmatch(line) if len(line) <= _LONGEST_LABEL_LINE else None
    if match:
        return _label_alone(line, match, options)
    exact = options.exactly(line)
    if exact:
        return Whole(exact, "text")
    listed = _LISTED.match(line) if len(line) <= _LONGEST_LABEL_LINE else None
    if listed:
        whole = whole_label(line[listed.end() :], options)
        if whole and whole.kind == "letter":
            return whole
    return _with_own_text(line, options) if len(line) <= _LONGEST_LABEL_LINE else None


def _label_alone(line: str, match: re.Match[str], options: Options) -> Whole | None:
    """A letter, a number that counts the options, or a number: that is first of all an option's own text."""
    kind: Kind = "letter"
    part = _EQUATES
    if match["label"].isdigit():
        kind = "number" if match["open"] or match["counted"] else "bare number"
        exact = options.exactly(line, _STRICT_FORMS, edges=kind == "bare number")
        if exact:
            return Whole(exact, "text")
        part = _PART_OF_A_NUMBER
    if part.search(match["before"]) or part.search(match["behind"]):
        return None
    label = options.label(match["label"])
    return Whole(label, kind) if label else None


def _with_own_text(line: str, options: Options) -> Whole | None:
    group = opening_group(line, options)
    own = group and len(group.labels) == 1 and not group.set_aside and not line[group.end :].strip(" .!\"')")
    if not group or not own:
        return None
    named = line[group.start : group.end]
    kind: Kind = (
        "labelled text" if options.occurrences(named) else "letter" if _A_LETTER.search(named) else "bare number"
    )
    return Whole(group.labels[0], kind)


def read_sentence(sentence: str, options: Options) -> Found | None:
    """The option that a sentence names first and does not set aside; `SEVERAL` where it joins two."""
    start = len(sentence) - len(sentence.lstrip())
    whole = whole_label(sentence, options)
    if whole:
        return Found(whole.label, start, len(sentence.rstrip()))
    for finder in FINDERS:
        for group in join(sentence, finder(sentence, options), options):
            if not group.set_aside:
                return Found(group.labels[0] if len(group.labels) == 1 else SEVERAL, group.start, group.end)
    return None
