"""What an answer is to contain: places to be filled in, and a postscript."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pytest_haerae.scoring.instructions.registry import Check, instruction
from pytest_haerae.scoring.instructions.relations import at_least

_ADDRESS = r"(?:[A-Za-z][\w+.-]*:|www\.|[/#.]|[\w/-]+\.[A-Za-z])"
"""How a link's address begins: what else stands in brackets behind a placeholder is a particle, ``[이름](이)가``."""
_PLACEHOLDER = re.compile(rf"\[(?=[^\S\n]*[^\s\[\]])[^\[\]\n]+\](?!\({_ADDRESS})|［(?=[^\S\n]*[^\s［］])[^［］\n]+］")
_SIGN = r"(?:[^\w\n]|_)"
_MARGIN = rf"(?:{_SIGN}|추신)*"
"""What may stand before the marker on its line: signs, and the Korean word, as in ``추신 (P.S.)``."""
_MOST_SIGNS = 9
"""So many of them may stand between a sentence and a postscript behind it."""
_BEHIND_A_SENTENCE = (
    rf"(?<=[^Pp][.!?…])(?:[^\w\s]|_){{0,{_MOST_SIGNS}}}\s{{1,{_MOST_SIGNS}}}{_SIGN}{{0,{_MOST_SIGNS}}}"
    rf"|(?:(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])|(?<=[:;]\)))\s{{1,{_MOST_SIGNS}}}"
)


@instruction("detectable_content:number_placeholders")
def number_placeholders(text: str, num_placeholders: int) -> Check:
    """At least so many texts in square brackets, such as ``[이름]``.

    The published program also counts empty ones (the box of a task, ``[ ]``) and the text of a link.
    """
    return at_least(len(_PLACEHOLDER.findall(text)), num_placeholders, "placeholders")


@instruction("detectable_content:postscript")
def postscript(text: str, postscript_marker: str) -> Check:
    """A postscript that begins with a marker: on a line of its own, or behind the end of a sentence.

    Spaces inside the marker, capital and small letters are the same, and a postscript says something. The published
    program also takes a marker in the middle of a sentence, and ``P.P.S.`` for ``P.S.``.
    """
    found = _pattern(postscript_marker).search(unicodedata.normalize("NFKC", text))
    return Check(found is not None, f"{'a' if found else 'no'} postscript '{postscript_marker}'")


@lru_cache(maxsize=256)
def _pattern(marker: str) -> re.Pattern[str]:
    characters = unicodedata.normalize("NFKC", "".join(marker.split()))
    spaced = r"[^\S\n]?".join(map(re.escape, characters))
    alone = r"(?!\w)" if characters[-1].isalnum() else ""
    return re.compile(
        rf"(?:^{_MARGIN}|{_BEHIND_A_SENTENCE}){spaced}{alone}[\W_]*[^\W_]",
        re.IGNORECASE | re.MULTILINE,
    )
