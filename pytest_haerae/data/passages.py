"""The passage that several questions may share."""

from __future__ import annotations

import re

_PASSAGE = re.compile(r"^###[ \t]*(?:지문|참고|문장)[ \t]*:(?P<text>.*?)(?=^###|\Z)", re.MULTILINE | re.DOTALL)


def passage_of(query: str) -> str | None:
    """The text that a question is about, as every layout writes it into the query; None where there is none.

    Source: the sections ``### 지문:`` (reading_comprehension), ``### 참고:`` (general_knowledge) and ``### 문장:``
    (correct_definition_matching) of HAE-RAE Bench 1.1; the other layouts' contexts are laid out as the first.
    """
    match = _PASSAGE.search(query)
    return (match["text"].strip() or None) if match else None
