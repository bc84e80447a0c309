"""The places where a text states its answer, weighed as a careful person would weigh them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_haerae.scoring.reading.mentions import IS_RIGHT, IS_THE_ANSWER, Group
from pytest_haerae.scoring.reading.output import SEVERAL, Output, read_sentence
from pytest_haerae.types import LETTERS

_MOST_PLACES = 30
"""Places that are tried, from the end: a text that repeats itself stays cheap to read."""
_LONGEST_SENTENCE, _BEFORE = 300, 28

_SENTENCE_END = re.compile(r"\n|(?<=[.!?。])\s")
_GOES_ON_BELOW = re.compile(r"\W*|.*:\W*|.*(?:다음과\s?같|아래와\s?같|as\sfollows|아니다|아니야|아니).{0,12}")

_BELOW = r"[ \t]{0,9}\n(?=\s*\S)"
_KOREAN_MARKER = rf"""
      (?<![가-힣])(?:최종\s?)?(?:정답|해답|답안|답변|답)(?:\s?및\s?해설|\s?번호|\s?기호)?[\]】>)\"'”’]{{0,3}}\s?
      (?:
          (?:은|는|이|가)(?=[\s('\"{LETTERS}\d])  # e.g. '정답은 (B)', '최종 답은 2번', '정답 기호는 B'
        | 은요|은\?  # e.g. '답은요'
        | [:=→\-–—>]{{1,3}}  # e.g. '정답: B', '[정답] → B', '"정답": "B"'
        | (?=[(\[])  # e.g. '정답 (B)'
        | (?=\s?[{LETTERS}](?![A-Za-z]))  # e.g. '[정답] B'
        | {_BELOW}  # e.g. '정답\n\n원두'
      )
"""
_ENGLISH_MARKER = rf"""
      \b(?:final_)?(?:answer|ans|choice|option|solution)\b[\]>)\"']{{0,2}}\s?
      (?:
          (?:\s\S{{1,12}}){{0,6}}?\s(?:is|are|(?:would|should|must|will)\sbe)\b:?  # e.g. 'The best option would be B'
        | [:=→–—-]{{1,3}}  # e.g. 'Answer: B', '"answer": "B"'
        | \.(?=\s?[(\[]?[{LETTERS}]\b)  # e.g. 'Answer. B'
        | {_BELOW}  # e.g. '### ANSWER\n\nThe code'
      )
    | \banswer\s?(?=\(?[{LETTERS}]\b)  # e.g. 'Answer (B)'
"""
_MARKER = re.compile(
    rf"""
      {_KOREAN_MARKER}
    | {_ENGLISH_MARKER}
    | <\s?(?:final_)?(?:answer|정답)\s?>  # e.g. '<answer>B</answer>'
    | \bboxed:  # e.g. 'boxed: B'
    | (?:正确)?答案\s?(?:是|为|:)  # e.g. '正确答案是B'
    | (?:正解|答え)は?:?  # e.g. '正解はB'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"""
      (?<![가-힣])
      (?:
          아니(?=[,.!…\s]|다[.,!]|야|요[,.!])  # e.g. '아니, B', '아니다. B'
        | 잠깐|다시\s?(?:보니|생각|살펴|확인|읽|검토)  # e.g. '잠깐, B', '다시 보니 B'
        | 정정|수정\s?:|사실은|실제로는  # e.g. '정정: B', '사실은 B'
      )
    | \b(?:wait|actually|correction|on\s(?:second\sthought|reflection)|sorry)\b  # e.g. 'Wait, B', 'On reflection, B'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"""
      따라서|그러므로|그래서  # e.g. '따라서 (B)'
    | 결론적으로|결론은|결론\s?:|결국|고로  # e.g. '결론: (B)', '결국 (B)'
    | \b(?:therefore|thus|hence|so|in\sconclusion|conclusion:)\b  # e.g. 'Therefore B', 'So, B'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WHAT_WAS_ASKED = re.compile(
    rf"""
    (?:것|설명|선택지|단어|표현|내용|문장|보기|인물|사람|용어)[은는]\s  # e.g. '알맞은 것은 (B)', '옳은 설명은 2번'
    (?=\W{{0,3}}(?:[{LETTERS}](?![A-Za-z])|\d{{1,2}}\s?[번)]))  # not '알맞은 것은 원두'
    """,
    re.VERBOSE,
)
_I_CHOOSE = re.compile(
    r"\bI(?:'d|'ll|\swould|\swill)?\s(?:choose|pick|select|go\swith|say|answer)\s(?:option\s|choice\s)?\W?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One place that states an answer: where, the label or `SEVERAL`, and the name of the rule that read it."""

    place: int
    label: str
    rule: str


def last_statement(output: Output) -> Statement | None:
    """The last explicit verdict: 정답은 …, The answer is …, a box, an answer tag, … is the answer, a correction."""
    return _last(_announced(output), _predicated(output, IS_THE_ANSWER, "stated verdict"), _corrected(output))


def last_conclusion(output: Output) -> Statement | None:
    """The last sentence that concludes, chooses, or calls one option right, without saying that it is the answer."""
    return _last(
        _cued(output, _CONCLUSION, "conclusion"),
        _asked(output),
        _predicated(output, IS_RIGHT, "conclusion"),
        _chosen(output),
    )


def _last(*kinds: Iterator[Statement]) -> Statement | None:
    """The last statement of several kinds; each kind yields its own from the text's end."""
    lasts = [statement for kind in kinds if (statement := next(kind, None))]
    return max(lasts, key=lambda statement: statement.place, default=None)


def _places(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(pattern.finditer(text))[: -_MOST_PLACES - 1 : -1]


def _announced(output: Output) -> Iterator[Statement]:
    """What follows the words that announce an answer."""
    for match in _places(_MARKER, output.text):
        label = _read_from(output, match.end())
        if label:
            word = match[0]
            rule = "box" if word.endswith("boxed:") else "answer tag" if word.startswith("<") else "stated verdict"
            yield Statement(match.start(), label, rule)


def _read_from(output: Output, start: int) -> str | None:
    """Read the sentence that begins here; where it only announces, the next one."""
    sentence = _sentence(output.text, start)
    label = read_sentence(sentence.strip(), output.options)
    if label or not _GOES_ON_BELOW.fullmatch(sentence):
        return label
    following = _sentence(output.text, start + len(sentence))
    return read_sentence(following.strip(), output.options)


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
        beyond = group.start


def _stated(group: Group, rule: str) -> Statement:
    return Statement(group.start, group.labels[0] if len(group.labels) == 1 else SEVERAL, rule)


def _chosen(output: Output) -> Iterator[Statement]:
    for group in reversed(output.groups[-_MOST_PLACES:]):
        if _I_CHOOSE.search(output.text[max(0, group.start - _BEFORE) : group.start]) and not group.set_aside:
            yield _stated(group, "conclusion")


def _asked(output: Output) -> Iterator[Statement]:
    """The question's own words, completed: 알맞은 것은 (B)."""
    for match in _places(_WHAT_WAS_ASKED, output.text):
        label = _read_from(output, match.end())
        if label:
            yield Statement(match.start(), label, "conclusion")


def _corrected(output: Output) -> Iterator[Statement]:
    return _cued(output, _CORRECTION, "correction")


def _cued(output: Output, cue: re.Pattern[str], rule: str) -> Iterator[Statement]:
    """The one option of a sentence that a word such as 따라서 or "wait" opens."""
    for match in _places(cue, output.text):
        sentence = _sentence(output.text, match.end())
        label = _only_choice(output, match.end(), match.end() + len(sentence))
        if not label and _GOES_ON_BELOW.fullmatch(sentence):
            start = match.end() + len(sentence)
            label = _only_choice(output, start, start + len(_sentence(output.text, start)))
        if label:
            yield Statement(match.start(), label, rule)


def _only_choice(output: Output, start: int, end: int) -> str | None:
    """The only option that a stretch of text chooses; talking about one (Korean 은, 는, 도) is not choosing it."""
    here = [group for group in output.groups if start <= group.start < end and not group.set_aside]
    called_right = [group for group in here if IS_RIGHT.match(output.text, group.end)]
    for groups in (called_right, [group for group in here if not group.topic]):
        labels = {label for group in groups for label in group.labels}
        if len(labels) == 1:
            return labels.pop()
        if len(groups) == 1:
            return SEVERAL
    return None
