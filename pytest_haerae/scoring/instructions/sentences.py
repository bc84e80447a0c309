"""The sentences of a Korean text.

Where a sentence ends, its full stop says in most cases; what looks like one and is none are those of dates, decimals,
abbreviations, numbered lines and quotations that a sentence goes on after. Models also write sentences without one: a
line that ends in the ending of a Korean verb is a sentence, and so is what stands before `~`, `ㅎㅎ` or an emoji; a
heading or an entry of a list without one is none.
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
    | (?<![A-Za-z])(?:[A-Za-z]\.\s?){2,}(?=\S) | (?<![A-Za-z])[A-Za-z]\.(?=[가-힣])  # e.g. 'U.S.A.에서', 'P.S. 곧'
    | (?-i:[A-Z][a-z]+\s|(?<![A-Za-z])(?<![a-z]\s))(?-i:[A-Z]\.(?=\s?[A-Z][a-z]))  # e.g. 'John F. Kennedy', 'J. Kim'
    | (?<![A-Za-z])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|Fig|Vol|Inc|Ltd|Co|Corp|Ph\.D)\.(?=\s?\S)  # e.g. 'Dr. 김'
    | (?<![A-Za-z])No\.(?=\s?\d)  # e.g. 'No. 1'
    | (?<=[A-Za-z0-9])\.(?=[A-Za-z0-9])  # e.g. 'example.co.kr'
    | https?://[!-~]*[\w/=&\#-] | [(（][?!？！]{1,3}[)）]  # e.g. 'https://example.org/?q=1', '정말(?) 좋은'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FENCE = re.compile(r"^[^\S\n]*(?:```|~~~).*$", re.MULTILINE)
_CODE = re.compile(r"[^\S\n]*(`{3,}|~{3,})[^\S\n]*(?!(?:markdown|md|text|txt|plaintext)\b)[A-Za-z][^`]*", re.IGNORECASE)
"""The first line of a fence of code: one that names no language may hold a poem."""
_TAG = re.compile(r"(?<!<)</?[A-Za-z가-힣][^<>\n]{0,200}>(?!>)")
_RULE = re.compile(r"^[^\S\n]*(?:\*[^\S\n]*){3,}$|^[^\S\n]*(?:[-_=][^\S\n]*){3,}$", re.MULTILINE)
_PAIRS = (("“", "”"), ('"', '"'), ("‘", "’"), ("「", "」"), ("『", "』"), ("(", ")"), ("（", "）"))
_LONGEST_QUOTED = 400
_QUOTED = re.compile(
    "|".join(rf"{re.escape(a)}[^{re.escape(a + b)}\n]{{0,{_LONGEST_QUOTED}}}{re.escape(b)}" for a, b in _PAIRS)
)
_GOES_ON = re.compile(r"[*_`]*(?:[가-힣,]|\s(?:라고|라는|라며|라면서|하고|하며|이라고|이라는|이라며|고)(?![가-힣]))")
"""What stands behind a quotation whose sentence goes on: a particle, or a word that reports it."""

_EMOJIS = r"\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff"
_CLOSER = rf"[\"'”’」』》〉)\]}}）*_`~^ㅋㅎㅠㅜ\u200b{_EMOJIS}]"
_SOFT = rf"(?:[~^ㅋㅎㅠㅜ{_EMOJIS}]|[:;]-?\))"
"""What Korean writes behind a sentence in place of a mark: ``갔어요~``, ``갔다ㅠㅠ``."""
_VERBAL = ("다", "요", "죠")
"""Syllables that end a verb, and hardly another word."""
_POSSIBLE_END = re.compile(
    rf"(?P<marks>[{_MARKS}]+)(?:\[\d{{1,3}}\])*{_CLOSER}*|(?<=[{''.join(_VERBAL)}])[^\S\n]?{_SOFT}+(?=\s|$)"
)
_BEHIND_THE_END = re.compile(rf"{_CLOSER}|\s")
_EYES = re.compile(r"[:;]-?\Z")
_FINAL = (*_VERBAL, "까", "네", "구나")
_SHORTEST = 3
"""Syllables of a word that can be a sentence without a full stop: ``바다`` is none, ``갔어요`` is one."""
NOUNS_LIKE_VERBS = re.compile(".*(?:[개수필중주소강민동담]요|바다|베란다|[아어]젠다|캐나다|르완다|우간다|[동그]네)")
"""Nouns that end in the same syllables: ``수요``, ``동네``."""


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, in order.

    Rules and empty lines divide, and so does a line's end behind a verb; code in a fence and tags are passed over; each
    entry of a list, heading and row of a table stands for itself. What has neither letter nor digit is no sentence, and
    neither is a heading without a mark. A text in which there would be none is one.

    Args:
        text: The text, in NFC.
    """
    found: list[str] = []
    rest: list[str] = []
    for block, is_heading in _blocks(text):
        whole, tail = _split_block(block)
        found += whole
        if tail:
            (found if not is_heading and _is_whole(tail) else rest).append(tail)
    return found or rest[:1]


