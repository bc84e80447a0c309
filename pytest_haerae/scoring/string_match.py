"""The default scorer of generated text: letters are read and compared, free text is compared in its normalised form."""

from __future__ import annotations

from collections.abc import Callable

from pytest_haerae.scoring.character_f import character_f
from pytest_haerae.scoring.reading.choice import Reading, read_choice
from pytest_haerae.scoring.reading.cleaning import clean_free_text, normalise
from pytest_haerae.scoring.registry import DEFAULT_SCORER, register_scorer
from pytest_haerae.types import Item, Response, Verdict

_SHOWN = 60


def short(text: str) -> str:
    """A text as one line for people, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


@register_scorer("string_match", DEFAULT_SCORER)
def judge_string_match(item: Item, response: Response) -> Verdict:
    """Read the answer from the text and compare it with the reference.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
    """
    return judge_reading(item, response, read_choice)


def judge_reading(item: Item, response: Response, read: Callable[[str, Item], Reading]) -> Verdict:
    """Compare what is read from a text with the reference.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
        read: Reads the letter of a lettered item's text.
    """
    text = response.text or ""
    if item.options is None:
        return _judge_free_text(item, text)
    reading = read(text, item)
    if reading.label is None:
        explanation = f"{item.id} invalid: {reading.rule} in {short(text)!r}, reference ({item.reference})"
        return Verdict("invalid", None, explanation, reading.rule)
    correct = reading.label == item.reference
    verb = "correct" if correct else "wrong"
    explanation = f"{item.id} {verb}: predicted ({reading.label}), reference ({item.reference}), read by {reading.rule}"
    return Verdict("correct" if correct else "wrong", reading.label, explanation, reading.rule)


def _judge_free_text(item: Item, text: str) -> Verdict:
    answer = clean_free_text(text, item.query)
    given, wanted = normalise(answer), normalise(item.reference)
    if not given:
        explanation = f"{item.id} invalid: empty text, reference {short(item.reference)!r}"
        return Verdict("invalid", None, explanation, "empty", character_f=0.0)
    correct = given == wanted
    likeness = 1.0 if correct else character_f(given, wanted)
    verb = "correct" if correct else "wrong"
    explanation = (
        f"{item.id} {verb}: answered {short(answer)!r}, reference {short(item.reference)!r}, character F {likeness:.2f}"
    )
    return Verdict("correct" if correct else "wrong", answer, explanation, "free text", character_f=likeness)
