"""The value that a sentence states: between dollars, at its beginning, or before the verb at its end."""

from __future__ import annotations

import re

from pytest_haerae.scoring.mathematics.dates import DATE, read_clock, read_date, read_duration
from pytest_haerae.scoring.mathematics.notation import plain_notation
from pytest_haerae.scoring.mathematics.numerals import UNIT, read_number
from pytest_haerae.scoring.mathematics.sets import read_intervals, read_several

LONGEST_ANSWER = 300
"""Characters of a final answer: a number, a formula, a list of them; what is longer is a text, not an answer."""
_LONGEST_SENTENCE = 600
"""Characters that are read of a sentence: of what follows 정답은 the beginning, of any other one the end."""

_FORMULA = re.compile(r"(?<![\\$])\$+([^$]+?)(?<!\\)\$+|\\\((.+?)\\\)|\\\[(.+?)\\\]")
_BETWEEN = re.compile(r"\s?(?:,|또는|혹은|이거나|그리고|과|와|및|or|and|~)\s?")
_SENTENCE_END = re.compile(r"(?:(?<!\d)[.!?。]|(?<=\d)[.!?。](?!\s\d{1,2}\.))(?=\s|\Z|[*\"')])|\n|(?<=다)\.(?=\S)")
"""The full stops inside ``2005. 9. 1.`` end no sentence."""
_CLAUSE = re.compile(
    r"(?:이고|이며|이므로|이라서|이지만|인데|입니다만|이라고|라고|라는|이라는|으로|로서)[\s,].*|,?\s(?:which|because|since|as|when|where|if|so)\b.*",
    re.DOTALL,
)
_REMARK = re.compile(r"\s*[(\[](?=\s?\\pm|[^()\[\]]*[가-힣]|[^()\[\]]*[A-Za-z]{3})[^()\[\]]*[)\]]\s*\Z")
_NOT = re.compile(r".*(?:가|이)?\s?아니(?:라|고|며)[\s,]+", re.DOTALL)
_ENDING = re.compile(
    r"\s*(?:입니다|이다|이에요|예요|임|(?:이|가)\s?(?:됩니다|된다|맞습니다|되겠습니다)|이라\s(?:할|볼)\s수\s있(?:다|습니다))?"
    r"(?:[\s.*。]|(?<![\w)])!|(?<=[다요])!)*\Z"
)
_PARTICLE = re.compile(r"(?<=\S)(?:이|가)\s?\Z")
_TOO_WORDY = re.compile(r"[가-힣]{2,}\s[가-힣]{2,}\s[가-힣]{2,}|(?<![\\A-Za-z])[A-Za-z]{3,}")
_HANGUL = re.compile("[가-힣]")
_MATHEMATICAL = re.compile(r"[\d\\]|\A[A-Za-z]\Z|[A-Za-z0-9)}]\s?[-+*/^=<>]\s?[A-Za-z0-9({\\]")
_PREDICATE = re.compile(
    r"""
    \s?
    (?:이|가|은|는|을|를|로|으로|만|만큼|이나|씩)?\s?
    (?:
        입니다|이다|다|임|이에요|예요|이었다|였다|(?:이|가)?\s?(?:된다|됩니다|됨)
      | 있(?:다|습니다|어요)|남(?:는다|습니다|게\s된다)|필요(?:하다|합니다)|걸린다|걸립니다|받(?:는다|습니다)
      | 나온다|나옵니다|나타난다|나타납니다|(?:계산|도출)(?:된다|됩니다)|구해(?:진다|집니다)|같(?:다|습니다)
      | 얻는다|얻습니다|얻을\s수\s있(?:다|습니다)|산다|샀다|먹었다|먹는다|가진다|갖는다
    )?
    [\s.!*)。\]]*\Z
    """,
    re.VERBOSE,
)
_VALUE = re.compile(
    r"""
    (?<![\w.\\}])
    [-+]?\s?(?:[$₩]\s?)?
    (?:
        """
    + DATE
    + r"""  # e.g. '2005.9.1', '2005년 9월 1일'
      | \d+\s?시간\s?\d+\s?분(?:\s?\d+\s?초)?  # e.g. '2시간 30분'
      | \d{1,3}(?:[ ,']\d{3})+(?:\.\d+)?(?![\d])  # e.g. '1,000', '1 000'
      | \d+\s\d+/\d+  # e.g. '2 1/2'
      | \d+(?:\s?대\s?|:|\s:\s)\d+(?![\d:])  # e.g. '2:3', '2 대 3'
      | (?:\d+(?:과|와)\s)?\d+분의\s\d+  # e.g. '3분의 2'
      | (?:\d[\d,]*(?:\.\d+)?\s?[십백천]?[만억조]\s?)+(?:\d[\d,]*[십백천]?)?(?=\s?[가-힣]|\W|\Z)  # e.g. '3만 5천'
      | \d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)?  # e.g. '12', '1/2'
    )
    (?:\^\{-?\d+\})?
    """,
    re.VERBOSE,
)
_INEQUALITY = re.compile(
    r"(?:[-\w./\\{}]{1,40}\s{0,2}(?:<|>|\\[lg]e)\s{0,2})?\b[A-Za-z]\s{0,2}(?:<|>|\\[lg]e)\s{0,2}-?[\w./\\{}]{1,40}"
)
_POINT = re.compile(r"(?<![\w}])\((?:[^()\n,가-힣]{1,30},\s?){1,3}[^()\n,가-힣]{1,30}\)")
_ORDINAL = re.compile(
    r"""
    \s?
    (?:
        단계|번째|째\b|차(?:\s|식|원|방정식)|번\s(?!입니다|이다)|번(?:은|이|의|을|에|과|와|으로)
      | 장(?:\s|에)|절|쪽\s|페이지|항\s|학년|호선|년\s|년도
      | 가지\s?(?:방법|조건|경우|단계|방식|식|성질|이유|풀이|가\s더|더)|개의\s?(?:식|조건|단계|방정식)
      | \)\s|\.\s(?=\S)|st\b|nd\b|rd\b|th\b|\s?steps?\b
    )
    """,
    re.VERBOSE,
)
_AFTER_A_VALUE = re.compile(
    r"[\s*_`\"']*(?:\Z|[,(;:]|\.(?:\s|\Z)|(?:이|가)?\s?(?:입니다|이다|이고|이며|이므로|이라|인데|되고|됩니다|된다)|out\sof\b)"
)
_BOUND = re.compile(r"\s?(?:이상|이하|초과|미만|보다|까지|부터|후에?\s|전에?\s|마다\s|에서\s)")
"""What stands behind the number of a condition, or of a time."""
_LONGEST_LABEL = 20
_LABEL = re.compile(
    r"(?:제\s?|문제\s?|식\s?|그림\s?|표\s?|단계\s?|step\s?|방법\s?|case\s?|\bno\.\s?|다음\s|위의?\s|아래의?\s|\()\Z",
    re.IGNORECASE,
)


