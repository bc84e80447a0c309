"""The words of a text: morphemes where kiwipiepy is installed, or else what stands between white space."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

from pytest_haerae.errors import UsageError, unknown

MORPHEMES, EOJEOL = "morphemes", "eojeol"
_CONTENT = ("NNG", "NNP", "NR", "SL", "SH", "SN", "XR", "VV", "VA", "MAG")
"""Kiwi's tags of nouns, numerals, foreign words, Chinese characters, numbers, roots, verbs, adjectives and adverbs."""
_NAMES = ("NNG", "NNP", "NR", "SL", "SH", "SN", "XR")
"""Those that a keyword may have."""
_EDGES = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True)
class Words:
    """A way to take texts apart.

    Attributes:
        name: What it takes them apart into.
        described: The like, in words for people.
        of: The content words of a text, in small letters.
        keywords: Those that name something, each once, in their order.
    """

    name: str
    described: str
    of: Callable[[str], Sequence[str]]
    keywords: Callable[[str], Sequence[str]]


def choose_words(name: str | None) -> Words:
    """The way that is asked for; where none is, morphemes if kiwipiepy is installed.

    Raises:
        UsageError: There is no such way, or kiwipiepy is not installed.
    """
    if name is None:
        name = MORPHEMES if find_spec("kiwipiepy") else EOJEOL
    if name not in (MORPHEMES, EOJEOL):
        raise UsageError(f"--words: {unknown('kind', name, (MORPHEMES, EOJEOL))}")
    if name == EOJEOL:
        described = "eojeol: what stands between white space, with its particles (kiwipiepy tells morphemes apart)"
        return Words(EOJEOL, described, eojeol, lambda text: [*dict.fromkeys(eojeol(text))])
    if find_spec("kiwipiepy") is None:
        raise UsageError(
            "--words=morphemes: kiwipiepy tells them apart, which is not installed:"
            " pip install 'pytest-haerae[analysis]'"
        )
    return Words(MORPHEMES, "content morphemes, by kiwipiepy", morphemes, names)


def eojeol(text: str) -> list[str]:
    """What stands between white space, without punctuation around it."""
    return [word for each in text.split() if (word := _EDGES.sub("", each).casefold())]


def morphemes(text: str) -> list[str]:
    """The content morphemes of a text."""
    return [form for form, tag in _tagged(text) if tag in _CONTENT]


def names(text: str) -> list[str]:
    """The morphemes of a text that name something, each once."""
    return [*dict.fromkeys(form for form, tag in _tagged(text) if tag in _NAMES)]


def _tagged(text: str) -> list[tuple[str, str]]:
    return [(token.form.casefold(), token.tag.partition("-")[0]) for token in _kiwi().tokenize(text)]


@cache
def _kiwi() -> Any:  # noqa: ANN401 - the library is optional
    from kiwipiepy import Kiwi

    return Kiwi()
