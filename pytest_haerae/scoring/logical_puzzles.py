"""HAE-RAE's logical puzzles, read as their publisher reads them, so that accuracies can be held against the published.

The rules are those of the evaluators in HAE-RAE/logical-puzzles (MIT, commit 1e00b8f): the last line that says
``Answer:`` or ``정답:`` is looked at, and where none does, the whole output. What of it counts is of the task's kind: a
number, a date, a pair of the sexagenary cycle, a letter. An output without such a line is read generously, as there:
its rule in the report is ``unlabelled``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.scoring.string_match import judge_string_match, short
from pytest_haerae.types import Item, Outcome, Response, Verdict

_FENCE = re.compile(r"```[a-zA-Z0-9_-]*\n?")
_LABEL = re.compile(
    r"^[^\S\n]*(?:final\s*answer|answer|최종\s*답|정답|원문|plaintext)\s*[:：]\s*(.+)",  # e.g. 'Answer: 373돈'
    re.IGNORECASE | re.MULTILINE,
)
_CYCLE = re.compile(r"[갑을병정무기경신임계][자축인묘진사오미신유술해]")  # e.g. '갑자'
_WEEKDAY = re.compile(r"[월화수목금토일]요일")  # e.g. '금요일'
_DATE = re.compile(
    r"(\d{3,4})\s*[.\-/]\s*(\d{1,2})\s*[.\-/]\s*(\d{1,2})\s*(\(?\s*윤달\s*\)?)?"
)  # e.g. '2020.4.1(윤달)'
_TAIL = 200
"""Characters at an output's end in which a number is looked for where nothing is labelled."""
_WIDE_TAIL = 500
_LONGEST_NUMBER = 1000
"""Digits of a number; a longer one is a model's loop, and no reference."""


class Found(NamedTuple):
    """An answer in an output.

    Attributes:
        answer: The answer, in the form in which references are compared.
        words: How it stands in the output.
        labelled: Whether the output says that this is the answer.
    """

    answer: str
    words: str
    labelled: bool


Reader = Callable[[str, str], Found | None]
"""Reads an output; the reference tells of which kind the answer is, and is not compared."""


def _final_line(text: str) -> str | None:
    """What stands behind the last label."""
    said = _FENCE.sub("", text).replace("```", "").strip()
    labels = _LABEL.findall(said)
    return labels[-1].strip() or None if labels else None


def _behind_last(text: str) -> str | None:
    """A text from its last label on, wherever in a line it stands; None without one."""
    for label in (r"answer\s*[:：]", r"정답\s*[:：]", r"답\s*[:：]"):
        if found := list(re.finditer(label, text, re.IGNORECASE)):
            return text[found[-1].start() :]
    return None


def _read_date(match: re.Match[str]) -> str:
    leap = "(윤달)" if match[4] and "윤" in match[4] else ""
    return f"{int(match[1])}.{int(match[2])}.{int(match[3])}{leap}"


def _time(text: str, reference: str) -> Found | None:
    """A date, a weekday or a day of the cycle: the last one in the final line, or else in the output."""
    kind = _CYCLE if _CYCLE.fullmatch(reference) else _WEEKDAY if reference.endswith("요일") else _DATE
    line = _final_line(text)
    in_line = list(kind.finditer(line)) if line else []
    found = in_line or list(kind.finditer(text))
    if not found:
        return None
    answer = _read_date(found[-1]) if kind is _DATE else found[-1][0]
    return Found(answer, found[-1][0].strip(), bool(in_line))


def _saju(text: str, reference: str) -> Found | None:
    """A pillar of the cycle: the first one behind the last label, or in the output."""
    line = _final_line(text)
    behind = _behind_last(line or text)
    found = _CYCLE.search(behind or line or text)
    return Found(found[0], found[0], (line or behind) is not None) if found else None


def _jamo(text: str, reference: str) -> Found | None:
    """The last run of Hangul behind the last label, or in the output."""
    line = _final_line(text)
    behind = _behind_last(line or text)
    runs = re.findall(r"[가-힣]+", behind or line or text)
    return Found(runs[-1], runs[-1], (line or behind) is not None) if runs else None


def _last_number(pattern: str, text: str, *, labelled: bool) -> Found | None:
    """The last number that a pattern finds, in digits alone."""
    words = [word for word in re.findall(pattern, text, re.IGNORECASE) if word.replace(",", "").lstrip("-").isdigit()]
    if not words:
        return None
    digits = words[-1].replace(",", "")
    return Found(str(int(digits)) if len(digits) < _LONGEST_NUMBER else digits, words[-1], labelled)


