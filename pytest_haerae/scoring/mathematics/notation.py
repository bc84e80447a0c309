"""LaTeX and prose around a value to one plain notation, in which numbers, lists and intervals are recognised."""

from __future__ import annotations

import re

_WRAPPER = re.compile(
    r"\\(?:text[a-z]{0,6}|math(?:rm|bf|sf|tt|it|up|normal)|operatorname|mbox|hbox|boldsymbol|bm|fbox|boxed|underline)\*?"
    r"\s*\{([^{}]*)\}"
)
_SPACE = re.compile(r"\\[,;:! ]|\\q?quad\b|~|\\thinspace\b|\\hspace\{[^{}]*\}|\s+")
_NOTHING = re.compile(r"\\(?:left|right|displaystyle|textstyle|limits|[bB]igg?[lr]?)(?![A-Za-z])\.?")
_FRACTION_NAME = re.compile(r"\\[dtc]frac(?![A-Za-z])")
_SHORT_FRACTION = re.compile(r"\\frac\s?(?:(\d)\s?(\d)|\{([^{}]*)\}\s?(\d)|(\d)\s?\{([^{}]*)\})")
_ROOT = re.compile(r"\\sqrt\s?(\d+|[A-Za-z]|\((?P<inner>[^()]*)\))|루트\s?(?P<word>\d+)")
_RATIO = re.compile(r"(?<=\d)\s?(?:대|:)\s?(?=\d)")
_GROUP_COMMA = re.compile(r"(?<=\d)\{,\}(?=\d)")
_COMPARISONS = (("\\leqslant", "\\le"), ("\\geqslant", "\\ge"), ("\\leq", "\\le"), ("\\geq", "\\ge"))
_ASCII_COMPARISONS = (("<=", "\\le "), (">=", "\\ge "), ("=<", "\\le "), ("=>", "\\ge "))
_CIRCLED = {chr(ord("①") + index): str(index + 1) for index in range(20)}
_CIRCLED |= {chr(ord(first) + index): str(index + 1) for first in "❶➀➊⓵" for index in range(10)}
_MARKER = re.compile(rf"\A(?:[{''.join(_CIRCLED)}]|\(\d\))\s?(?=\S)")
_LONE = re.compile(rf"\A([{''.join(_CIRCLED)}])\s?번?\Z")
_FUNCTION = re.compile(r"(?<![\\A-Za-z])(sin|cos|tan|log|ln|exp|pi|sqrt)(?![A-Za-z])")
_END = re.compile(r"(?:[.。, ]|(?<![\w)])!)+\Z")
"""What ends a sentence; a mark behind a number is a factorial's."""
_QUOTES = "\"'`*_“”「」『』《》"


def plain_notation(text: str) -> str:
    r"""A value as it is compared: without dollars, words for fonts and spaces, the mark of an option before it.

    ``\text{12개}`` becomes ``12개``, ``10{,}000`` becomes ``10,000``, ``\dfrac12`` becomes ``\frac{1}{2}``, ``③ 12``
    becomes ``12`` and ``③`` becomes ``3``.

    Args:
        text: The value in the characters of `characters.PlainText`.
    """
    text = text.replace("\\\\", "\\").replace("$", " ") if "\\$" not in text else text.replace("\\$", "₩")
    for delimiter in ("\\(", "\\)", "\\[", "\\]"):
        text = text.replace(delimiter, " ")
    text = _NOTHING.sub("", _GROUP_COMMA.sub(",", text))
    while (unwrapped := _WRAPPER.sub(r" \1 ", text)) != text:
        text = unwrapped
    text = _RATIO.sub(":", _SPACE.sub(" ", text))
    text = _short_fractions(_FRACTION_NAME.sub(r"\\frac", text))
    text = _FUNCTION.sub(r"\\\1", text)
    text = _ROOT.sub(lambda match: f"\\sqrt{{{match['inner'] or match['word'] or match[1]}}}", text)
    for written, plain in (*_COMPARISONS, *_ASCII_COMPARISONS):
        text = re.sub(re.escape(written) + r"(?![A-Za-z])", plain.replace("\\", r"\\"), text)
    text = re.sub(r"\s+", " ", text).strip().strip(_QUOTES).strip()
    text = _END.sub("", text).strip(_QUOTES).strip()
    return without_marker(text)


def without_marker(text: str) -> str:
    """A text without the mark of an option before it; a mark alone is its number."""
    lone = _LONE.match(text)
    if lone:
        return _CIRCLED[lone[1]]
    return _MARKER.sub("", text)


def _short_fractions(text: str) -> str:
    def written(match: re.Match[str]) -> str:
        above, below = (next(part for part in pair if part is not None) for pair in _pairs(match))
        return f"\\frac{{{above}}}{{{below}}}"

    return _SHORT_FRACTION.sub(written, text)


def _pairs(match: re.Match[str]) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    one, two, braced, digit, first, second = match.groups()
    return (one, braced, first), (two, digit, second)
