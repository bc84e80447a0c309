"""How much of an answer is written in Hangul: a model that is asked in Korean should answer in Korean."""

from __future__ import annotations

import re
import unicodedata

from pytest_haerae.scoring.reading.marks import split_reasoning

LONGEST_COUNTED = 20_000
"""Characters of an answer that are looked at."""
_LONGEST_NAME = 6
"""Words of a name."""
_CONNECTIVES = frozenset({"of", "the", "and", "for", "de", "la", "le", "du", "van", "von", "der"})

_NO_LANGUAGE = re.compile(
    r"""
      (?P<fence>```|~~~)(?s:.)*?(?:(?P=fence)|\Z)  # e.g. '```python\nprint(1)\n```'
    | `[^`\n]{1,400}`  # e.g. '`len(x)`'
    | \$\$(?s:.){1,4000}?\$\$  # e.g. '$$x +\n y$$'
    | \\\[(?s:.){1,4000}?\\\] | \\\((?s:.){1,2000}?\\\)  # e.g. '\\[x\\]', '\\(x\\)'
    | \\begin\{(?P<block>[a-z*]{1,20})\}(?s:.){0,4000}?\\end\{(?P=block)\}  # e.g. '\\begin{align}x\\end{align}'
    | \$(?!\s)[^$\n가-힣]{1,400}\$  # e.g. '$x = 2$'
    | \\[a-zA-Z]{1,30}(?:\{[^{}\n가-힣]{0,200}\})*  # e.g. '\\frac{a}{b}', '\\boxed{B}'
    | </?[a-zA-Z][^<>\n]{0,200}>  # e.g. '<br>'
    | (?:https?://|www\.)[^\s가-힣]{1,500} | [\w.+-]{1,60}@[\w-]{1,60}\.[a-z.]{2,20}  # e.g. 'https://example.com/a'
    | (?<=[가-힣])\s?[(（][\u3400-\u9fff\uf900-\ufaff][\u3400-\u9fff\uf900-\ufaffA-Za-z,\s]{0,40}[)）]  # e.g. '법(法)'
    | (?<=\d)\s?[A-Za-zµΩ°]{1,4}(?![A-Za-z])  # e.g. '10km', '3 kg'
    """,
    re.VERBOSE,
)
"""What is written in no language, or in none by choice."""
_WORD = r"[A-Za-z\u00c0-\u024f](?:[A-Za-z\u00c0-\u024f0-9'’+#]|[-.&/](?=[A-Za-z0-9]))*"
_LATIN = re.compile(rf"(?<![0-9]){_WORD}(?:[ ]{_WORD})*")
_SINGLE = re.compile(r"(?<![A-Za-z\u00c0-\u03ff])[A-Za-z\u0370-\u03ff](?![A-Za-z\u00c0-\u03ff])")


def hangul_share(text: str, query: str = "") -> float | None:
    """The share of Hangul among the letters of an answer.

    Letters are those of all scripts. Left out are reasoning between the model's own marks, code, formulas, markup,
    addresses, units behind a number, single letters (labels, symbols), Chinese characters in brackets that gloss a
    Korean word, Latin words that the question has, and names: up to six Latin words in a row of which each has a
    capital letter, or is a word such as `of` between two that have.

    Args:
        text: The model's output.
        query: The question that it answers.

    Returns:
        0 to 1; None where no letters are left, as in ``(B)`` or ``42``.
    """
    answer = unicodedata.normalize("NFC", split_reasoning(text).answer.text[:LONGEST_COUNTED])
    asked = {word.casefold() for run in _LATIN.findall(query) for word in run.split()}
    left = _NO_LANGUAGE.sub(" ", answer)
    left = _LATIN.sub(lambda run: _chosen(run[0].split(), asked), left)
    letters = [character for character in _SINGLE.sub(" ", left) if character.isalpha()]
    return sum(map(_is_hangul, letters)) / len(letters) if letters else None


def _chosen(words: list[str], asked: set[str]) -> str:
    """What of Latin words in a row is written so by choice."""
    if len(words) <= _LONGEST_NAME and _is_name(words[0]) and _is_name(words[-1]):
        words = [word for word in words if not (_is_name(word) or word in _CONNECTIVES)]
    return " ".join(word for word in words if word.casefold() not in asked) or " "


def _is_name(word: str) -> bool:
    return any(map(str.isupper, word))


def _is_hangul(character: str) -> bool:
    return (
        "가" <= character <= "힣"
        or "\u1100" <= character <= "\u11ff"
        or "\u3130" <= character <= "\u318f"
        or "\ua960" <= character <= "\ua97f"
        or "\ud7b0" <= character <= "\ud7ff"
    )