def _subway(text: str, reference: str) -> Found | None:
    """A count of stations: behind a label, before the unit, or the last number of the output's end."""
    return (
        _last_number(r"(?:정답|answer|final\s*answer)\s*[:：]?\s*(-?\d+)", text, labelled=True)
        or _last_number(r"(-?(?<!\d)\d++)\s*(?:정거장|stations?|stops?)", text, labelled=False)
        or _last_number(r"-?\d+", text[-_TAIL:], labelled=False)
    )


def _korean_units(text: str, reference: str) -> Found | None:
    """A whole number, with commas or without: behind a label, or the last one of the output's end."""
    labelled = _last_number(r"(?:정답|answer)\s*[:：]?\s*([\d,]+)", text, labelled=True)
    return labelled or _last_number(r"[\d,]+", text[-_TAIL:], labelled=False)


def _number_baseball(text: str, reference: str) -> Found | None:
    """As many digits as the secret has: in the final line, behind a label, or the last ones of the output's end."""
    line = _final_line(text)
    said, size = line or text, len(reference)
    for label in (r"answer:\s*(\d+)", r"secret number[:\s]+(\d+)", r"number is[:\s]+(\d+)"):
        digits = [found for found in re.findall(label, said, re.IGNORECASE) if len(found) == size]
        if digits:
            return Found(digits[-1], digits[-1], labelled=True)
    digits = re.findall(rf"\b(\d{{{size}}})\b", said[-_WIDE_TAIL:])
    return Found(digits[-1], digits[-1], line is not None) if digits else None


def _kinship(text: str, reference: str) -> Found | None:
    """An option's letter: one that stands alone in the final line, or else in the output."""
    line = _final_line(text)
    said = (line or text).upper().strip()
    for pattern in (
        r"\bANSWER\s*[:：]\s*([A-Z])\b",
        r"(?:^|[^A-Z])([A-Z])(?:[^A-Z]|$)",
        r"^([A-Z])",
        r"([A-Z])(?![A-Z])",
    ):
        if found := re.search(pattern, said):
            return Found(found[1], found[1], line is not None)
    return None


READERS: Mapping[str, Reader] = {
    "jamo": _jamo,
    "kinship": _kinship,
    "korean_units": _korean_units,
    "number_baseball": _number_baseball,
    "saju": _saju,
    "subway": _subway,
    "time": _time,
}
"""How each task's outputs are read; subsets are called by task, language and level: ``time_ko_hard``."""


def _reader_of(subset: str) -> Reader | None:
    return next((read for task, read in READERS.items() if subset.startswith(f"{task}_ko")), None)


def _whole(reference: str) -> str:
    """A reference as answers are compared: a number without its unit, a date without leading zeros."""
    if date := _DATE.fullmatch(reference):
        return _read_date(date)
    number = re.fullmatch(r"(-?\d+)\D+", reference)
    return str(int(number[1])) if number else reference


@register_scorer("string_match", "logical_puzzles", quick=True)
def judge_logical_puzzle(item: Item, response: Response) -> Verdict:
    """Read the answer as the publisher of the logical puzzles does; other items are judged by `string_match`.

    Args:
        item: An item of a subset that is called by a task, such as ``korean_units_ko_hard``.
        response: Its response with a text.
    """
    read = _reader_of(item.subset)
    if read is None:
        return judge_string_match(item, response)
    split = split_reasoning(response.text or "")
    reference = item.reference.strip()
    found = read(split.answer.text, reference)
    limited = limit_reached(response.finish_reason)
    if found is None or (limited and not found.labelled):
        return _unread(item, response, cut=limited or split.unfinished)
    correct = found.answer == _whole(reference)
    outcome: Outcome = "correct" if correct else "wrong"
    rule = "labelled" if found.labelled else "unlabelled"
    explanation = (
        f"{item.id} {outcome}: answered {short(found.answer)!r}, reference {short(reference)!r}, read by {rule}"
    )
    words = found.words if found.words in (response.text or "") else None
    return Verdict(outcome, found.answer, explanation, rule, why=words)


def _unread(item: Item, response: Response, *, cut: bool) -> Verdict:
    """The verdict on an output that states no answer; one that was cut may have been about to."""
    thought = response.reasoning is not None or bool(split_reasoning(response.text or "").reasoning)
    rule = "only reasoning" if thought and not (response.text or "").strip() else "no answer"
    how = "cut: the output ended at its limit" if cut else "invalid: the output ended"
    explanation = f"{item.id} {how} before an answer was stated, reference {item.reference}"
    return Verdict("cut" if cut else "invalid", None, explanation, rule)
