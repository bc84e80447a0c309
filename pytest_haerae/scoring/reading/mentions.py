"""Where a text names an option: by its letter, by its number, or by its own text; and whether it sets it aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pytest_haerae.scoring.reading.options import Options
from pytest_haerae.types import LETTERS

COPULA = "(?:{})".format(
    "|".join(
        (
            *("입니다만", "입니다", "입니까", "이에요", "예요", "이다", "이며", "이고", "이라고", "이라"),
            *("이므로", "이지만", "이었", "인데", "일", "인", "라고", "(?:임|다|요)(?![가-힣])"),
        )
    )
)
"""How Korean says "is" behind a label."""
PARTICLE = rf"(?:{COPULA}|번|가|은|는|이|을|를|와|과|로|의|도|만|라|보다|처럼|뿐|에|대신|말고|중|또는|혹은|외|입)"

_EITHER_CASE = LETTERS + LETTERS.lower()
_LETTER = re.compile(
    rf"""
      [(\[<{{「【]\s?(?P<bracketed>[{_EITHER_CASE}])\s?[)\]>}}」】]  # e.g. '(b) 원두', '【b】'
    | (?:선택지|보기|옵션|번호|기호|\b[Oo]ptions?|\b[Cc]hoice|\b[Ll]etter)\s?[:\#"'(]?\s?
      (?P<named>[{_EITHER_CASE}])(?![A-Za-z0-9])  # e.g. '보기 b', 'option: b'
    | (?<![A-Za-z0-9'’+\#])  # not 'USB'
      (?<![A-Za-z]\.)  # not 'U.S.A'
      (?P<bare>[{LETTERS}])  # e.g. '정답은 B', 'B입니다'
      (?![A-Za-z0-9+\#]|['’][a-z]|[-.][A-Za-z0-9])  # not 'C++', 'A-4'
      (?=[^가-힣]|\Z|{PARTICLE})  # not 'B형'
    """,
    re.VERBOSE,
)
_ARTICLE_OR_PRONOUN = re.compile(r"[ \t]+(?!(?:is|and|or|nor|was|because|but|vs|instead|rather)\b)[A-Za-z]")
"""What follows the words "A" and "I", where they are no labels."""

_KOREAN_ORDINALS = ("첫", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
_ENGLISH_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = {word: rank for words in (_KOREAN_ORDINALS, _ENGLISH_ORDINALS) for rank, word in enumerate(words, 1)}
_NUMBER = re.compile(
    rf"""
      (?<![\d.,])  # not '1.2번'
      (?P<counted>10|[1-9])\s?번  # e.g. '2번은'
      (?!\s?(?:째|문|국|지))  # not '3번 문제'
      (?=[^가-힣]|\Z|{PARTICLE})  # not '3번호'
    | [(\[]\s?(?P<bracketed>10|[1-9])\s?[)\]]  # e.g. '정답은 (2)'
    | (?<![가-힣])(?P<ordinal>{"|".join(_KOREAN_ORDINALS)}|10|[1-9])\s?번\s?째  # e.g. '두 번째 선택지', '2번째이다'
      (?=\s?(?:선택지|보기|옵션|항목|답|것)|\s?(?:{COPULA})|[^가-힣 ]|\Z)  # not '두 번째 문단'
    | \b(?P<english>{"|".join(_ENGLISH_ORDINALS)})\s(?:option|choice|answer|one)\b  # e.g. 'the second option'
    | (?:선택지|보기|옵션|\boption|\bchoice)\s?(?P<named>10|[1-9])(?![\d.])  # e.g. '보기 2', 'Option 2'
    | \A\s{{0,4}}(?P<leading>10|[1-9])[.)](?!\d)  # e.g. '2. 원두'
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

_BEHIND = 40
_SET_ASIDE_BEHIND = re.compile(
    rf"""
      \W{{0,3}}(?:번)?(?:이|가|은|는|도|을|를)?\s?(?:모두|전부|다)?\s?(?:정답이|답이|정답은|답은)?\s?
      (?:
          아니|아닌|아닙  # e.g. '가 아니라 (C)', '는 정답이 아니다'
        | 틀렸|틀리|틀립|틀림|틀린\s(?:답|정답|선택)  # e.g. '는 틀렸다', '는 틀린 답'
        | 오답|제외  # e.g. '는 오답', '를 제외하면'
        | 말고|대신|보다  # e.g. ' 말고 (C)'
        | 중(?:에|\s|\Z)|가운데|외에  # e.g. ' 중에', ' 외에는'
        | (?:이|일\s?)?라면|이었다면|였다면|일\s경우  # e.g. '라면 어색하다'
        | 처럼|(?:이)?라고\s생각했|인\s줄|인\s?것\s같지만|일\s것\s같지만  # e.g. '인 줄 알았다', '처럼 답하라'
      )
    | [^.,\n(]{{1,20}}[이가]\s아니[라고]\s\W?(?:[{LETTERS}](?![A-Za-z])|\d\s?번)  # e.g. ' 경국대전이 아니라 B'
    | ['\"”’)]{{0,3}}\s?(?:와|과)?\s?(?:같은|같이)?\s?(?:의|은|라는|이라는)?\s?(?:형식|형태|양식)  # e.g. "' 형식으로"
    | \W{{0,2}}(?:is|are|was|were|would\ be|seems|looks)?\s?(?:both|all|also|clearly)?\s?
      (?:
          not\b|n't  # e.g. ' is not', " isn't"
        | wrong\b|incorrect\b|false\b|excluded\b|ruled\sout  # e.g. ' is clearly wrong', ' was ruled out'
        | the\swrong\b|an?\swrong\b  # e.g. ' is the wrong one'
      )
    """,
    re.VERBOSE | re.IGNORECASE,
)
IS_THE_ANSWER = re.compile(
    rf"""
      \s?(?:번)?(?:이|가|은|는)?\s?(?:바로|가장)?\s?(?:정답|답|해답)
      (?!일\s수|일까|인가|인지|처럼|이라면|이라고\s(?:생각할|생각했|볼|오해|착각))  # not '가 답일 수 있다'
      \s?(?:{COPULA}|으로|이라|입|임)  # e.g. '가 정답입니다', '번이 답으로'
    | (?:은|는)\s[^.\n]{{0,60}}(?<![오대응])답(?:입니다|이다)  # e.g. '는 이 질문의 답입니다'
    | \W{{0,2}}is\s(?:the|my)\s(?:\w{{1,12}}\s){{0,2}}(?:answer|choice|option)\b  # e.g. ' is the best answer'
    """,
    re.VERBOSE | re.IGNORECASE,
)
IS_RIGHT = re.compile(
    r"""
      \s?(?:번)?(?:이|가)\s?(?:가장|더|제일|바로)?\s?(?:맞|옳|적절|알맞|올바|적합|타당)  # e.g. '가 가장 적절하다'
      (?!.{0,6}않)  # not '가 옳지 않다'
    | \W{0,2}is\s(?:clearly\s|most\s|the\s)*(?:correct|right|best|appropriate)\b  # e.g. ' is clearly correct'
    | \s?(?:번)?(?:을|를)?\s?(?:선택|고르|고른|고릅|골라|골랐|택하|택합|택했)  # e.g. '를 고르겠다'
    | \s?(?:번)?(?:이)?(?:라고|로)\s?(?:생각합|생각한|판단|봅|본다|보인|보입|하겠)  # e.g. '라고 생각합니다'
    | 인\s?것\s?같  # e.g. '인 것 같다'
      (?!지만)  # not '인 것 같지만'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE = 28
_SET_ASIDE_BEFORE = re.compile(
    r"""
    (?:
        \bnot(?:\sbe)?|n't(?:\sbe)?  # e.g. 'it is not ', "can't be option "
      | \brather\sthan|\binstead\sof|\bthan  # e.g. 'rather than ', 'better than '
      | \bexcept|\bexcluding|\bneither|\bif  # e.g. 'all except ', 'if the answer is '
      | 오답은?\s?:?|틀린\s답은?\s?:?|만약|가령  # e.g. '오답: ', '만약 정답이 '
    )
    \s?(?:it\sis|it's|the\sanswer\s(?:is|were)|정답이|답이)?\s?(?:option|choice)?\s?\W?\Z
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One place that names an option; `plain` says that it is a letter or number written in words' company."""

    label: str
    start: int
    end: int
    plain: bool = False


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
    """The letters, but for those that stand inside an option's own text."""
    found = []
    for match in ends_of(list(_LETTER.finditer(text))):
        written = match[match.lastgroup or 0]
        bare = match.lastgroup == "bare"
        if bare and written in "AI" and _ARTICLE_OR_PRONOUN.match(text, match.end()):
            continue
        label = options.label(written)
        if label:
            found.append(Mention(label, match.start(), match.end(), bare))
    return _outside_texts(found, text, options) if options.speak_of_labels else found


def find_numbers(text: str, options: Options) -> list[Mention]:
    """The numbers that count options: ``2번``, ``(2)``, ``두 번째 선택지``, ``option 2``."""
    found = []
    for match in ends_of(list(_NUMBER.finditer(text))):
        if match.lastgroup == "leading" and "\n" in text:
            continue  # the first of a numbered list
        written = match[match.lastgroup or 0].lower()
        label = options.label(str(_ORDINALS.get(written, written)))
        if label:
            found.append(Mention(label, match.start(), match.end()))
    return _outside_texts(found, text, options) if options.speak_of_labels else found


def find_texts(text: str, options: Options) -> list[Mention]:
    """The options' own texts."""
    return [Mention(options.labels[index], start, end) for index, start, end in options.occurrences(text)]


FINDERS: tuple[Finder, ...] = (find_letters, find_numbers, find_texts)
"""In the order of their weight: where a text names a letter, its numbers and its words explain."""


def _outside_texts(found: Iterable[Mention], text: str, options: Options) -> list[Mention]:
    spans = [(start, end) for _, start, end in options.occurrences(text)]
    return [
        mention for mention in found if not any(start <= mention.start and mention.end <= end for start, end in spans)
    ]


def join(text: str, mentions: Sequence[Mention], options: Options) -> list[Group]:
    """Put neighbouring mentions together and find out how the text speaks of them."""
    groups: list[Group] = []
    run: list[Mention] = []
    end = 0
    for mention in mentions:
        between = text[end : mention.start]
        if run and not (len(between) <= _LONGEST_JOINT and "\n" not in between and _JOINED.fullmatch(between)):
            groups.append(_group(text, run, end))
            run = []
        if len(run) == 1 and end > run[0].end and _TOPIC.match(text, mention.end):
            # "(B) 경국대전, (A)는 …": a new clause, not a second choice.
            groups.append(_group(text, run, end))
            run = []
        run.append(mention)
        end = options.end_of_own_text(text, mention.label, mention.end)
    if run:
        groups.append(_group(text, run, end))
    return groups


def _group(text: str, run: Sequence[Mention], end: int) -> Group:
    start = run[0].start
    behind = text[end : end + _BEHIND].partition("\n")[0]
    before = text[max(0, start - _BEFORE) : start]
    return Group(
        tuple(dict.fromkeys(mention.label for mention in run)),
        start,
        end,
        all(mention.plain for mention in run),
        bool(_SET_ASIDE_BEHIND.match(behind) or _SET_ASIDE_BEFORE.search(before)),
        bool(_TOPIC.match(behind)),
    )
