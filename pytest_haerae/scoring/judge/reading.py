"""What a judge said, read from its text: a score, one of several words, or a line for each criterion.

What is not stated is not read: a score outside the scale, one of another scale (``7/10`` where 5 is the highest), a
range and a choice between two are no verdict. The clearest kind of statement decides, and of equally clear ones the
last.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_WORD = r"(?:(?:최종|종합|총|overall|final|total)\s*)?(?:score|rating|grade|점수|평점|평가\s?점수)"
_NUMBER = r"(?P<number>-?\d+(?:\.\d+)?)"
_OF = r"(?:\s*(?:/|점\s*/|out\s+of)\s*(?P<highest>\d+(?:\.\d+)?))?"
# Of one line, and no two repetitions of the same characters in a row: a judge that fell into a loop writes thousands
# of line ends, which would be tried in every division.
_LINE = r"^[ \t*_#>-]*"
_MARKS = r"[\s*_`\"'\[({<]*"
# A number that goes on, or that another one follows as of a range or a choice, states nothing: "1-5", "3 or 4", "80%".
_ENDED = r"(?![\d%]|\.\d|\s*(?:-|~|–|∼|to\b|or\b|또는|혹은|에서)\s*\d)"

_SCORES = (
    # [[7]]  [[4.5]]  Rating: [[7/10]]
    re.compile(rf"\[\[\s*{_NUMBER}{_OF}\s*(?:점)?\s*\]\]"),
    # {"score": 7}  {'점수': "4"}
    re.compile(rf"[\"'](?:{_WORD})[\"']\s*:\s*[\"']?{_NUMBER}{_OF}{_ENDED}", re.IGNORECASE),
    # SCORE: 0.5  **점수**: 4점  - Final score: 7/10
    re.compile(rf"{_LINE}{_WORD}[\s*_]*[:：=]{_MARKS}{_NUMBER}{_OF}{_ENDED}", re.IGNORECASE | re.MULTILINE),
    # 따라서 점수는 4점입니다.  I give it a score of 7.  The rating is 3 out of 5.
    re.compile(rf"{_WORD}\s*(?:[:：=]|은|는|of|is)\s*{_MARKS}{_NUMBER}{_OF}{_ENDED}", re.IGNORECASE),
    # 4  4점  8/10
    re.compile(rf"\A{_MARKS}{_NUMBER}{_OF}(?:\s*점)?[\s*_`\"'\])}}>.]*\Z"),
)
"""The kinds of statements, the clearest first."""


def read_score(text: str, lowest: float, highest: float) -> float | None:
    """The score that a text states; None where it states none of this scale.

    Args:
        text: What the judge wrote, without its reasoning.
        lowest: The scale's lowest score.
        highest: Its highest.
    """
    text = unicodedata.normalize("NFKC", text)
    for pattern in _SCORES:
        stated = list(pattern.finditer(text))
        if stated:
            found = stated[-1]
            number, scale = float(found["number"]), found["highest"]
            fits = lowest <= number <= highest and (scale is None or float(scale) == highest)
            return number if fits else None
    return None


_CHOICE_WORD = (
    r"(?:final\s+)?(?:verdict|judge?ment|decision|winner|grade|label|answer|result|판정|판단|결과|결론|등급|승자)"
)


# A copula goes on a word in Korean: "판정은 CORRECT입니다".
_WORD_ENDS = r"(?:(?!\w)|(?=(?:입니다|이다|임|이에요|예요)(?!\w)))"


def read_choice(text: str, words: Sequence[str]) -> str | None:
    """The one of some words that a text states as its verdict; None where it states none.

    A word may be written in other cases, and its underscores as spaces or hyphens.

    Args:
        text: What the judge wrote, without its reasoning.
        words: The words, as a template spells them.
    """
    text = unicodedata.normalize("NFKC", text)
    either = "|".join(sorted(map(_spelled, words), key=len, reverse=True))
    word = rf"(?P<word>{either}){_WORD_ENDS}"
    for pattern in (
        rf"\[\[\s*{word}\s*\]\]",
        rf"[\"']{_CHOICE_WORD}[\"']\s*:\s*[\"']{word}[\"']",
        rf"{_LINE}{_CHOICE_WORD}[\s*_]*[:：=]{_MARKS}{word}(?!\s*(?:/|or\b|또는)\s*\w)",
        rf"{_CHOICE_WORD}\s*(?:[:：=]|은|는|is)\s*{_MARKS}{word}(?!\s*(?:/|or\b|또는)\s*\w)",
        rf"\A{_MARKS}{word}[\s*_`\"'\])}}>.:]*\Z",
    ):
        stated = list(re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE))
        if stated:
            return _as_spelled(stated[-1]["word"], words)
    return None


def _spelled(word: str) -> str:
    return r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", unicodedata.normalize("NFKC", word))))


def _as_spelled(found: str, words: Sequence[str]) -> str:
    return next(word for word in words if plain(word) == plain(found))


def plain(word: str) -> str:
    """A word without what its spelling may differ in."""
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", word)).casefold()


_YES = frozenset(("yes", "true", "o", "met", "pass", "예", "네", "충족", "만족", "1"))
_NO = frozenset(("no", "false", "x", "not met", "fail", "아니오", "아니요", "미충족", "불충족", "불만족", "0"))
_CRITERION = re.compile(
    # 1: yes   2. 예   **3)** no   - 4: 미충족 (이유…)
    rf"{_LINE}(?P<place>\d{{1,4}})[\s.):：*_`\"'\[({{<-]*"
    rf"(?P<word>{'|'.join(sorted(map(_spelled, _YES | _NO), key=len, reverse=True))})(?!\w)",
    re.IGNORECASE | re.MULTILINE,
)


def read_checklist(text: str, count: int) -> tuple[bool, ...] | None:
    """Which criteria are met, by a line for each; None unless each of them is decided.

    Args:
        text: What the judge wrote, without its reasoning.
        count: How many criteria there are, numbered from 1.
    """
    text = unicodedata.normalize("NFKC", text)
    said = {place: met for place, met in _criteria(text) if 1 <= place <= count}
    return tuple(said[place] for place in range(1, count + 1)) if len(said) == count else None


def _criteria(text: str) -> Iterator[tuple[int, bool]]:
    for found in _CRITERION.finditer(text):
        yield int(found["place"]), plain(found["word"]) in _YES
