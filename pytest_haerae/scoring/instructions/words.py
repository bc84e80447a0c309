"""Words and syllables of a Korean text, and the marks of its lines that are neither."""

from __future__ import annotations

import re

_LINE = r"(?:\#{1,6}(?=[^\S\n])|>|[-*+•·▪◦‣](?=[^\S\n]))"
"""The mark of a heading, a quotation or an entry: ``# 제목``, ``> 인용``, ``- 사과``."""
_NUMBER = r"""
    (?: [*_]{0,3}\(?\d{1,3}(?:\.\d{1,3})*[.)](?=[^\S\n]|[*_])  # e.g. '1. 사과', '(1) 사과', '**1.1. 사과**'
      | [①-⑳](?=[^\S\n])  # e.g. '① 사과'
      | \(?[가나다라마바사아자차카타파하A-Za-z][.)](?=[^\S\n])(?!\s[A-Z]\.)  # e.g. '가. 사과', but no 'J. K. 롤링'
    )
"""
MARKER = re.compile(
    rf"""
      ^[^\S\n]*
      (?:(?:{_LINE}[^\S\n]*){{1,3}}(?:{_NUMBER})? | {_NUMBER})  # e.g. '## 1. 서론', '> - 사과', '1. 사과'
    """,
    re.VERBOSE | re.MULTILINE,
)
"""What a line begins with that says what kind of line it is, and is no word of it."""
_SYLLABLE = re.compile("[가-힣]")


def count_words(text: str) -> int:
    """Words of a Korean text: what stands between white space (어절), as word processors count them.

    What has neither a letter nor a digit is no word (``*``, ``—``, an emoji), and neither is what numbers a line
    (``1.``, ``가.``).

    Args:
        text: The text.
    """
    return sum(any(map(str.isalnum, word)) for word in MARKER.sub(" ", text).split())


def count_syllables(text: str) -> int:
    """Syllables that are written in Hangul (음절).

    Single letters such as ``ㅋ``, digits, Latin letters and what numbers a line are none.

    Args:
        text: The text, in NFC.
    """
    return len(_SYLLABLE.findall(MARKER.sub(" ", text)))
