"""What ``-k`` finds by a Hangul word: the questions whose text has it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Set

import pytest

from pytest_haerae.plugin.nodes import item_parameter

_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]")
"""Syllables, and the letters that they are made of: macOS may hand an expression on in these."""
_WORD = re.compile(r"\w+")
_HEADING = re.compile(r"^###[ \t]*\w+[ \t]*:", re.MULTILINE)
"""``### 질문:`` and its like, which stand in every question of HAE-RAE Bench."""


def add_keywords(items: Iterable[pytest.Item], expression: str) -> None:
    """Give tests the Hangul words of their questions as keywords, where an expression looks for one.

    Other expressions cost nothing, and find what they find in every pytest run: 35,000 questions have a million words.

    Args:
        items: The tests that were collected.
        expression: What ``-k`` was given.
    """
    if not _HANGUL.search(expression):
        return
    # Data are in NFC; whoever types otherwise finds them all the same.
    decomposed = not unicodedata.is_normalized("NFC", expression)
    for item in items:
        if (parameter := item_parameter(item)) is not None:
            words = hangul_words(parameter.query)
            item.extra_keyword_matches.update(words)
            if decomposed:
                item.extra_keyword_matches.update(unicodedata.normalize("NFD", word) for word in words)


def hangul_words(text: str) -> Set[str]:
    """The words of a question that have Hangul in them, such as ``독도는`` and ``1919년에``; not those of headings."""
    return {word for word in _WORD.findall(_HEADING.sub("", text)) if _HANGUL.search(word)}
