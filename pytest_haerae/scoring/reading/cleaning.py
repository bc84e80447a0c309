"""Clean-up of a model's text before it is read: reasoning, characters, markup, and what is no longer its answer."""

from __future__ import annotations

import re
import unicodedata

from pytest_haerae.scoring.reading.formulas import with_plain_formulas
from pytest_haerae.scoring.reading.marks import HEADER, split_reasoning
from pytest_haerae.scoring.reading.traced import Traced
from pytest_haerae.scoring.reading.turns import own_end
from pytest_haerae.types import LETTERS

LONGEST_READ = 12_000
"""Characters that are read of a text: an answer stands at its beginning or its end, and a runaway costs no seconds."""
_READ_AT_THE_BEGINNING = 4_000

_CIRCLED = {chr(ord(first) + index): f"({index + 1})" for first in "①➀❶➊⓵" for index in range(10)}
_CIRCLED |= {chr(ord("⑪") + index): f"({index + 11})" for index in range(10)}
_CIRCLED |= {chr(ord("㉑") + index): f"({index + 21})" for index in range(6)}
_CIRCLED |= {chr(ord("Ⓐ") + index): f"({letter})" for index, letter in enumerate(LETTERS)}
_MINUS = dict.fromkeys("−﹣－", "-")
_NAMED = _CIRCLED | _MINUS
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\u20e3"
_COMBINING = "\u0300-\u036f\u1160-\u11ff\u3099\u309a"
_KEPT_AS_WRITTEN = "\u3131-\u318e\u3200-\u321e\u3260-\u327e"
"""Single jamo and circled Hangul: NFKC turns them into the halves of syllables."""
_LONGEST_PLAIN = 9
"""Characters that one may become: what becomes a whole sentence (U+FDFA) stays, for it names no option."""
_UNUSUAL = re.compile(rf"(?s:.)[{_COMBINING}]+|[^\x00-\x7f가-힣{_KEPT_AS_WRITTEN}]")
"""A character with what it is composed of, or one that may have a plainer form."""

