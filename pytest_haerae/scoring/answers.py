"""Reads the chosen letter from a model's text, as a careful person would: the last stated verdict wins."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pytest_haerae.types import Item

_LONGEST_READ = 50_000
"""Characters read from the text's end: a verdict stands at the end, and a runaway text must not cost seconds."""

_MOST_VERDICTS, _LONGEST_VERDICT = 50, 400
"""Verdicts tried from the end, and the characters each may take: a text that repeats itself stays cheap to read."""

_REASONING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_REASONING_END = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_LATEX = re.compile(r"\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}")
_BOXED = re.compile(r"\\boxed\s*\{([^{}]*)\}")
_MARKUP = re.compile(r"\*\*|__|`|\$")
_CIRCLED = {ord(sign): f"({number})" for number, sign in enumerate("①②③④⑤⑥⑦⑧⑨⑩", 1)}

_LABEL = re.compile(
    r"\(\s*(?P<bracketed>[A-Ja-j])\s*\)"
    r"|(?<![A-Za-z0-9(])(?P<bare>[A-J])(?![A-Za-z0-9])(?!\s+[a-z])"
    r"|(?<![\d.])(?P<numbered>10|[1-9])\s*번(?!\s*째)"
    r"|\(\s*(?P<circled>10|[1-9])\s*\)"
)
_BARE_ANSWER = re.compile(r"^\W*(?P<label>[A-Ja-j]|10|[1-9])\W*$")
_VERDICT = re.compile(
    r"(?:정답|해답|답안|답)\s*(?:은|는|이|가)?\s*(?:[:=]|(?<=[은는이가])\s|(?=\())"
    r"|\b(?:correct\s+)?(?:answer|choice|option)\b[\"']?\s*(?:is\b|[:=])\s*"
    r"|\bboxed:",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"\n|(?<=[.!?。])\s")
_NEGATED = re.compile(
    r"^\s*[\w)]{0,3}\s*(?:이|가|은|는|도|번은|번이)?\s*(?:정답이\s*|답이\s*)?(?:아니|아닌|아닙|틀[린렸]|오답|제외)"
)
_NEGATED_BEFORE = re.compile(r"\b(?:not|isn't|rather than|instead of)\s+\(?$", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"또는|혹은|이나|\bor\b|[,/·&]|와|과|및|\band\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: a letter of the item, or None, and the rule that read it or the reason why nothing could be."""

    label: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class _Mention:
    label: str
    start: int
    end: int


def read_answer(text: str, item: Item) -> Reading:
    """Read the chosen option.

    Args:
        text: The model's output.
        item: A lettered item.

    Returns:
        The letter with the rule's name; or None with the reason: ``empty``, ``several``, or ``no answer``.
    """
    labels, options = item.labels or (), item.options or ()
    cleaned = clean(text)
    if not cleaned:
        return Reading(None, "empty")
    bare = _BARE_ANSWER.match(cleaned)
    if bare:
        label = _as_label(bare["label"], labels)
        return Reading(label, "bare label" if label else "no such option")
    verdict = _stated_verdict(cleaned, labels, options)
    if verdict:
        return verdict
    mentions = _mentions(cleaned, labels)
    distinct = {mention.label for mention in mentions}
    if len(distinct) == 1:
        return Reading(mentions[0].label, "only label")
    if len(distinct) > 1:
        return Reading(None, "several")
    return _named_option(cleaned, labels, options) or Reading(None, "no answer")


def clean(text: str) -> str:
    """Take reasoning blocks, Markdown and LaTeX away, and write full-width and circled signs in ASCII."""
    text = _REASONING.sub(" ", text[-_LONGEST_READ:])
    text = _REASONING_END.sub(" ", text)
    text = unicodedata.normalize("NFKC", text.translate(_CIRCLED))
    text = _BOXED.sub(r"\nboxed: \1\n", _LATEX.sub(r"\1", text))
    return _MARKUP.sub("", text).strip()


def _as_label(sign: str, labels: tuple[str, ...]) -> str | None:
    if sign.isdigit():
        return labels[int(sign) - 1] if 1 <= int(sign) <= len(labels) else None
    return sign.upper() if sign.upper() in labels else None


def _mentions(text: str, labels: tuple[str, ...]) -> list[_Mention]:
    """The labels that a text names and does not deny."""
    found = []
    for match in _LABEL.finditer(text):
        label = _as_label(next(group for group in match.groups() if group), labels)
        denied = _NEGATED.match(text[match.end() : match.end() + 24]) or _NEGATED_BEFORE.search(
            text[max(0, match.start() - 16) : match.start()]
        )
        if label and not denied:
            found.append(_Mention(label, match.start(), match.end()))
    return found


def _stated_verdict(text: str, labels: tuple[str, ...], options: tuple[str, ...]) -> Reading | None:
    """The last sentence that says what the answer is."""
    for marker in list(_VERDICT.finditer(text))[: -_MOST_VERDICTS - 1 : -1]:
        rest = text[marker.end() : marker.end() + _LONGEST_VERDICT].lstrip()
        end = _SENTENCE_END.search(rest)
        sentence = rest[: end.start()] if end else rest
        bare = _BARE_ANSWER.match(sentence)
        if bare and (label := _as_label(bare["label"], labels)):
            return Reading(label, "stated verdict")
        mentions = _mentions(sentence, labels)
        if mentions:
            return _first_of(sentence, mentions)
        named = _named_option(sentence, labels, options)
        if named:
            return named
    return None


def _first_of(sentence: str, mentions: list[_Mention]) -> Reading:
    """The verdict's first label; several joined by "or", "and" or a comma are no verdict."""
    first = mentions[0]
    for other in mentions[1:]:
        between = sentence[first.end : other.start]
        if other.label != first.label and len(between) < 12 and _ALTERNATIVE.search(between):  # noqa: PLR2004
            return Reading(None, "several")
    return Reading(first.label, "stated verdict")


def _named_option(text: str, labels: tuple[str, ...], options: tuple[str, ...]) -> Reading | None:
    """The one option whose text stands in the answer; an option inside a longer named one does not count."""
    named = [index for index, option in enumerate(options) if option in text]
    longest = [
        index for index in named if not any(other != index and options[index] in options[other] for other in named)
    ]
    return Reading(labels[longest[0]], "option text") if len(longest) == 1 else None
