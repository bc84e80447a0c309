"""The generated text is read and compared: letters by letter, free text by its normalised form."""

from __future__ import annotations

import unicodedata

from pytest_haerae.scoring.answers import clean, read_answer
from pytest_haerae.types import Item, Response, Verdict

_SHOWN = 60


def normalise(text: str) -> str:
    """NFC, without spaces, punctuation and case: two spellings of the same sentence become equal."""
    return "".join(
        sign.casefold()
        for sign in unicodedata.normalize("NFC", text)
        if not (sign.isspace() or unicodedata.category(sign).startswith("P"))
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def judge_string_match(item: Item, response: Response) -> Verdict:
    """Read the answer from the text and compare it with the reference.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
    """
    text = response.text or ""
    if item.options is None:
        return _judge_free_text(item, text)
    reading = read_answer(text, item)
    if reading.label is None:
        explanation = f"{item.id} invalid: {reading.rule} in {_short(text)!r}, reference ({item.reference})"
        return Verdict("invalid", None, explanation, reading.rule)
    correct = reading.label == item.reference
    verb = "correct" if correct else "wrong"
    explanation = f"{item.id} {verb}: predicted ({reading.label}), reference ({item.reference}), read by {reading.rule}"
    return Verdict("correct" if correct else "wrong", reading.label, explanation, reading.rule)


def _judge_free_text(item: Item, text: str) -> Verdict:
    answer = clean(text)
    if not normalise(answer):
        return Verdict("invalid", None, f"{item.id} invalid: empty text, reference {_short(item.reference)!r}", "empty")
    correct = normalise(answer) == normalise(item.reference)
    verb = "correct" if correct else "wrong"
    explanation = f"{item.id} {verb}: answered {_short(answer)!r}, reference {_short(item.reference)!r}"
    return Verdict("correct" if correct else "wrong", answer, explanation, "free text")