def without_closers(text: str) -> str:
    """A sentence without what stands behind its last word or mark: quotes, emphasis, emojis."""
    end = len(text)
    while end:
        eyes = _EYES.search(text, max(0, end - 2), end) if text.startswith(")", end) else None
        if not (eyes or _BEHIND_THE_END.match(text, end - 1)):
            break
        end = eyes.start() if eyes else end - 1
    return text[:end]


def without_quotations(sentence: str) -> str:
    """A sentence without what it quotes."""
    return _QUOTED.sub(" ", sentence)


def without_code(text: str) -> str:
    """A text without what stands in fences that name a language of code, unless nothing is left of it."""
    kept, fence = [], ""
    for line in text.split("\n"):
        opened = None if fence else _CODE.fullmatch(line)
        if opened:
            fence = opened[1]
        elif not fence:
            kept.append(line)
        elif line.strip() == fence:
            fence = ""
    left = "\n".join(kept)
    return left if _says_something(left) else text


def _blocks(text: str) -> list[tuple[str, bool]]:
    """What lines belong together, and whether they are a heading: the lines of a paragraph, without what marks them."""
    blocks: list[tuple[list[str], bool]] = [([], False)]
    for line in _RULE.sub("", _FENCE.sub("", _TAG.sub("", without_code(text)))).split("\n"):
        marked = MARKER.match(line)
        is_heading = marked is not None and marked[0].lstrip("> \t").startswith("#")
        begins = not line.strip() or marked or line.lstrip().startswith("|") or blocks[-1][1]
        if begins or (_ends_in_verb(blocks[-1][0][-2:]) and not _GOES_ON.match(f" {line.lstrip()}")):
            blocks.append(([], is_heading))
        blocks[-1][0].append((line[marked.end() :] if marked else line).strip())
    return [(joined, is_heading) for lines, is_heading in blocks if (joined := " ".join(filter(None, lines)))]


def _ends_in_verb(lines: list[str]) -> bool:
    """Whether the last of a paragraph's lines ends a sentence, though no mark says so."""
    last = " ".join(lines)
    return without_closers(last).endswith(_VERBAL) and _is_whole(last)


def _split_block(block: str) -> tuple[list[str], str]:
    """The sentences of a paragraph that end in a mark, and what stands behind the last of them."""
    masked = _QUOTED.sub(_mask_quoted, block)
    masked = _NO_END.sub(lambda match: _masked(match[0]), masked)
    sentences, start, looked_at, says_something = [], 0, 0, False
    for found in _POSSIBLE_END.finditer(masked):
        says_something = says_something or _says_something(masked[looked_at : found.start()])
        looked_at = found.end()
        if says_something and _ends(masked, start, found):
            sentences.append(block[start : found.end()].strip())
            start, says_something = found.end(), False
    tail = block[start:].strip()
    return sentences, tail if _says_something(tail) else ""


def _ends(block: str, start: int, found: re.Match[str]) -> bool:
    """Whether a sentence that begins there ends in these marks, or in what stands for them."""
    if not found["marks"]:
        said = block[max(start, found.start() - _LONGEST_QUOTED) : found.start()]
        return _is_whole(said) and not _GOES_ON.match(block, found.end())
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
    long_enough = len(words) > 1 or len(said) >= _SHORTEST
    return said.endswith(_FINAL) and long_enough and not NOUNS_LIKE_VERBS.fullmatch(words[-1])


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"


def _mask_quoted(match: re.Match[str]) -> str:
    return _masked(match[0]) if _GOES_ON.match(match.string, match.end()) else match[0]


def _masked(text: str) -> str:
    return "".join(_MASKED if character in _MARKS else character for character in text)
