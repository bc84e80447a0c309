"""The sentences of a Korean text.

Where a sentence ends, its full stop says in most cases; what looks like one and is none are those of dates, decimals,
abbreviations, numbered lines and quotations that a sentence goes on after. Models also write sentences without one: a
line that ends in the ending of a Korean verb is a sentence, a heading or an entry of a list without one is none.
"""

from __future__ import annotations

import re

from pytest_haerae.scoring.instructions.words import MARKER

_MASKED = "\x00"
"""Stands for a character that could end a sentence, and does not here."""
_MARKS = ".!?。！？…．｡"
_ALWAYS = frozenset("!?。！？｡")
"""Marks behind which a sentence ends, whatever follows but a comma."""
_POINTS = (".", "．")

_NO_END = re.compile(
    r"""
      \d{4}\.\s?\d{1,2}\.(?:\s?\d{1,2}\.)?(?=\s?\S)  # e.g. '2024. 3. 1. 에'
    | (?<!\d)\d{1,2}\.\s\d{1,2}\.(?=\s?\S)  # e.g. '3. 1. 운동'
    | (?<=\d)[.．](?=\d)  # e.g. '3.5'
    | (?<![A-Za-z])(?:[A-Za-z]\.\s?)+(?=\S)  # e.g. 'U.S.A.에서', 'A. B. 학회', 'P.S. 곧'
    | (?<![A-Za-z])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|No|Fig|Vol|Inc|Ltd|Co|Corp|Ph\.D)\.(?=\s?\S)  # e.g. 'Dr. 김'
    | (?<=[A-Za-z0-9])\.(?=[A-Za-z0-9])  # e.g. 'example.co.kr'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FENCE = re.compile(r"^[^\S\n]*(?:```|~~~).*$", re.MULTILINE)
_TAG = re.compile(r"(?<!<)</?[A-Za-z가-힣][^<>\n]{0,200}>(?!>)")
_RULE = re.compile(r"^[^\S\n]*(?:\*[^\S\n]*){3,}$|^[^\S\n]*(?:[-_=][^\S\n]*){3,}$", re.MULTILINE)
_PAIRS = (("“", "”"), ('"', '"'), ("‘", "’"), ("「", "」"), ("『", "』"), ("(", ")"), ("（", "）"))
_LONGEST_QUOTED = 400
_QUOTED = re.compile(
    "|".join(rf"{re.escape(a)}[^{re.escape(a + b)}\n]{{0,{_LONGEST_QUOTED}}}{re.escape(b)}" for a, b in _PAIRS)
)
_GOES_ON = re.compile(r"[*_`]*(?:[가-힣,]|\s(?:라고|라는|라며|라면서|하고|하며|이라고|이라는|이라며|고)(?![가-힣]))")
"""What stands behind a quotation whose sentence goes on: a particle, or a word that reports it."""

_CLOSER = r"[\"'”’」』》〉)\]}）*_`~\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]"
_POSSIBLE_END = re.compile(rf"(?P<marks>[{_MARKS}]+){_CLOSER}*")
_BEHIND_THE_END = re.compile(rf"{_CLOSER}|[\s^ㅋㅎㅠㅜ]")
_VERBAL = ("다", "요", "죠")
"""Syllables that end a verb, and hardly another word."""
_FINAL = (*_VERBAL, "까", "네", "구나")
_SHORTEST = 3
"""Syllables of a word that can be a sentence without a full stop: ``바다`` is none, ``갔어요`` is one."""


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, in order.

    Rules and empty lines divide, fences of code and tags are passed over; each entry of a list, heading and row of a
    table stands for itself. What has neither letter nor digit is no sentence. A text in which there would be none is
    one.

    Args:
        text: The text, in NFC.
    """
    found: list[str] = []
    rest: list[str] = []
    for block in _blocks(text):
        whole, tail = _split_block(block)
        found += whole
        if tail:
            (found if _is_whole(tail) else rest).append(tail)
    return found or rest[:1]


def without_closers(text: str) -> str:
    """A sentence without what stands behind its last word or mark: quotes, emphasis, emojis."""
    end = len(text)
    while end and _BEHIND_THE_END.match(text, end - 1):
        end -= 1
    return text[:end]


def without_quotations(sentence: str) -> str:
    """A sentence without what it quotes."""
    return _QUOTED.sub(" ", sentence)


def _blocks(text: str) -> list[str]:
    """What lines belong together: those of a paragraph, without what their first line is marked by."""
    blocks: list[list[str]] = [[]]
    for line in _RULE.sub("", _FENCE.sub("", _TAG.sub("", text))).split("\n"):
        marked = MARKER.match(line)
        if not line.strip() or marked or line.lstrip().startswith("|"):
            blocks.append([])
        blocks[-1].append((line[marked.end() :] if marked else line).strip())
        if marked and marked[0].strip().startswith("#"):
            blocks.append([])
    return [joined for lines in blocks if (joined := " ".join(filter(None, lines)))]


def _split_block(block: str) -> tuple[list[str], str]:
    """The sentences of a paragraph that end in a mark, and what stands behind the last of them."""
    masked = _QUOTED.sub(_mask_quoted, block)
    masked = _NO_END.sub(lambda match: _masked(match[0]), masked)
    sentences, start = [], 0
    for found in _POSSIBLE_END.finditer(masked):
        if _ends(masked, found) and _says_something(masked[start : found.start()]):
            sentences.append(block[start : found.end()].strip())
            start = found.end()
    tail = block[start:].strip()
    return sentences, tail if _says_something(tail) else ""


def _ends(block: str, found: re.Match[str]) -> bool:
    """Whether a sentence ends in these marks."""
    before, behind = block[max(0, found.start() - 2) : found.start()], block[found.end() : found.end() + 1]
    if behind in {",", "，"}:
        return False
    if not _ALWAYS.isdisjoint(found["marks"]):
        return True
    if found["marks"] in _POINTS:
        return not behind.strip() or (before.endswith(_VERBAL) and (_is_hangul(behind) or behind in "“‘\"'"))
    return not behind or (before.endswith(_VERBAL) and behind.isspace())


def _is_whole(tail: str) -> bool:
    """Whether words without a mark behind them are a sentence: they end as a Korean verb does."""
    said = without_closers(tail)
    words = said.split()
    return said.endswith(_FINAL) and (len(words) > 1 or len(words[-1]) >= _SHORTEST)


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"


def _mask_quoted(match: re.Match[str]) -> str:
    return _masked(match[0]) if _GOES_ON.match(match.string, match.end()) else match[0]


def _masked(text: str) -> str:
    return "".join(_MASKED if character in _MARKS else character for character in text)
