"""Where a model's own answer ends and it rambles on: a question of its own making, the next turn of a chat."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from pytest_haerae.scoring.reading.marks import TURN

QUESTION = re.compile(
    r"""
    ^[ \t]{0,8}[\#>*\[【<( \t-]{0,12}
    (?:
        (?:질문|문제|문항|지문|문장|question|problem|passage|instruction|input|q)
        (?:\s?\((?:question|질문)\))?  # e.g. '질문 (Question): '
        \s?\d{0,3}\s?[\]】>)*]{0,4}\s?[:.\]】]  # e.g. '### 질문: ', '**Question**: ', 'Q. '
      | (?:질문|문제|문항|question|problem)\s?\d{1,3}(?!\d)  # e.g. '문제 12', '질문 2의 답'
      | 다음\s(?:질문|문제|글|지문)(?:을|를)\s  # e.g. '다음 글을 읽고'
      | (?<=\#\ )(?:질문|문제|문항|지문|question|problem)\s?\d{0,3}\s?$  # e.g. '## Question'
      | (?<=\#\ )(?:선택지|보기|options|choices)\s?:?\s*$  # e.g. '### 선택지: '
    )
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_MOST_QUESTIONS, _COMPARED, _FEWEST_COMPARED = 20, 24, 3
_SPACES = re.compile(r"\s+")
_ONLY_Q = re.compile(r"\W*q\W*", re.IGNORECASE)


def own_part(text: str, query: str, first_evidence: Callable[[str], int | None]) -> str:
    """Cut a text where its own answer ends; the arguments are those of `own_end`."""
    return text[: own_end(text, query, first_evidence)]


def own_end(
    text: str, query: str, first_evidence: Callable[[str], int | None], labels: tuple[str, ...] | None = None
) -> int:
    """Where a text's own answer ends.

    A base model that has answered goes on with the next question of its prompt's pattern, and answers that, too. What
    follows a question that is not the item's own, or the mark of another turn, is no answer to the item: but only once
    something stands before it that may be an answer, for a model may also restate the question before answering.

    Args:
        text: What the model wrote, without reasoning.
        query: The item's query, in which its own question is found again.
        first_evidence: Finds the first place of a text that may be an answer; None where there is none.
        labels: The item's labels: where Q is one of them, ``- Q: …`` is an option and no question.
    """
    if not TURN.search(text) and not QUESTION.search(text):
        return len(text)
    evidence = first_evidence(TURN.sub(_blank, text))
    if evidence is None:
        return len(text)
    turn = TURN.search(text, evidence + 1)
    ends = [turn.start()] if turn else []
    asked = _squeeze(query)
    for match in islice(QUESTION.finditer(text, evidence + 1), _MOST_QUESTIONS):
        line = text[match.end() : match.end() + 10 * _COMPARED].strip().partition("\n")[0]
        if labels and "Q" in labels and _ONLY_Q.fullmatch(match[0]) and not line.endswith("?"):
            continue
        beginning = _squeeze(line)[:_COMPARED]
        if len(beginning) < _FEWEST_COMPARED or beginning not in asked:
            ends.append(match.start())
            break
    return min(ends, default=len(text))


def _blank(match: re.Match[str]) -> str:
    return "\n" + " " * (len(match[0]) - 1)


def _squeeze(text: str) -> str:
    return _SPACES.sub("", text)
