"""The places where a text states its answer, weighed as a careful person would weigh them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_haerae.scoring.reading.cues import (
    CONCLUSION,
    CORRECTION,
    MADE_THE_ANSWER,
    MARKER,
    OF_SOMETHING_ELSE,
    SUPPOSED,
    SUPPOSED_BEFORE,
    WHAT_WAS_ASKED,
)
from pytest_haerae.scoring.reading.mentions import Group
from pytest_haerae.scoring.reading.output import SEVERAL, Found, Output, read_sentence, whole_label
from pytest_haerae.scoring.reading.predicates import BEFORE, CONCLUDES, IS_RIGHT, IS_THE_ANSWER, REFUSES
from pytest_haerae.types import LETTERS

_MOST_PLACES = 30
"""Places that are tried, from the end: a text that repeats itself stays cheap to read."""
_LONGEST_SENTENCE = 300

_SENTENCE_END = re.compile(r"\n|(?<=[.!?。])\s")
_GOES_ON_BELOW = re.compile(r"\W*|.*:\W*|.*(?:다음과\s?같|아래와\s?같|as\sfollows|아니다|아니야|아니).{0,12}")
_LISTED_LETTER = re.compile(rf"\s*\d{{1,2}}[.)]\s\W{{0,3}}[{LETTERS}]\W*")
_BEGINS_A_LIST = re.compile(r"\s*1\s?[.)]|\s*1\s*\Z")

_EQUALS = re.compile(r"[=≈<>≤≥+×÷*/^·-]\s?\Z")
_NEAR = 3
_ENDS_THE_TEXT = re.compile(r"\s?(?:입니다|이에요|예요|이다|임|다)?[^\w\n]*\Z")
_I_CHOOSE = re.compile(
    r"\bI(?:'d|'ll|\swould|\swill)?\s(?:choose|pick|select|go\swith|say|answer)\s(?:option\s|choice\s)?\W?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One place that states an answer.

    Attributes:
        label: The label, or `SEVERAL`.
        rule: The name of the rule that read it.
        start: Where it begins.
        end: Where what it names ends.
        aside: Whether it stands in brackets, beside what the text is about.
    """

    label: str
    rule: str
    start: int
    end: int
    aside: bool = False


def last_statement(output: Output) -> Statement | None:
    """The last explicit verdict: 정답은 …, The answer is …, a box, an answer tag, … is the answer, a correction."""
    return _last(_announced(output), _predicated(output, IS_THE_ANSWER, "stated verdict"), _corrected(output))


def last_conclusion(output: Output) -> Statement | None:
    """The last sentence that concludes, chooses, or calls one option right, without saying that it is the answer."""
    statement = _last(
        _cued(output, CONCLUSION, "conclusion"),
        _asked(output),
        _predicated(output, IS_RIGHT, "conclusion"),
        _chosen(output),
    )
    return statement if statement and _counts(output, statement) else None


def _counts(output: Output, statement: Statement) -> bool:
    """Whether a sentence may conclude: by numbers and words, which abound in a calculation, only as the last one."""
    return output.named_by_letters or bool(_ENDS_THE_TEXT.match(output.text, statement.end))


def _last(*kinds: Iterator[Statement]) -> Statement | None:
    """The last statement of several kinds; each kind yields its own from the text's end."""
    lasts = [statement for kind in kinds if (statement := next(kind, None))]
    return max(lasts, key=lambda statement: (not statement.aside, statement.start), default=None)


