"""A model's output, cleaned, with the options that it names: what the rules of reading look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from pytest_haerae.scoring.reading.mentions import (
    COPULA,
    FINDERS,
    IS_RIGHT,
    IS_THE_ANSWER,
    Finder,
    Group,
    ends_of,
    find_letters,
    find_numbers,
    find_texts,
    join,
)
from pytest_haerae.scoring.reading.options import Options
from pytest_haerae.types import LETTERS

SEVERAL = "several"
"""Stands for a label where a text joins two options."""

_LONGEST_LABEL_LINE, _LONGEST_OPENING = 80, 300

_WHOLE = re.compile(
    rf"""
    [^\w(\[]*
    (?P<open>[(\[])?  # e.g. '(B)', '[2]'
    \s*(?P<label>[{LETTERS}{LETTERS.lower()}]|\d{{1,2}})  # e.g. 'B', ' 2.'
    \s*[)\]]?\s*
    (?P<counted>번)?  # e.g. '2번'
    \s*
    (?:{COPULA}|です)?  # e.g. '(B)입니다.', 'Bです'
    \W*
    """,
    re.VERBOSE,
)
_AS_AN_ANSWER = re.compile(
    rf"""
      \s?[.!?,:;)\]\"'”’~…]  # e.g. '. 법전이다', ': 법전'
    | \s*(?:\n|\Z)  # e.g. '\n', ''
    | \s?(?:{COPULA}|번|뿐)  # e.g. '입니다', ' 뿐이다'
    | \s[-–—(]  # e.g. ' - 법전', ' (법전)'
    | \s(?:because|since|rather|instead)\b  # e.g. ' because it is'
    """,
    re.VERBOSE,
)
"""What may follow a bare letter that is an answer, and not a person's or a thing's name."""


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line that begins with an option; `whole`: and holds nothing else."""

    number: int
    label: str
    group: Group | None
    whole: bool


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

    @cached_property
    def _found(self) -> tuple[Finder, list[Group]]:
        for finder in FINDERS:
            mentions = finder(self.text, self.options)
            groups = join(self.text, mentions, self.options)
            if any(is_answerlike(self.text, group) for group in groups):
                return finder, groups
        return find_letters, join(self.text, find_letters(self.text, self.options), self.options)

    @cached_property
    def label_lines(self) -> list[LabelLine]:
        """The lines that begin with an option, but for those that list the options in order."""
        lines = [(number, line) for number, line in enumerate(self.text.split("\n")) if line.strip()]
        found = [entry for number, line in ends_of(lines) if (entry := self._label_line(number, line))]
        return [
            entry
            for before, entry, after in zip([None, *found], found, [*found[1:], None], strict=False)
            if not (self._follows(before, entry) or self._follows(entry, after))
        ]

    def _follows(self, first: LabelLine | None, second: LabelLine | None) -> bool:
        """Whether two lines are neighbours in a list: the next option, or another one right below."""
        if first is None or second is None:
            return False
        below = first.whole and second.whole and second.number == first.number + 1 and second.label != first.label
        return below or is_next(first.label, second.label, self.options)

    def _label_line(self, number: int, line: str) -> LabelLine | None:
        label = whole_label(line, self.options)
        if label:
            return LabelLine(number, label, None, whole=True)
        group = opening_group(line, self.options)
        return LabelLine(number, group.labels[0], group, whole=False) if group and not group.topic else None


def is_next(first: str, second: str, options: Options) -> bool:
    """Whether one option stands right after another."""
    return options.labels.index(second) == options.labels.index(first) + 1


def is_answerlike(text: str, group: Group) -> bool:
    """Whether a mention may be an answer: any but a bare letter inside a running sentence."""
    followed = (_AS_AN_ANSWER, IS_THE_ANSWER, IS_RIGHT)
    return not group.plain or any(pattern.match(text, group.end) for pattern in followed)


def opening_group(line: str, options: Options) -> Group | None:
    """What a line begins with, where that names an option: ``(B) …``, ``B. …``, ``②``."""
    line = line[:_LONGEST_OPENING]
    for finder in (find_letters, find_numbers):
        mentions = finder(line, options)
        if mentions:
            if line[: mentions[0].start].strip(" \t-*•·\"'“‘.:>=#\u2705"):
                return None
            group, *others = join(line, mentions, options)
            listed = any(
                is_next(group.labels[-1], other.labels[0], options) and is_answerlike(line, other)
                for other in others
                if not other.set_aside and not other.topic
            )
            begins = is_answerlike(line, group) or group.end > mentions[0].end
            return group if begins and not listed else None
    return None


def whole_label(text: str, options: Options) -> str | None:
    """The label that a line holds and nothing else, or with its own option's text, or an option's text alone."""
    line = text.strip()
    if len(line) > _LONGEST_LABEL_LINE:
        return options.exactly(line)
    match = _WHOLE.fullmatch(line)
    if match:
        counts = match["open"] or match["counted"] or not match["label"].isdigit()
        named = None if counts else options.exactly(match["label"])
        return named or options.label(match["label"])
    exact = options.exactly(line)
    if exact:
        return exact
    group = opening_group(line, options)
    own = group and len(group.labels) == 1 and not group.set_aside and not line[group.end :].strip(" .!\"')")
    return group.labels[0] if group and own else None


def read_sentence(sentence: str, options: Options) -> str | None:
    """The option that a sentence names first and does not set aside; `SEVERAL` where it joins two."""
    label = whole_label(sentence, options)
    if label:
        return label
    for finder in FINDERS:
        for group in join(sentence, finder(sentence, options), options):
            if not group.set_aside:
                return group.labels[0] if len(group.labels) == 1 else SEVERAL
    return None
