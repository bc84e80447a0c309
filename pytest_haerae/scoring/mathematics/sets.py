"""Several values, and intervals: what inequalities, brackets, braces and words such as 또는 say."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"(?:[A-Za-z]|\\[a-z]+|[가-힣]{1,6})"
_RELATION = re.compile(r"\\le(?![a-z])|\\ge(?![a-z])|\\lt(?![a-z])|\\gt(?![a-z])|<|>")
_VARIABLE = re.compile(r"[A-Za-z](?:_\{?\w\}?)?|\\(?:theta|alpha|beta|gamma|lambda|mu|phi|omega|epsilon|delta)")
_MEMBER = re.compile(rf"\A(?:{_NAME}\s?(?:는|은|의 범위는)?\s?)?(?:\\in|=|:|는|은)\s?(?=[\[(])")
_BRACKETS = re.compile(
    r"(?P<left>[\[(])\s?(?P<low>[^\[\](),]+(?:\([^()]*\)[^\[\](),]*)?)\s?,\s?(?P<high>[^\[\](),]+)\s?(?P<right>[\])])"
)
_UNION = re.compile(r"\s?(?:\\cup(?![a-z])|또는|혹은|\bor\b|\\lor(?![a-z])|\bU\b)\s?")
_BOTH = re.compile(r"\s?(?:그리고|이고|이며|\band\b|\\land(?![a-z])|,)\s?")
_IN_WORDS = re.compile(r"(?P<value>\S+?)\s?(?P<word>이상|이하|초과|미만)(?:이고|이며|,)?")
_PLAIN_WORDS = {"이상": ("low", True), "초과": ("low", False), "이하": ("high", True), "미만": ("high", False)}
_COMPARED = (
    (r"보다\s크거나\s같(?:고|다|은|으며)", " 이상"),
    (r"보다\s작거나\s같(?:고|다|은|으며)", " 이하"),
    (r"보다\s(?:크(?:고|다|며)|큰)", " 초과"),
    (r"보다\s(?:작(?:고|다|으며)|작은)", " 미만"),
)
_ABSOLUTE = re.compile(r"\|\s?(?:[A-Za-z])\s?\|\s?(?P<relation><|\\le)\s?(?P<end>[^<>|]+)")
_PAIR, _PIECES = 2, 3
_AND = re.compile(
    r"\s?(?:,|;|또는|혹은|이거나|그리고|\b및\b|\bor\b|\band\b|\\lor(?![a-z])|\\quad|(?<=[\d}])\s?[과와]\s)\s?"
)
_EQUALS = re.compile(rf"\A{_NAME}(?:_\{{?\w\}}?)?\s?=\s?")
_SIGNS = re.compile(r"\\pm\s?")
_OPENS, _CLOSES = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Interval:
    """All between two ends, each in the notation of `notation.plain_notation`; an end that is none is infinite."""

    low: str | None
    high: str | None
    low_closed: bool = False
    high_closed: bool = False


def read_intervals(text: str) -> tuple[Interval, ...] | None:
    r"""The intervals that a text is: ``1 \le x < 3``, ``[1,3)``, ``1 이상 3 미만``, ``x<1 또는 x>3``.

    Returns:
        None where it is none. ``(1,3)`` is one, though it may be meant as a point: see `is_ambiguous`.
    """
    found: list[Interval] = []
    for part in _UNION.split(_MEMBER.sub("", text.strip())):
        interval = _inequality(part) or _brackets(_MEMBER.sub("", part)) or _words(part)
        if interval is None:
            return None
        found.append(interval)
    return tuple(found)


def is_ambiguous(intervals: tuple[Interval, ...], text: str) -> bool:
    """Whether one pair in round brackets was read, which may be a point as well."""
    return len(intervals) == 1 and text.strip().startswith("(") and text.strip().endswith(")")


def _brackets(text: str) -> Interval | None:
    match = _BRACKETS.fullmatch(text.strip())
    if match is None:
        return None
    low, high = _end(match["low"]), _end(match["high"])
    return Interval(low, high, bool(low) and match["left"] == "[", bool(high) and match["right"] == "]")


def _end(text: str) -> str | None:
    text = text.strip()
    return None if "\\infty" in text or "무한" in text else text


def _inequality(text: str) -> Interval | None:
    parts = [part.strip() for part in _BOTH.split(text) if part.strip()]
    found = [interval for part in parts if (interval := _one_inequality(part))]
    if len(found) != len(parts) or not found or len(found) > _PAIR:
        return None
    if len(found) == 1:
        return found[0]
    below, above = sorted(found, key=lambda interval: interval.low is None)
    if below.high is not None or above.low is not None:
        return None
    return Interval(below.low, above.high, below.low_closed, above.high_closed)


def _one_inequality(text: str) -> Interval | None:
    absolute = _ABSOLUTE.fullmatch(text)
    if absolute:
        end, closed = absolute["end"].strip(), absolute["relation"] == "\\le"
        return Interval(f"-{end}", end, closed, closed)
    relations = [match[0].replace("\\lt", "<").replace("\\gt", ">") for match in _RELATION.finditer(text)]
    ends = [part.strip() for part in _RELATION.split(text)]
    if len(ends) == _PAIR and _VARIABLE.fullmatch(ends[0]):
        return _half(ends[1], relations[0])
    if len(ends) == _PAIR and _VARIABLE.fullmatch(ends[1]):
        return _half(ends[0], _turned(relations[0]))
    if len(ends) != _PIECES or not _VARIABLE.fullmatch(ends[1]):
        return None
    if not all(relation in ("<", "\\le") for relation in relations):
        ends, relations = ends[::-1], [_turned(relation) for relation in reversed(relations)]
    if not all(relation in ("<", "\\le") for relation in relations):
        return None
    low, high = _end(ends[0]), _end(ends[2])
    return Interval(low, high, bool(low) and relations[0] == "\\le", bool(high) and relations[1] == "\\le")


def _half(end: str, relation: str) -> Interval:
    """What stands on one side of an end: the variable is to the relation's left."""
    closed = relation in ("\\le", "\\ge")
    if relation in (">", "\\ge"):
        return Interval(_end(end), None, low_closed=closed)
    return Interval(None, _end(end), high_closed=closed)