_UNTICKED = re.compile(r"^[ \t]*(?:[-*+]\s)?(?:\[ \]|☐)[^\n]*", re.MULTILINE)
_TICK = re.compile(r"^[ \t]*(?:[-*+]\s)?(?:\[[xXvV✓]\]|☑)", re.MULTILINE)
_STRUCK = re.compile(r"~~[^~\n]{1,400}~~")
_HTML_PAIR = re.compile(r"<(b|strong|i|em|u|p|span|mark|code|center)>([^<]*)</\1>", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</[^<>\n]{1,30}>|<br\s?/?>", re.IGNORECASE)
_BOX = re.compile(r"\\{1,2}(?:boxed|fbox)\b")
_LATEX_COMMAND = re.compile(
    r"\\{1,2}(?:(?:text|math)[a-z]{0,9}|operatorname|displaystyle|left|right|q?quad|rm|bf)\b|\\{1,2}[()\[\],;! ]"
)
_LINE_DECORATION = re.compile(r"^[ \t]{0,8}(?:>[ \t>]{0,20})?(?:#{1,12}(?=\s|$))?", re.MULTILINE)
_EMPHASIS = re.compile(r"\*+|`+|__+|[{}$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_TABLE_LINE = re.compile(r"\|")
_MARKUP = re.compile(r"[~<>\\|*`_{}$#^☑]|\[/?[|A-Z]|\[[xv✓]\]|^[ \t]", re.MULTILINE)
"""What a text has to hold for any of these to change it."""
_COMMANDS_ON_N = "abla|eg?|eqq?|i|u|otin|ot|mid|exists|earrow|warrow|ewline|otag|onumber|leq|geq|less"
"""LaTeX commands that begin with an n."""
_WRITTEN_NEWLINE = re.compile(
    rf"""
    (?:\\r)?\\n  # e.g. 'B\\n\\n해설', 'B\\nBecause'
    (?!(?:{_COMMANDS_ON_N})(?![A-Za-z]))  # not '\\nu'
    """,
    re.VERBOSE,
)
_ANSWER_HEADING = re.compile(r"\A\W{0,9}(?:정답|답변?|answer)\s?:", re.IGNORECASE)
_WORD = re.compile(r"\w")


def strip_reasoning(text: str) -> str:
    """Take the reasoning blocks away, closed or cut off; before a closing mark alone all was reasoning."""
    return split_reasoning(text).answer.text


def shortened(text: Traced) -> Traced:
    """The beginning and the end of a very long text, apart; a shorter one as it is."""
    if len(text.text) <= LONGEST_READ:
        return text
    parts = (text.part(0, _READ_AT_THE_BEGINNING), text.part(_READ_AT_THE_BEGINNING - LONGEST_READ))
    return Traced.joined(parts, "\n\n")


def shorten(text: str) -> str:
    """The beginning and the end of a very long text, apart; a shorter one as it is."""
    return shortened(Traced.of(text)).text


def unified(text: Traced) -> Traced:
    """Write full-width, circled and decomposed characters in their plain form (NFKC), and take invisible ones away."""
    return text if text.text.isascii() else text.sub(_UNUSUAL, _plain)


def unify_characters(text: str) -> str:
    """Write full-width, circled and decomposed characters in their plain form (NFKC), and take invisible ones away."""
    # Most texts are plain, and no origin is asked for.
    return unified(Traced.of(text)).text if _UNUSUAL.search(text) else text


_IS_INVISIBLE = re.compile(f"[{_INVISIBLE}]")


def _plain(match: re.Match[str]) -> str:
    written = _IS_INVISIBLE.sub("", match[0])
    plain = _NAMED.get(written) or unicodedata.normalize("NFKC", written)
    return plain if len(plain) <= _LONGEST_PLAIN else written


def without_markup(text: Traced) -> Traced:
    r"""Take Markdown, LaTeX, HTML, table lines and chat marks away; ``\boxed{B}`` becomes a line ``boxed: B``."""
    if _MARKUP.search(text.text):
        text = text.sub(HEADER, "\n").sub(_STRUCK, "")
        text = text.sub(_UNTICKED, "").sub(_TICK, "") if _TICK.search(text.text) else text
        text = with_plain_formulas(text).within(_HTML_PAIR, 2).sub(_CLOSING_TAG, "\n")
        text = text.sub(_BOX, "\nboxed: ").sub(_LATEX_COMMAND, " ")
        text = text.sub(_LINE_DECORATION, "").sub(_EMPHASIS, "").sub(_TABLE_LINE, " ")
    return text.stripped()


def strip_markup(text: str) -> str:
    r"""Take Markdown, LaTeX, HTML, table lines and chat marks away; ``\boxed{B}`` becomes a line ``boxed: B``."""
    return without_markup(Traced.of(text)).text if _MARKUP.search(text) else text.strip()


def with_newlines(text: Traced) -> Traced:
    r"""Make lines of a newline that is written out as a backslash and an n, unless a LaTeX command begins so."""
    return text.sub(_WRITTEN_NEWLINE, "\n") if "\\n" in text.text else text


def cleaned_free_text(text: str, query: str) -> Traced:
    """A free-text answer without reasoning, markup, a heading such as 정답:, and what the model rambles on about.

    Args:
        text: The model's output.
        query: The item's query.
    """
    answered = with_newlines(shortened(split_reasoning(text).answer))
    answered = answered.part(0, own_end(answered.text, query, _first_word))
    answered = without_markup(answered)
    heading = _ANSWER_HEADING.match(answered.text)
    return answered.part(heading.end() if heading else 0).stripped()


def clean_free_text(text: str, query: str) -> str:
    """A free-text answer without reasoning, markup, a heading such as 정답:, and what the model rambles on about."""
    return cleaned_free_text(text, query).text


def _first_word(text: str) -> int | None:
    word = _WORD.search(HEADER.sub(lambda match: " " * len(match[0]), text))
    return word.start() if word else None


def normalise(
    text: str, *, ignore_case: bool = True, ignore_punctuation: bool = True, ignore_numbers: bool = False
) -> str:
    """NFC without spaces and invisible characters, so that two spellings of one sentence become equal.

    Args:
        text: The text.
        ignore_case: Whether capital and small letters are the same.
        ignore_punctuation: Whether punctuation is left out.
        ignore_numbers: Whether digits are left out.
    """
    kept = "".join(
        character
        for character, category in ((each, unicodedata.category(each)) for each in unicodedata.normalize("NFC", text))
        if not (
            character.isspace()
            or category == "Cf"
            or (ignore_punctuation and category[0] == "P")
            or (ignore_numbers and category == "Nd")
        )
    )
    return kept.casefold() if ignore_case else kept
