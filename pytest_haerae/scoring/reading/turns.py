"""Where a model's own answer ends and it rambles on: a question of its own making, the next turn of a chat."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

_QUESTION = re.compile(
    r"""
    ^[ \t]{0,8}[\#>*\[【<( \t-]{0,12}
    (?:
        (?:질문|문제|문항|지문|문장|question|problem|passage|instruction|input|q)
        \s?\d{0,3}\s?[\]】>)*]{0,4}\s?[:.\]】]  # e.g. '### 질문: ', '**Question**: ', 'Q. '
      | (?:질문|문제|문항|question|problem)\s?\d{1,3}\b  # e.g. '문제 12'
      | 다음\s(?:질문|문제|글|지문)(?:을|를)\s  # e.g. '다음 글을 읽고'
      | (?<=\#\ )(?:질문|문제|문항|지문|question|problem)\s?\d{0,3}\s?$  # e.g. '## Question'
    )
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_TURN = re.compile(
    r"""
      <\|im_end\|>|<\|im_start\|>\s?user  # e.g. 'B<|im_end|>'
    | <\|endoftext\|>|<\|end_of_text\|>|<\|eot_id\|>|<\|user\|>  # e.g. 'B<|eot_id|>'
    | <end_of_turn>|</s>|\[INST\]  # e.g. 'B</s>'
    | ^[ \t\#*]{0,8}(?:user|human|사용자)[ *]{0,3}:  # e.g. '**User**: ', '사용자: '
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_MOST_QUESTIONS, _COMPARED = 20, 24
_SPACES = re.compile(r"\s+")


def own_part(text: str, query: str, first_evidence: Callable[[str], int | None]) -> str:
    """Cut a text where its own answer ends.

    A base model that has answered goes on with the next question of its prompt's pattern, and answers that, too. What
    follows a question that is not the item's own, or the mark of another turn, is no answer to the item: but only once
    something stands before it that may be an answer, for a model may also restate the question before answering.

    Args:
        text: What the model wrote, without reasoning.
        query: The item's query, in which its own question is found again.
        first_evidence: Finds the first place of a text that may be an answer; None where there is none.
    """
    if not _TURN.search(text) and not _QUESTION.search(text):
        return text
    evidence = first_evidence(text)
    if evidence is None:
        return text
    turn = _TURN.search(text, evidence + 1)
    ends = [turn.start()] if turn else []
    asked = _squeeze(query)
    for match in islice(_QUESTION.finditer(text, evidence + 1), _MOST_QUESTIONS):
        line = text[match.end() : match.end() + 10 * _COMPARED].strip().partition("\n")[0]
        beginning = _squeeze(line)[:_COMPARED]
        if not beginning or beginning not in asked:
            ends.append(match.start())
            break
    return text[: min(ends)] if ends else text


def _squeeze(text: str) -> str:
    return _SPACES.sub("", text)
