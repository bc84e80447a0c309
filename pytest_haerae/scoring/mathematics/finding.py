"""Where a text states its final answer: in a box, behind a word such as 정답은, or as the last number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pytest_haerae.scoring.mathematics.characters import PlainText
from pytest_haerae.scoring.mathematics.sentences import (
    LONGEST_ANSWER,
    any_values,
    predicate_values,
    sentences,
    stated_value,
    whole_value,
    without_ending,
)
from pytest_haerae.scoring.reading.cleaning import shorten, strip_reasoning
from pytest_haerae.scoring.reading.turns import own_part

_MOST_STATEMENTS = 100
_BOX = re.compile(r"\\{0,2}\b(?:boxed|fbox|framebox)\s*\{")
_BRACE = re.compile(r"[{}]")
_BETWEEN_BOXES = re.compile(r"[\s$]*(?:,|또는|혹은|이거나|그리고|와|과|및|or|and|\\text\{[^{}]*\}|\\quad)?[\s$,]*")
_STATEMENT = re.compile(
    r"""
    (?:
        (?:정답|최종\s?(?:답안|답|정답|결과)|(?<![가-힣])답(?:변|안)?|\b(?:final\s)?answer\b)
        (?:[ \t]*\([^()\n]{1,20}\))?["'’”*`\])]{0,4}[ \t]*(?:은|는|:|=|is\b)  # e.g. '정답은', '**답**:', 'answer is'
      | ^[ \t]*\#{1,6}[ \t]*(?:정답|최종\s?답안?|답안?|answer|final\sanswer)[ \t*:]*$  # e.g. '### 정답'
      | ^[ \t]*\#{3,6}[ \t]*(?=[-+]?[\d$\\])  # e.g. '#### 42'
      | ^[ \t*]*(?:정답|답)[ \t*]+(?=[-+]?[\d$\\①-⑳])  # e.g. '답 12'
    )
    [ \t:*]*
    (?P<text>[^\n]*\S[^\n]*|[ \t*:]*\n{1,2}[^\n]+)?
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_CONCLUSION = re.compile(
    r"""
      (?:결과(?:값)?|결론|구(?:하는|한)\s?(?:값|수|것|넓이|길이)|(?:최종|최종적인)\s?값|합계|총합)(?:은|는|:|=)
    | 따라서|그러므로|결국|결론적으로|정리하면|즉,|그래서
    | \b(?:therefore|thus|hence|so),?\s
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"알\s수\s(?:는\s)?없|(?:구할|풀|결정할|계산할|답할|정할|판단할|찾을)\s수\s?(?:가\s|는\s)?없|모르겠|모릅니다|정보가\s부족|조건이\s부족"
    r"|답하기\s어렵|(?:드릴|제공할|답변할|대답할|말씀드릴)\s수\s(?:는\s|가\s)?없|cannot\s(?:be\s)?(?:determine|answer|solve|compute|calculate)|can't\s(?:determine|answer|solve)"
    r"|unable\sto|don't\sknow|not\senough\sinformation",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"오차|신뢰|정확도|정밀도|걸렸|참고로|유효\s?숫자|풀이(?:는|의|\s시간)|검산|난이도|출처|확신|소수\s?(?:첫|둘|셋)?째?\s?자리|반올림"
    r"|\bnote\b|\berror\b|confidence",
    re.IGNORECASE,
)

_NO_CLAIM = re.compile(
    r"[?？]\s*\Z|(?:봅시다|보자|합시다|하자|까요|겠습니다|하세요|하시오|십시오|시오|해\s?주세요)[.!]?\s*\Z"
    r"|(?:방법|공식|조건|단계|과정)(?:은|는|이|가)\s.{0,20}가지"
)
"""A question, a plan, a request, or how many steps there are: no number in it is an answer."""
_BREAKS_OFF = re.compile(r"[=+×÷/<≈(]\s*\Z")
"""A calculation that was cut: what stands before is a step on the way."""


@dataclass(frozen=True, slots=True)
class Found:
    """A final answer.

    Attributes:
        answer: As it is written, in plain characters, without spaces around it.
        rule: What read it.
        why: The words that were read, as they stand in the output; None where they cannot be found again.
        why_start: Where they begin there; None with `why`.
    """

    answer: str
    rule: str
    why: str | None
    why_start: int | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    answer: str
    rule: str


def find_answer(text: str, query: str, *, cut: bool = False, words: bool = False) -> Found | None:
    r"""The last stated answer of a text: the last ``\boxed{…}`` or ``정답: …``, or else the last number it comes to.

    Args:
        text: The model's output.
        query: The item's query.
        cut: Whether the output ended at its limit: then a number that is not stated as the answer is a step on the way.
        words: Whether the answer may be words, as the reference is.

    Returns:
        None where it states none, or one that is longer than an answer.
    """
    plain = PlainText(unicodedata.normalize("NFC", shorten(strip_reasoning(text))))
    own = own_part(plain.text, query, _first_statement)
    boxes = _boxes(own)[-1:]
    stated = list(islice(_statements(own, last_first=True, words=words), 1))
    chosen = max(boxes + stated, key=lambda each: each.start, default=None)
    if chosen is None and not cut:
        chosen = _concluded(own)
    if chosen is None or len(chosen.answer) > LONGEST_ANSWER:
        return None
    said = plain.words(chosen.start, chosen.end).strip()
    later = plain.text.count(plain.text[chosen.start : chosen.end].strip(), chosen.end)
    return Found(chosen.answer, chosen.rule, *_in_raw(said, text, later))


def _in_raw(words: str, raw: str, later: int) -> tuple[str, int] | tuple[None, None]:
    """Words as they stand in the raw text, from which reasoning was taken and whose characters were composed.

    Args:
        words: The words.
        raw: The raw text.
        later: How often they stand once more further down.
    """
    for form in (words, unicodedata.normalize("NFD", words)):
        starts = [match.start() for match in re.finditer(re.escape(form), raw)] if form else []
        if starts:
            return form, starts[max(-1 - later, -len(starts))]
    return None, None


def _first_statement(text: str) -> int | None:
    first = [each.start for each in (*_boxes(text)[:1], *islice(_statements(text), 1))]
    line = text.lstrip().partition("\n")[0]
    if whole_value(line):
        first.append(text.index(line))
    return min(first, default=None)


def _boxes(text: str) -> list[_Candidate]:
    r"""The content of each ``\boxed{…}``, braces counted; boxes that "or" joins are one, a cut one is none."""
    found: list[_Candidate] = []
    closed = _closing_braces(text)
    for match in _BOX.finditer(text):
        end = closed.get(match.end() - 1)
        if end is None or (found and match.start() < found[-1].end):
            continue
        content = text[match.end() : end].strip()
        if not content:
            continue
        box = _Candidate(match.start(), end + 1, content, "box")
        if found and _BETWEEN_BOXES.fullmatch(text, found[-1].end, match.start()) and _joined(text, found[-1].end, box):
            box = _Candidate(found[-1].start, end + 1, f"{found[-1].answer}, {content}", "box")
            found.pop()
        found.append(box)
    return found


def _joined(text: str, end: int, box: _Candidate) -> bool:
    """Whether something stands between two boxes that makes them one answer: a comma or a word, not a new line."""
    return bool(text[end : box.start].strip(" \t\n$"))


def _closing_braces(text: str) -> dict[int, int]:
    """Where each brace is closed, by the place where it is opened."""
    closed: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACE.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif opened:
            closed[opened.pop()] = match.start()
    return closed


def _statements(text: str, *, last_first: bool = False, words: bool = False) -> Iterator[_Candidate]:
    found = list(_STATEMENT.finditer(text))
    for match in (found[::-1] if last_first else found)[:_MOST_STATEMENTS]:
        said = match["text"]
        if not said or _BOX.search(said):
            continue
        value = stated_value(said.strip())
        if value is None and words:
            value = without_ending(said) or None
        if value is None or _NO_ANSWER.search(sentences(said.strip())[0]):
            continue
        place = text.find(value, match.start("text"))
        yield _Candidate(match.start(), place + len(value), value, "statement")


def _concluded(text: str) -> _Candidate | None:
    """The number that a text comes to where nothing in it is said to be the answer."""
    said = [(place, sentence) for place, sentence in _placed(text) if sentence.strip(" \t\n*#-")]
    if _BREAKS_OFF.search(text):
        return None
    if len(said) == 1 and (alone := whole_value(text)):
        place = text.find(alone)
        return _Candidate(place, place + len(alone), alone, "whole text")
    refusals = [index for index, (_, sentence) in enumerate(said) if _NO_ANSWER.search(sentence)]
    said = said[refusals[-1] + 1 :] if refusals else said
    said = [entry for entry in said if not _NO_CLAIM.search(entry[1])]
    main = [entry for entry in said if not _ASIDE.search(entry[1])]
    concluding = [entry for entry in said if _concludes(entry[1])]
    steps = [(concluding, _conclusion), (main, predicate_values)]
    for chosen, read in steps if refusals else [*steps, (main, any_values), (said, any_values)]:
        for place, sentence in reversed(chosen):
            values = read(sentence)
            if values:
                start = place + sentence.rfind(values[-1])
                return _Candidate(start, start + len(values[-1]), values[-1], "last number")
    return None


def _concludes(sentence: str) -> bool:
    """Whether a sentence says what the text comes to; an aside does so only if it names the result before."""
    aside = _ASIDE.search(sentence)
    matches = list(_CONCLUSION.finditer(sentence))
    return any(aside is None or (match[0][-1] in "은는:=" and match.start() < aside.start()) for match in matches)


def _conclusion(sentence: str) -> list[str]:
    """What a concluding sentence says of its result: behind 결과값은 at once, behind 따라서 before its verb."""
    named = [match.end() for match in _CONCLUSION.finditer(sentence) if match[0][-1] in "은는:="]
    value = stated_value(sentence[named[-1] :]) if named else None
    return [value] if value else predicate_values(sentence)


def _placed(text: str) -> Iterator[tuple[int, str]]:
    """Each sentence with its place."""
    place = 0
    for sentence in sentences(text):
        yield place, sentence
        place += len(sentence)
