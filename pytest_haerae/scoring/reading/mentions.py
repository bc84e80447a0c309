"""Where a text names an option: by its letter, by its number, or by its own text; and whether it sets it aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pytest_haerae.scoring.reading.options import Options
from pytest_haerae.scoring.reading.predicates import (
    BEFORE,
    BEHIND,
    COPULA,
    PARTICLE,
    SET_ASIDE_BEFORE,
    SET_ASIDE_BEHIND,
)
from pytest_haerae.types import LETTERS

_EITHER_CASE = LETTERS + LETTERS.lower()
_RELATIONS = "=+×÷^√∫∂∇∪∩≈≤≥≠≡∠△∝⊂⊆⊃⊇∈∉"
_OPERATORS = _RELATIONS + "·*/"
_LETTER = re.compile(
    rf"""
      (?<!\b[A-Za-z])  # not 'p(b)'
      (?<!\b[A-Za-z][A-Za-z0-9])  # not 'ln(b)'
      (?<!\bsin|\bcos|\btan|\blog|\bexp|\bdet)  # not 'sin(b)'
      (?<![A-Za-z]')  # not "f'(b)"
      (?<![\d′^])(?<!\d\))  # not '(2)(b)'
      [(\[<{{「【]\s?(?P<bracketed>[{_EITHER_CASE}])\s?[)\]>}}」】]  # e.g. '(b) 원두', '【b】'
      (?!\s?[{_RELATIONS}])  # not '(b) = 3'
      (?!/)(?<!/...)  # not '(a)/(b)'
    | (?:선택지|보기|옵션|번호|기호|\b(?:[Oo]ptions?|[Cc]hoice|[Ll]etter)\b)\s?[:\#"'(]?\s?
      (?P<named>[{_EITHER_CASE}])(?![A-Za-z0-9])  # e.g. '보기 b', 'option: b'
    | (?<![A-Za-z0-9'’+\#°])  # not 'USB', '70°C'
      (?<![A-Za-z]\.)  # not 'U.S.A'
      (?<![A-Za-z0-9][(\[])  # not 'f(B, x)'
      (?<![{_OPERATORS}])  # not 'x·B'
      (?<![{_OPERATORS}]\ )  # not 'q = B'
      (?<!→\ )(?<!%\ )(?<!\d\ )  # not '10 A'
      (?P<bare>[{LETTERS}])  # e.g. '정답은 B', 'B입니다'
      (?!(?<=[(\[].)\s?[)\]])  # not '(B) = 3'
      (?!\(\d{{1,2}},\s?\d{{1,2}}\))  # not 'C(4,2)'
      (?![A-Za-z0-9+\#]|['’][a-z]|[-.][A-Za-z0-9]|\s?[{_OPERATORS}])  # not 'C++', 'A-4', 'A = 9'
      (?=[^가-힣]|\Z|{PARTICLE})  # not 'B형'
    """,
    re.VERBOSE,
)
_RANGE = re.compile(
    rf"""
    (?<![A-Za-z0-9])[(\[]?(?:(?P<first>[{_EITHER_CASE}])|\d{{1,2}})[)\]]?\s?번?\s?
    (?:
        [-–—~∼〜～]  # e.g. 'A-D', '(A)~(E)', '1~5'
      | to|through|부터|에서  # e.g. 'A to D', '(A)부터 (D)'
    )
    \s?[(\[]?(?(first)(?P<last>[{_EITHER_CASE}])|\d{{1,2}})[)\]]?(?![A-Za-z0-9])\s?번?
    """,
    re.VERBOSE,
)
"""From one option to another: all of them, and none is chosen."""
_LONGEST_RANGE = 14
_ARTICLE_OR_PRONOUN = re.compile(r"[ \t]+(?!(?:is|and|or|nor|was|because|but|vs|instead|rather)\b)[A-Za-z]")
"""What follows the words "A" and "I", where they are no labels."""

_KOREAN_ORDINALS = ("첫", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
_ENGLISH_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = {word: rank for words in (_KOREAN_ORDINALS, _ENGLISH_ORDINALS) for rank, word in enumerate(words, 1)}
_COUNT = r"2[0-6]|1\d|[1-9]"
_NUMBER = re.compile(
    rf"""
      (?<![\d.,])  # not '1.2번'
      (?P<counted>{_COUNT})\s?번  # e.g. '2번은'
      (?!\s?(?:째|문|국|지|던|쏘|쏨|시행|반복|이동|연속|실패|성공|명중|더\s))  # not '3번 문제', '4번 던질 때'
      (?=[^가-힣]|\Z|{PARTICLE})  # not '3번호'
    | (?<![A-Za-z0-9)′^{_OPERATORS}])  # not 'f(1)', '3×(2)'
      (?<![{_OPERATORS}]\ )  # not '3 × (2)'
      [(\[]\s?(?P<bracketed>{_COUNT})\s?[)\]]  # e.g. '정답은 (2)'
      (?!\s?[{_OPERATORS}]|[(\d])  # not '(1) × 3', '(1)(2)'
    | (?<![가-힣])(?P<ordinal>{"|".join(_KOREAN_ORDINALS)}|{_COUNT})\s?번\s?째  # e.g. '두 번째 선택지', '2번째이다'
      (?=\s?(?:선택지|보기|옵션|항목|답|것)|\s?(?:{COPULA})|[^가-힣 ]|\Z)  # not '두 번째 문단'
    | \b(?P<english>{"|".join(_ENGLISH_ORDINALS)})\s(?:option|choice|answer|one)\b  # e.g. 'the second option'
    | (?:선택지|보기|옵션|\boption|\bchoice)\s?(?P<named>{_COUNT})(?![\d.])  # e.g. '보기 2', 'Option 2'
    | \A\s{{0,4}}(?P<leading>{_COUNT})[.)](?!\d)  # e.g. '2. 원두'
    """,
    re.VERBOSE | re.IGNORECASE,
)

_JOINED = re.compile(
    r"""
    \W{0,3}
    (?:
        [은이]?나|도|와|과|및|또는|혹은|아니면|이?거나|그리고  # e.g. '와 ', '이나 '
      | [이일가]?\s?될?\s?수도\s있고  # e.g. '일 수도 있고, '
      | or|and|nor|vs  # e.g. ' nor ', ' vs '
    )?
    \W{0,3}
    (?:또는|혹은|or|and)?  # e.g. ' 그리고 또는 ', ' and/or '
    \W{0,3}
    """,
    re.VERBOSE,
)
_LONGEST_JOINT = 16
_TOPIC = re.compile(r"\s?번?(?:은|는|도)(?=\s|\Z)")
_HEADS = re.compile(r"\s?[:.)]\s")
DECORATION = " \t-*•·\"'“‘.:>=#\u2705"


@dataclass(frozen=True, slots=True)
class Mention:
    """One place that names an option.

    Attributes:
        label: The option.
        start: Where the place begins.
        end: Where it ends.
        plain: Whether it is a letter alone, in words' company.
        small: Whether it is a small letter.
    """

    label: str
    start: int
    end: int
    plain: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Mentions joined by "or", "and", a comma.

    Attributes:
        labels: The options that they name, each once.
        start: Where the first begins.
        end: Where the last ends, its own option's text included where that follows.
        plain: Whether all are bare letters.
        set_aside: Whether the text denies them, compares with them, or only supposes them.
        topic: Whether the text goes on to talk about them (Korean 은, 는, 도) instead of choosing them.
    """

    labels: tuple[str, ...]
    start: int
    end: int
    plain: bool
    set_aside: bool
    topic: bool


_AT_THE_BEGINNING, _AT_THE_END = 30, 70
_Place = TypeVar("_Place")


def ends_of(places: list[_Place]) -> list[_Place]:
    """The first and the last of very many places: a text that repeats itself stays cheap to read."""
    if len(places) <= _AT_THE_BEGINNING + _AT_THE_END:
        return places
    return places[:_AT_THE_BEGINNING] + places[-_AT_THE_END:]


Finder = Callable[[str, Options], list[Mention]]


def find_letters(text: str, options: Options) -> list[Mention]:
    """The letters, but for those that stand inside an option's own text or name a range of options."""
    found = []
    for match in ends_of(list(_LETTER.finditer(text))):
        written = match[match.lastgroup or 0]
        bare = match.lastgroup == "bare"
        if written in ("AI" if bare else "ai" if match.lastgroup == "named" else "") and _ARTICLE_OR_PRONOUN.match(
            text, match.end()
        ):
            continue
        label = options.label(written)
        if label:
            found.append(Mention(label, match.start(), match.end(), bare, written.islower()))
    return _alone(found, text, options)


def find_numbers(text: str, options: Options) -> list[Mention]:
    """The numbers that count options: ``2번``, ``(2)``, ``두 번째 선택지``, ``option 2``."""
    found = []
    for match in ends_of(list(_NUMBER.finditer(text))):
        if match.lastgroup == "leading" and ("\n" in text or not options.begin_with(text[match.end() :])):
            continue  # the first of a numbered list
        written = match[match.lastgroup or 0].lower()
        label = options.label(str(_ORDINALS.get(written, written)))
        if label:
            found.append(Mention(label, match.start(), match.end()))
    return _alone(found, text, options)


def find_texts(text: str, options: Options) -> list[Mention]:
    """The options' own texts."""
    return [Mention(options.labels[index], start, end) for index, start, end in options.occurrences(text)]


FINDERS: tuple[Finder, ...] = (find_letters, find_numbers, find_texts)
"""In the order of their weight: where a text names a letter, its numbers and its words explain."""


def _alone(found: Sequence[Mention], text: str, options: Options) -> list[Mention]:
    """The mentions that are part of nothing else: of no range of options, and of no option's own text."""
    if not found:
        return []
    texts = options.occurrences(text) if options.speak_of_labels else []
    return [
        mention
        for mention in found
        if not _in_a_range(text, mention)
        and not any(start <= mention.start and mention.end <= end for _, start, end in texts)
    ]


def _in_a_range(text: str, mention: Mention) -> bool:
    near = _RANGE.finditer(text, max(0, mention.start - _LONGEST_RANGE), mention.end + _LONGEST_RANGE)
    return any(match.start() < mention.end <= match.end() and _rises(match) for match in near)


def _rises(match: re.Match[str]) -> bool:
    return not match["first"] or match["first"].upper() < match["last"].upper()


def join(text: str, mentions: Sequence[Mention], options: Options) -> list[Group]:
    """Put neighbouring mentions together and find out how the text speaks of them."""
    groups: list[Group] = []
    run: list[Mention] = []
    end = 0
    for mention in mentions:
        if run and not _continues(text, run, end, mention):
            groups.append(_group(text, run, end))
            run = []
        run.append(mention)
        end = options.end_of_own_text(text, mention.label, mention.end)
    if run:
        groups.append(_group(text, run, end))
    return groups


def _continues(text: str, run: Sequence[Mention], end: int, mention: Mention) -> bool:
    """Whether a mention is joined to those before it."""
    between = text[end : mention.start]
    if len(between) > _LONGEST_JOINT or "\n" in between or "(" in between or not _JOINED.fullmatch(between):
        return False
    first = run[0]
    if len(run) == 1:
        if end > first.end and _TOPIC.match(text, mention.end):
            return False  # "(B) 경국대전, (A)는 …": a new clause, not a second choice
        opens = not text[text.rfind("\n", 0, first.start) + 1 : first.start].strip(DECORATION)
        if opens and not first.small and (mention.small or _HEADS.match(text, first.end)):
            return False  # "D: (c) - (b)": the first is the answer, and the others are its words
    return True


def _group(text: str, run: Sequence[Mention], end: int) -> Group:
    start = run[0].start
    behind = text[end : end + BEHIND].partition("\n")[0]
    before = text[max(0, start - BEFORE) : start]
    return Group(
        tuple(dict.fromkeys(mention.label for mention in run)),
        start,
        end,
        all(mention.plain for mention in run),
        bool(SET_ASIDE_BEHIND.match(behind) or SET_ASIDE_BEFORE.search(before)),
        bool(_TOPIC.match(behind)),
    )