def _turned(relation: str) -> str:
    return {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}[relation]


def _words(text: str) -> Interval | None:
    text = re.sub(rf"\A{_NAME}(?:의 범위)?(?:는|은|가|이)\s", "", text.strip())
    for written, word in _COMPARED:
        text = re.sub(written, word, text)
    found = list(_IN_WORDS.finditer(text))
    if not found or len(found) > _PAIR or re.sub(r"\s", "", _IN_WORDS.sub("", text)):
        return None
    ends = {_PLAIN_WORDS[match["word"]][0]: match for match in found}
    if len(ends) != len(found):
        return None
    low, high = ends.get("low"), ends.get("high")
    return Interval(
        low["value"] if low else None,
        high["value"] if high else None,
        bool(low and _PLAIN_WORDS[low["word"]][1]),
        bool(high and _PLAIN_WORDS[high["word"]][1]),
    )


@dataclass(frozen=True, slots=True)
class Several:
    """Several values; `ordered` where they are the coordinates of a point."""

    values: tuple[str, ...]
    ordered: bool


def read_several(text: str) -> Several | None:
    r"""The values that a text lists: ``{1, 3}``, ``x=1 또는 x=3``, ``\pm 2``, ``(1, 2)``; None where it is one."""
    text = text.strip().replace("\\{", "{").replace("\\}", "}")
    text = _EQUALS.sub("", text)
    ordered = _is_wrapped(text, "(", ")")
    if ordered or _is_wrapped(text, "{", "}") or _is_wrapped(text, "[", "]"):
        text = text[1:-1].strip()
    values = [_EQUALS.sub("", part) for part in _split(text)]
    values = [each for value in values for each in _both_signs(value)]
    if len(values) < _PAIR or not all(values):
        return None
    return Several(tuple(values), ordered)


def _both_signs(value: str) -> tuple[str, ...]:
    r"""The two values of one with ``\pm``; one with it twice is left to who compares formulas."""
    if len(_SIGNS.findall(value)) != 1:
        return (value,)
    return _SIGNS.sub("+" if value.lstrip()[:3] != "\\pm" else "", value), _SIGNS.sub("-", value)


def _is_wrapped(text: str, opens: str, closes: str) -> bool:
    """Whether the first bracket is closed by the last character."""
    if not (text.startswith(opens) and text.endswith(closes)):
        return False
    depth = 0
    for place, character in enumerate(text):
        depth += (character in _OPENS) - (character in _CLOSES)
        if depth == 0:
            return place == len(text) - 1
    return False


def _split(text: str) -> list[str]:
    """A text at the commas and the words for "or" that stand in no bracket."""
    parts, start = [], 0
    for match in _AND.finditer(text):
        before = text[: match.start()]
        depth = sum(before.count(each) for each in _OPENS) - sum(before.count(each) for each in _CLOSES)
        if depth == 0:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]
