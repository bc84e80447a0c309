"""One way to write the characters of mathematics, with the way back to the text as it stands."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

_UNUSUAL = re.compile(r"[^\x00-\x7f가-힣]|(?<!\\)\\n(?![A-Za-z])")
"""What is written otherwise; a line end that is spelt out is one."""
_HYPHENS = dict.fromkeys("‐‑‒–−﹣－", "-")
_SIGNS = {
    **_HYPHENS,
    "×": "\\times ",
    "✕": "\\times ",
    "÷": "\\div ",
    "·": "\\cdot ",
    "∙": "\\cdot ",
    "⋅": "\\cdot ",
    "≤": "\\le ",
    "≦": "\\le ",
    "⩽": "\\le ",
    "≥": "\\ge ",
    "≧": "\\ge ",
    "⩾": "\\ge ",
    "≈": "\\approx ",
    "≒": "\\approx ",
    "∈": "\\in ",
    "∪": "\\cup ",
    "∩": "\\cap ",
    "±": "\\pm ",
    "∞": "\\infty ",
    "π": "\\pi ",
    "√": "\\sqrt",
    "∶": ":",
    "’": "'",
    "‘": "'",
    "∕": "/",
    "∴": "따라서 ",
    "\\n": "\n",
    "，": ",",
    "、": ",",
}


class PlainText:
    """A text in plain characters: full-width ones, thin spaces, superscripts, fractions and signs in ASCII and LaTeX.

    Circled numbers stay: whether one is a number or the mark of an option depends on what follows.

    Args:
        raw: The text as it stands.

    Attributes:
        text: The plain one.
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw
        pieces: list[str] = []
        # Where pieces begin, in the plain text and in the raw one; between them both run alike.
        self._plain_starts: list[int] = [0]
        self._raw_starts: list[int] = [0]
        length = end = 0
        for match in _UNUSUAL.finditer(raw):
            written = _plain(match[0], raw[match.end() : match.end() + 1], raw[match.start() - 1 : match.start()])
            if written == match[0]:
                continue
            before = raw[end : match.start()]
            pieces += [before, written]
            end = match.end()
            for plain, start in ((length + len(before), match.start()), (length + len(before) + len(written), end)):
                self._plain_starts.append(plain)
                self._raw_starts.append(start)
            length += len(before) + len(written)
        self.text = "".join(pieces) + raw[end:]

    def words(self, start: int, end: int) -> str:
        """What stands in the raw text where the plain one has these characters."""
        return self.raw[self._place(start) : max(self._place(start), self._place(end - 1) + 1)]

    def _place(self, position: int) -> int:
        index = bisect_right(self._plain_starts, position) - 1
        place = self._raw_starts[index] + position - self._plain_starts[index]
        following = self._raw_starts[index + 1] - 1 if index + 1 < len(self._raw_starts) else len(self.raw)
        return min(place, max(following, self._raw_starts[index]))


@lru_cache(4096)
def _plain(character: str, following: str, previous: str) -> str:
    """One character in plain ones."""
    if character in _SIGNS or unicodedata.category(character[:1]) == "Cf":
        return _SIGNS.get(character, "")
    kind, _, _ = unicodedata.decomposition(character).partition(" ")
    written = unicodedata.normalize("NFKC", character)
    if kind == "<super>":
        return _superscript(written, opens=not _is_super(previous), closes=not _is_super(following))
    if kind == "<fraction>":
        return (" " if previous.isdigit() else "") + written.replace("⁄", "/")
    if kind == "<square>" and written[-1:].isdigit():
        return f"{written[:-1]}^{{{written[-1]}}}"
    return character if kind == "<circle>" else written.replace("⁄", "/").replace("−", "-")


def _is_super(character: str) -> bool:
    return bool(character) and unicodedata.decomposition(character).startswith("<super>")


def _superscript(written: str, *, opens: bool, closes: bool) -> str:
    return ("^{" if opens else "") + written.replace("−", "-") + ("}" if closes else "")