def _places(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(pattern.finditer(text))[: -_MOST_PLACES - 1 : -1]


def _announced(output: Output) -> Iterator[Statement]:
    """What follows the words that announce an answer; what does so in brackets counts only where nothing else does."""
    asides = []
    for match in _places(MARKER, output.text):
        statement = announcement(output, match)
        if statement and not statement.aside:
            yield statement
        elif statement:
            asides.append(statement)
    yield from asides


def announcement(output: Output, match: re.Match[str]) -> Statement | None:
    """What the words that announce an answer announce; None where that is no answer.

    Args:
        output: The text.
        match: A match of `MARKER` in it.
    """
    found = _read_from(output, match.end())
    if found is None:
        return None
    word = match[0]
    between = output.text[match.end() : found.start]
    if word[-1].isascii() and word[-1].isalpha() and OF_SOMETHING_ELSE.search(between):
        return None
    if SUPPOSED.search(output.text[max(0, match.start() - SUPPOSED_BEFORE) : match.start()]):
        return None
    if match["subject"] and not concludes(output, found.end):
        return None
    if match["object"] and not MADE_THE_ANSWER.match(output.text, found.end):
        return None
    rule = "box" if word.endswith("boxed:") else "answer tag" if word.startswith("<") else "stated verdict"
    aside = output.text[match.start() - 1 : match.start()] == "(" and rule == "stated verdict"
    return Statement(found.label, rule, match.start(), found.end, aside)


def concludes(output: Output, end: int) -> bool:
    """Whether a sentence chooses the option that ends here: it ends with it, or says that it is the answer or right."""
    return any(pattern.match(output.text, end) for pattern in (CONCLUDES, IS_RIGHT, IS_THE_ANSWER))


def _read_from(output: Output, start: int) -> Found | None:
    """Read the sentence that begins here; where it only announces, the next one, unless that begins a list."""
    sentence = _sentence(output.text, start)
    line = output.text[start : start + _LONGEST_SENTENCE].partition("\n")[0]
    if _LISTED_LETTER.fullmatch(line):
        sentence = line  # "1. B": the number is a list's, and no sentence
    found = read_sentence(sentence, output.options)
    if found is None and _GOES_ON_BELOW.fullmatch(sentence):
        start += len(sentence)
        sentence = _sentence(output.text, start)
        lines = [line for line in output.text[start:].split("\n") if line.strip()]
        if sentence.strip() and _BEGINS_A_LIST.match(sentence) and not _agree(lines, output):
            return None
        found = read_sentence(sentence, output.options)
    return Found(found.label, start + found.start, start + found.end) if found else None


def _agree(lines: list[str], output: Output) -> bool:
    """Whether all lines of a list name the same option."""
    labels = {
        whole.label if (whole := whole_label(line, output.options)) and whole.kind == "letter" else None
        for line in lines[:_MOST_PLACES]
    }
    return len(labels) == 1 and None not in labels


def _sentence(text: str, start: int) -> str:
    """The sentence that begins at a place, with the white space before it."""
    rest = text[start : start + _LONGEST_SENTENCE]
    white = len(rest) - len(rest.lstrip())
    end = _SENTENCE_END.search(rest, white)
    return rest[: end.start()] if end else rest


def _predicated(output: Output, predicate: re.Pattern[str], rule: str) -> Iterator[Statement]:
    """Options that a predicate follows: (B)가 정답입니다, B is correct."""
    beyond = len(output.text)
    for group in reversed(output.groups[-_MOST_PLACES:]):
        match = None if group.set_aside else predicate.match(output.text, group.end)
        if match and match.end() <= beyond:
            yield _stated(group, rule)
        beyond = beyond if group.set_aside else group.start


def _stated(group: Group, rule: str) -> Statement:
    label = group.labels[0] if len(group.labels) == 1 else SEVERAL
    return Statement(label, rule, group.start, group.end)


def _chosen(output: Output) -> Iterator[Statement]:
    for group in reversed(output.groups[-_MOST_PLACES:]):
        if _I_CHOOSE.search(output.text[max(0, group.start - BEFORE) : group.start]) and not group.set_aside:
            yield _stated(group, "conclusion")


def _asked(output: Output) -> Iterator[Statement]:
    """The question's own words, completed: 알맞은 것은 (B)."""
    for match in _places(WHAT_WAS_ASKED, output.text):
        found = _read_from(output, match.end())
        if found and concludes(output, found.end):
            yield Statement(found.label, "conclusion", match.start(), found.end)


def _corrected(output: Output) -> Iterator[Statement]:
    for statement in _cued(output, CORRECTION, "correction"):
        if _counts(output, statement):
            yield statement


def _cued(output: Output, cue: re.Pattern[str], rule: str) -> Iterator[Statement]:
    """The one option of a sentence that a word such as 따라서 or "wait" opens."""
    for match in _places(cue, output.text):
        sentence = _sentence(output.text, match.end())
        if REFUSES.search(sentence):
            continue
        found = _only_choice(output, match.end(), match.end() + len(sentence))
        if not found and _GOES_ON_BELOW.fullmatch(sentence):
            start = match.end() + len(sentence)
            found = _only_choice(output, start, start + len(_sentence(output.text, start)))
        if found:
            yield Statement(found.label, rule, match.start(), found.end)


def _only_choice(output: Output, start: int, end: int) -> Found | None:
    """The only option that a stretch of text chooses; talking about one (Korean 은, 는, 도) is not choosing it."""
    here = [
        group
        for group in output.groups
        if start <= group.start < end and not group.set_aside
        if output.named_by_letters or not _EQUALS.search(output.text, group.start - _NEAR, group.start)
    ]
    called_right = [group for group in here if IS_RIGHT.match(output.text, group.end)]
    chosen = [group for group in here if not group.topic and concludes(output, group.end)]
    if output.named_by_letters and "=" in output.text[start:end]:
        chosen = []  # a letter in an equation is a quantity
    for groups in (called_right, chosen):
        labels = {label for group in groups for label in group.labels}
        if len(labels) == 1:
            return Found(labels.pop(), groups[-1].start, groups[-1].end)
        if len(groups) == 1:
            return Found(SEVERAL, groups[0].start, groups[0].end)
    return None
