"""Clean-up of a model's text before it is read: reasoning, characters, markup, and what is no longer its answer."""

from __future__ import annotations

import re
import unicodedata

from pytest_haerae.scoring.reading.turns import own_part
from pytest_haerae.types import LETTERS

LONGEST_READ = 12_000
"""Characters that are read of a text: an answer stands at its beginning or its end, and a runaway costs no seconds."""
_READ_AT_THE_BEGINNING = 4_000

_REASONING_TAG = re.compile(
    r"""
    [<\[◁]
    (?:
        \s?/?\s?(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning|analysis|reflection|scratchpad)
        \s?[>\]▷]  # e.g. '<think>', '</think>', '[THOUGHT]', '◁/think▷', '<seed:think>'
      | \|
        (?:
            start_thinking|end_thinking|begin_of_thought|end_of_thought  # e.g. '<|start_thinking|>'
          | channel\|>(?:analysis|commentary|final(?:<\|message)?)  # e.g. '<|channel|>final<|message|>'
        )
        (?:\|>)?
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAMED_IN_TAGS = ("think", "thought", "reasoning", "analysis", "reflection", "scratchpad", "channel")
_CLOSES = re.compile(r"/|end_|final", re.IGNORECASE)

_CIRCLED = {chr(ord(first) + index): f"({index + 1})" for first in "①➀❶➊⓵" for index in range(10)}
_CIRCLED |= {chr(ord("Ⓐ") + index): f"({letter})" for index, letter in enumerate(LETTERS)}
_CIRCLED_SIGN = re.compile(f"[{''.join(_CIRCLED)}]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\u20e3]")
_KEPT_AS_WRITTEN = re.compile("([\u3131-\u318e\u3200-\u321e\u3260-\u327e]+)")
"""Single jamo and circled Hangul: NFKC turns them into the halves of syllables."""

_STRUCK = re.compile(r"~~[^~\n]{1,400}~~")
_HTML_PAIR = re.compile(r"<(b|strong|i|em|u|p|span|mark|code|center)>([^<]*)</\1>", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</[^<>\n]{1,30}>|<br\s?/?>", re.IGNORECASE)
_BOX = re.compile(r"\\{1,2}(?:boxed|fbox)\b")
_LATEX_COMMAND = re.compile(
    r"\\{1,2}(?:(?:text|math)[a-z]{0,9}|operatorname|displaystyle|left|right|q?quad|rm|bf)\b|\\{1,2}[()\[\],;! ]"
)
_LINE_DECORATION = re.compile(r"^[ \t]{0,8}(?:>[ \t>]{0,20})?(?:#{1,12}(?=\s|$))?", re.MULTILINE)
_EMPHASIS = re.compile(r"\*+|`+|__+|[{}$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_MARKUP = re.compile(r"[~<>\\|*`_{}$#]|^[ \t]", re.MULTILINE)
"""What a text has to hold for any of these to change it."""
_ANSWER_HEADING = re.compile(r"\A\W{0,9}(?:정답|답변?|answer)\s?:", re.IGNORECASE)
_WORD = re.compile(r"\w")
_CHAT_TOKEN = re.compile(r"<\|[A-Za-z_]{1,30}\|>")


def strip_reasoning(text: str) -> str:
    """Take the reasoning blocks away, closed or cut off; before a closing tag alone all was reasoning."""
    lowered = text.lower()
    if not any(name in lowered for name in _NAMED_IN_TAGS):
        return text
    kept: list[str] = []
    position = 0
    inside = False
    for tag in _REASONING_TAG.finditer(text):
        if not _CLOSES.search(tag[0]):
            if not inside:
                kept.append(text[position : tag.start()])
            inside = True
        elif inside:
            inside, position = False, tag.end()
        else:
            kept, position = [], tag.end()
    if not inside:
        kept.append(text[position:])
    return " ".join(kept)


def shorten(text: str) -> str:
    """The beginning and the end of a very long text, apart; a shorter one as it is."""
    if len(text) <= LONGEST_READ:
        return text
    return f"{text[:_READ_AT_THE_BEGINNING]}\n\n{text[_READ_AT_THE_BEGINNING - LONGEST_READ :]}"


def unify_characters(text: str) -> str:
    """Write full-width, circled and decomposed characters in their plain form (NFKC), and take invisible ones away."""
    if unicodedata.is_normalized("NFKC", text) and not (_INVISIBLE.search(text) or _CIRCLED_SIGN.search(text)):
        return text
    text = _CIRCLED_SIGN.sub(lambda match: _CIRCLED[match[0]], _INVISIBLE.sub("", text))
    parts = _KEPT_AS_WRITTEN.split(text)
    return "".join(part if index % 2 else unicodedata.normalize("NFKC", part) for index, part in enumerate(parts))


def strip_markup(text: str) -> str:
    r"""Take Markdown, LaTeX, HTML, table lines and chat tokens away; ``\boxed{B}`` becomes a line ``boxed: B``."""
    if not _MARKUP.search(text):
        return text.strip()
    text = _CHAT_TOKEN.sub("\n", _STRUCK.sub("", text))
    text = _CLOSING_TAG.sub("\n", _HTML_PAIR.sub(r"\2", text))
    text = _LATEX_COMMAND.sub(" ", _BOX.sub("\nboxed: ", text))
    text = _EMPHASIS.sub("", _LINE_DECORATION.sub("", text))
    return text.replace("|", " ").strip()


def clean_free_text(text: str, query: str) -> str:
    """A free-text answer without reasoning, markup, a heading such as 정답:, and what the model rambles on about.

    Args:
        text: The model's output.
        query: The item's query.
    """
    answered = own_part(shorten(strip_reasoning(text)), query, _first_word)
    return _ANSWER_HEADING.sub("", strip_markup(answered), count=1).strip()


def _first_word(text: str) -> int | None:
    word = _WORD.search(text)
    return word.start() if word else None


def normalise(text: str) -> str:
    """NFC, without spaces, punctuation, invisible characters and case: two spellings of one sentence become equal."""
    return "".join(
        character.casefold()
        for character in unicodedata.normalize("NFC", text)
        if not (
            character.isspace() or unicodedata.category(character)[0] == "P" or unicodedata.category(character) == "Cf"
        )
    )
