"""What a cut text has only begun to write: a list, or the options of a question that it restates."""

from __future__ import annotations

import re

from pytest_haerae.scoring.reading.options import Options
from pytest_haerae.scoring.reading.output import whole_label
from pytest_haerae.scoring.reading.turns import QUESTION

_LIST_NUMBER = re.compile(
    r"""
    [ \t>*-]{0,8}
    (?:
        (?P<dotted>\d{1,2})[.)]\s?  # e.g. '1.', '3) '
      | 1  # e.g. '1'
    )
    \Z
    """,
    re.VERBOSE,
)
_FIRST_OF_A_LIST = re.compile(r"[ \t>*-]{0,8}1[.)]\s+\S")
_ANNOUNCES = re.compile(r"(?:정답|해답|답안|답변|(?<![가-힣])답|answer)\W{0,6}(?:은|는)?\W{0,3}\Z", re.IGNORECASE)
_STATES = re.compile(r"정답|답[은:]|\banswer\b", re.IGNORECASE)
_OPTIONS_HEADING = re.compile(r"\W*(?:선택지|보기|선지|options|choices)\W*", re.IGNORECASE)
_EXAMINES_EACH = re.compile(
    r"""
      (?:각|모든)\s(?:보기|선택지|선지|항목|옵션)|하나씩|차례로  # e.g. '각 보기를 살펴보겠습니다.'
    | \b(?:each|every)\s(?:option|choice|statement)|\bone\sby\sone  # e.g. "Let's look at each option:"
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FIRST_OPTION = re.compile(r"[ \t>*-]{0,8}[(\[]?(?P<label>[A-Za-z]|1)(?:[)\]]|\s?[.:)]|번)?\s?(?P<rest>.*)\Z")


def end_before_a_begun_list(text: str, options: Options) -> int:
    r"""Where a text ends, without a list or a question's options that its last line begins.

    ``…다음과 같습니다.\n\n1. 포도당의`` and ``질문 1: …인 것은?\n\nA:`` state no answer; ``정답:\n2`` does.

    Args:
        text: The cleaned text.
        options: The item's options.
    """
    before, last, previous = _last_lines(text)
    number = _LIST_NUMBER.match(last)
    if number:
        if not before or _ANNOUNCES.search(previous):
            return len(text)
        return _before_the_list(before, int(number["dotted"] or 1), options)
    if _FIRST_OF_A_LIST.match(last) and not _STATES.search(last):
        return len(text) if whole_label(last, options) or _ANNOUNCES.search(previous) else len(before)
    if before and _begins_the_options(before, last, options):
        return len(before)
    return len(text)


def _last_lines(text: str) -> tuple[str, str, str]:
    """What stands before a text's last line, that line, and the one before it."""
    before, _, last = text.rstrip().rpartition("\n")
    before = before.rstrip()
    return before, last, before.rpartition("\n")[2]


def _before_the_list(text: str, number: int, options: Options) -> int:
    """Where a text ends without the lines of a list that come before a number, unless they are letters alone."""
    while number > 1:
        number -= 1
        before, last, _ = _last_lines(text)
        whole = whole_label(last, options)
        if not re.match(rf"[ \t>*-]{{0,8}}{number}[.)]\s", last) or (whole and whole.kind == "letter"):
            break
        text = before
    return len(text)


def _begins_the_options(before: str, last: str, options: Options) -> bool:
    """Whether a text lists options, or is a question, and the last line the first option, or a piece of that."""
    first = _FIRST_OPTION.match(last)
    if not first or options.label(first["label"]) != options.labels[0]:
        return False
    above = before.rpartition("\n")[2]
    if _EXAMINES_EACH.search(above) and not _STATES.search(above):
        return True
    heading = QUESTION.match(before)
    asked = heading and len(before) > heading.end() and (before.endswith("?") or "\n" not in before)
    only_asks = before.endswith("?") and "\n" not in before and not _STATES.search(before)
    rest = "".join(first["rest"].split())
    begun = not rest or "".join(options.forms[0][0].split()).startswith(rest)
    return begun and bool(asked or only_asks or _OPTIONS_HEADING.fullmatch(above))