def stated_value(text: str) -> str | None:
    """The value that follows a word such as 정답은; None where none does.

    Args:
        text: What follows, to the end of its line, in the characters of `characters.PlainText`.

    Returns:
        The value as it is written there: a part of `text`.
    """
    text = text[:_LONGEST_SENTENCE].strip(" \t*`:_\"'")
    formulas = _first_formulas(text)
    if formulas:
        return formulas
    sentence = sentences(text)[0] if text else ""
    sentence = _NOT.sub("", sentence) if _NOT.match(sentence) else sentence
    for trimmed in (sentence, _CLAUSE.sub("", sentence)):
        bare = _REMARK.sub("", _ENDING.sub("", trimmed))
        bare = _ENDING.sub("", bare).strip(" *`_\"'")
        for value in (bare, _PARTICLE.sub("", bare)):  # "삼분의 이" ends in no particle
            if is_value(value):
                return value
    leading = _VALUE.match(sentence)
    if leading and not _ORDINAL.match(sentence, leading.end()) and _is_apart(sentence[leading.end() :]):
        return leading[0].strip()
    found = predicate_values(sentence)
    return found[-1] if found else None


def _is_apart(rest: str) -> bool:
    """Whether what follows a value is its unit and the sentence's ending or a remark, and no formula that goes on."""
    unit = UNIT.match(rest)
    return bool(_AFTER_A_VALUE.match(rest) or (unit and _AFTER_A_VALUE.match(rest, unit.end())))


