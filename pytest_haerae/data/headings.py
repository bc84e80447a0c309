"""Headings that are nearly known ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Set
from difflib import SequenceMatcher

from pytest_haerae.errors import UsageError

_ALIKE = 0.7
"""From this likeness on, of 0 to 1, a heading is taken for a known one that is misspelt."""


def unknown_layout(source: str, names: Iterable[object], layouts: Iterable[Set[str]]) -> UsageError:
    """Word the error for headings that no layout has, with the one that is misspelt or else a way out.

    Args:
        source: The file or data set.
        names: The headings that are there.
        layouts: The headings that each layout needs.
    """
    names = list(names)
    nearly = misspelt(names, layouts)
    hint = f": did you mean '{nearly[1]}' by '{nearly[0]}'? If not," if nearly else ";"
    return UsageError(
        f"{source}: the columns {', '.join(map(str, names))} are no known layout{hint} describe them with"
        " --dataset-columns question=…,options=a|b|c,answer=…"
    )


def misspelt(names: Iterable[object], layouts: Iterable[Set[str]]) -> tuple[str, str] | None:
    """The heading that stands for the only one which a layout lacks beside others, if any is nearly that.

    Args:
        names: The headings that are there.
        layouts: The headings that each layout needs.

    Returns:
        It, and the known one that is the most like it.
    """
    layouts, there = list(layouts), {name for name in names if isinstance(name, str)}
    known = {name for needed in layouts for name in needed}
    others = {name: _letters(name) for name in sorted(there - known)}
    best, found = _ALIKE, None
    for needed in layouts:
        lacking = needed - there
        if len(lacking) != 1 or not needed & there:
            continue
        (wanted,) = lacking
        letters = _letters(wanted)
        for name, written in others.items():
            likeness = SequenceMatcher(None, letters, written).ratio()
            if likeness > best:
                best, found = likeness, (name, wanted)
    return found


def _letters(name: str) -> str:
    """A heading with its syllables taken apart: of two syllables one that is misspelt is half of the word."""
    return unicodedata.normalize("NFD", name)
