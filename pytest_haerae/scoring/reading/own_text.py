"""An option's own text, as the item spells it: compared before anything is cleaned away, signs and markup included."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_haerae.scoring.reading.options import Options

_WRAPPED = re.compile(
    r"""
    \A(?:\s|\*\*|__|`+|\$+|\\[(\[]|\#{1,6}\s|>\s)+  # e.g. '**3%', '$-2', '### 정답'
  | (?:\s|\*\*|__|`+|\$+|\\[)\]])+\Z  # e.g. '3%**', '-2$'
    """,
    re.VERBOSE,
)
_ANNOUNCES = re.compile(
    r"""
    (?:따라서|그러므로|therefore,?|thus,?|so,?)?\s*
    (?:
        (?:최종\s?)?(?:정답|답)\*{0,2}\s?(?:은|는|:)\*{0,2}\s*(?=\S)  # e.g. '정답: 3%', '따라서 정답은 √2'
      | (?:the\s)?(?:correct\s|final\s|best\s)?answer(?:\*{0,2}:\*{0,2}|\sis:?)\s*(?=\S)  # e.g. 'The answer is -2'
      | \\{1,2}(?:boxed|fbox)(?=\{)  # e.g. 'Therefore \\boxed{3%}'
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LABELLED = re.compile(r"[(\[]?(?P<label>[A-Za-z])(?:[)\]][.:]?|[.:])\s*")
_AROUND = r"[\s().:\[\]*_`$\"'{}。]*"
_LETTER_ALONE = re.compile(rf"{_AROUND}[A-Za-z]{_AROUND}(?:번|입니다|이다|번입니다)?{_AROUND}")
_EQUATED = re.compile(
    r"""
    (?:∴|(?:따라서|그러므로|therefore|thus|hence|so)\b)?,?\s?  # e.g. '∴ v = 20 m/s', 'Thus v = 20 m/s'
    [A-Za-z][A-Za-z₀-₉']{0,3}(?:\([^()\n]{1,4}\))?\s?[=≈]\s?  # e.g. 'v₀ = 20 m/s', 'f(2) = 5'
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""The name of what was asked for, before its value or before how that is calculated: ``v = 2 × 10 = 20 m/s``."""
_EQUALS, _GOES_ON = re.compile(r"[=≈]"), re.compile(r"[,;→\n]")
_BOXED = re.compile(r"\{(?P<text>.*)\}[.$)\]\\\s]*\Z")
_LOOKED_BACK = 1_000
_MOST_AROUND = 80
"""Characters of an announcement and of the marks around an option's text."""
_AS_SPELT = 2
"""How many of the comparisons of options leave capitals, spaces and markup alone."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """An option whose own text a model wrote, in the words that it wrote, with or without the announcement."""

    label: str
    words: str
    announced: bool


def own_text(text: str, options: Options) -> OwnText | None:
    """The option whose own text is the whole output, or what its last line announces.

    A letter alone is no option's text: it names the option that has it.

    Args:
        text: The model's answer, as it wrote it.
        options: The item's options.
    """
    whole = text.strip()
    longest = 2 * max(map(len, options.forms[0]), default=0) + _MOST_AROUND
    label = _spelt(whole, options) if len(whole) <= longest else None
    if label:
        return OwnText(label, whole, announced=False)
    before, _, last = whole.rpartition("\n")
    if any(_ANNOUNCES.match(_WRAPPED.sub("", line)) for line in before[-_LOOKED_BACK:].split("\n")):
        return None  # several announcements are weighed against each other
    for line in dict.fromkeys((whole, last.strip())):
        inner = _WRAPPED.sub("", line) if len(line) <= longest else ""
        announcement = _ANNOUNCES.match(inner)
        label = _spelt(inner[announcement.end() :], options) if announcement else None
        if label:
            return OwnText(label, line, announced=True)
    return None


def _spelt(text: str, options: Options) -> str | None:
    for written in dict.fromkeys((text, _WRAPPED.sub("", text))):
        boxed = _BOXED.match(written)
        labelled = _LABELLED.match(written)
        if _LETTER_ALONE.fullmatch(written):
            return None
        label = options.exactly(written, _AS_SPELT, edges=False) or (
            boxed and options.exactly(boxed["text"], _AS_SPELT, edges=False)
        )
        if label:
            return label
        if _EQUATED.match(written) and not _GOES_ON.search(written):
            label = options.exactly(_EQUALS.split(written)[-1], _AS_SPELT, edges=False)
            if label:
                return label
        if labelled and options.exactly(written[labelled.end() :], _AS_SPELT, edges=False) == options.label(
            labelled["label"]
        ):
            return options.label(labelled["label"])
    return None