def _first_formulas(text: str) -> str | None:
    """The formulas between dollars that state the value: the first of its sentence with those that "or" joins to it."""
    found = list(_FORMULA.finditer(text))
    if not found:
        return None
    first_sentence = sentences(text)[0]
    found = [match for match in found if match.start() < len(first_sentence)] or found[:1]
    chosen = found[-1]
    if found[0].start() == 0 and not _NOT.match(text[found[0].end() :]):
        chosen = found[0]
    run = [chosen]
    for match in found[found.index(chosen) + 1 :]:
        if not _BETWEEN.fullmatch(text, run[-1].end(), match.start()):
            break
        run.append(match)
    for match in reversed(found[: found.index(chosen)]):
        if not _BETWEEN.fullmatch(text, match.end(), run[0].start()):
            break
        run.insert(0, match)
    if len(run) > 1:
        return text[run[0].start() : run[-1].end()]
    content = next(part for part in chosen.groups() if part).strip()
    unit = UNIT.match(text, chosen.end())
    # "$12$만 원" is scaled by what follows.
    return text[chosen.start() : unit.end()] if unit and text[chosen.end() :].lstrip()[:1] in "만억조천" else content


def is_value(text: str) -> bool:
    """Whether a whole text is a value: a number with its unit, a formula, a list or an interval of them."""
    if not text or len(text) > LONGEST_ANSWER:
        return False
    plain = plain_notation(text)
    return _is_number(plain) or bool(read_intervals(plain)) or _is_formula(plain) or _is_list(plain)


def _is_number(plain: str) -> bool:
    return any(read(plain) is not None for read in (read_number, read_date, read_duration, read_clock))


def _is_list(plain: str) -> bool:
    several = read_several(plain)
    return several is not None and all(_is_number(value) or _is_formula(value) for value in several.values)


def _is_formula(plain: str) -> bool:
    """Whether a text is mathematics without words, but for a unit at its end."""
    if not _MATHEMATICAL.search(plain) or _TOO_WORDY.search(plain) or plain.count("{") != plain.count("}"):
        return False
    first = _HANGUL.search(plain)
    return first is None or bool(UNIT.fullmatch(plain, first.start()))


def whole_value(text: str) -> str | None:
    """The value that a whole text is, without the ending of its sentence; None where it says more."""
    bare = without_ending(text)
    return bare if is_value(bare) else None


def without_ending(text: str) -> str:
    """A text without the ending of its sentence and emphasis around it."""
    return _ENDING.sub("", text.strip().strip("*` \t")).strip("*` \t")


def predicate_values(sentence: str) -> list[str]:
    """The numbers of a sentence that stand before its verb or at its end: those that it comes to."""
    sentence = sentence[-_LONGEST_SENTENCE:]
    formulas = [match for match in _FORMULA.finditer(sentence) if _PREDICATE.match(sentence, match.end())]
    if formulas:
        content = next(part for part in formulas[-1].groups() if part)
        if read_several(plain_notation(content)):
            return [content.strip()]
        last = content.rpartition("=")[2].strip()
        if is_value(last):
            return [last]
    for pattern in (_INEQUALITY, _POINT):
        for match in pattern.finditer(sentence):
            if _PREDICATE.match(sentence, match.end()) and is_value(match[0]) and not _is_number(match[0]):
                return [match[0].strip()]
    found = []
    for match in _VALUE.finditer(sentence):
        if _is_label(sentence, match):
            continue
        end = match.end()
        unit = UNIT.match(sentence, end)
        for stop in (unit.end() if unit else end, end):
            if _PREDICATE.match(sentence, stop):
                found.append(sentence[match.start() : stop].strip())
                break
    return found


def any_values(sentence: str) -> list[str]:
    """All numbers of a sentence that are no label and no number of steps."""
    sentence = sentence[-_LONGEST_SENTENCE:]
    return [match[0].strip() for match in _VALUE.finditer(sentence) if not _is_label(sentence, match)]


def _is_label(sentence: str, match: re.Match[str]) -> bool:
    before = sentence[max(0, match.start() - _LONGEST_LABEL) : match.start()]
    is_item = not before.strip(" #*-") and bool(re.match(r"[.)]\s|[.)]\Z|\)", sentence[match.end() :]))
    unit = UNIT.match(sentence, match.end())
    return is_item or bool(
        _ORDINAL.match(sentence, match.end())
        or _BOUND.match(sentence, unit.end() if unit else match.end())
        or _LABEL.search(before)
    )


def sentences(text: str) -> list[str]:
    """A text at the ends of its sentences and lines."""
    parts, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        parts.append(text[start : match.end()])
        start = match.end()
    return [*parts, text[start:]]
