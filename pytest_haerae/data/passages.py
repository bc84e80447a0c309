"""The parts of a query: the passage that several questions may share, and the bare question."""

from __future__ import annotations

import re

_PASSAGE = re.compile(r"^###[ \t]*(?:지문|참고|문장)[ \t]*:(?P<text>.*?)(?=^###|\Z)", re.MULTILINE | re.DOTALL)
_QUESTION = re.compile(r"^###[ \t]*질문[ \t]*:(?P<text>.*)\Z", re.MULTILINE | re.DOTALL)
_OPTIONS = re.compile(r"^###[ \t]*선택지[ \t]*:", re.MULTILINE)
_ANSWER_HEADING = re.compile(r"#{1,6}\s?정답\s?:?\Z")


def passage_of(query: str) -> str | None:
    """The text that a question is about, as every layout writes it into the query; None where there is none.

    Source: the sections ``### 지문:`` (reading_comprehension), ``### 참고:`` (general_knowledge) and ``### 문장:``
    (correct_definition_matching) of HAE-RAE Bench 1.1; the other layouts' contexts are laid out as the first.
    """
    match = _PASSAGE.search(query)
    return (match["text"].strip() or None) if match else None


def without_answer_heading(query: str) -> str:
    """A query without the heading ``### 정답:`` that closes it, and without spaces at its end."""
    return _ANSWER_HEADING.sub("", query.rstrip()).rstrip()


def stem_of(query: str) -> str:
    """The bare question: the section ``### 질문:`` of a query, or all of it but options and passage where it has none.

    Exactly the question that a layout laid out, but for spaces around it, unless that holds such headings itself.
    """
    text = without_answer_heading(query)
    headings = list(_OPTIONS.finditer(text))
    if headings:
        text = text[: headings[-1].start()]
    # What a passage says of itself is not the question: the passage stands before it, or it before the passage.
    passage = _PASSAGE.search(text)
    if passage and (question := _QUESTION.search(text[passage.end() :]) or _QUESTION.search(text[: passage.start()])):
        return question["text"].strip()
    question = _QUESTION.search(text)
    return question["text"].strip() if question else _PASSAGE.sub("", text).strip()
