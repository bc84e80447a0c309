"""The default scorer of generated text: letters are read and compared, free text is compared in its normalised form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pytest_haerae.scoring.character_f import character_f
from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.scoring.reading.choice import EMPTY, ONLY_REASONING, UNFINISHED_REASONING, Reading, read_choice
from pytest_haerae.scoring.reading.cleaning import cleaned_free_text, normalise
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.registry import DEFAULT_SCORER, register_scorer
from pytest_haerae.types import Item, Outcome, Response, Verdict

_SHOWN = 60


def short(text: str) -> str:
    """A text as one line for people, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


@register_scorer("string_match", DEFAULT_SCORER, quick=True)
def judge_string_match(item: Item, response: Response) -> Verdict:
    """Read the answer from the text and compare it with the reference.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
    """
    return judge_reading(item, response, partial(read_choice, limited=limit_reached(response.finish_reason)))


def judge_reading(item: Item, response: Response, read: Callable[[str, Item], Reading]) -> Verdict:
    """Compare what is read from a text with the reference.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
        read: Reads the letter of a lettered item's text.
    """
    if item.options is None:
        return _judge_free_text(item, response)
    text = response.text or ""
    reading = read(text, item)
    if reading.label is None:
        return _unread(item, response, _reason(reading.rule, response), f"({item.reference})")
    correct = reading.label == item.reference
    verb = "correct" if correct else "wrong"
    explanation = f"{item.id} {verb}: predicted ({reading.label}), reference ({item.reference}), read by {reading.rule}"
    outcome: Outcome = "correct" if correct else "wrong"
    return Verdict(outcome, reading.label, explanation, reading.rule, why=reading.words, why_start=reading.start)


def _judge_free_text(item: Item, response: Response) -> Verdict:
    text = response.text or ""
    cleaned = cleaned_free_text(text, item.query)
    given, wanted = normalise(cleaned.text), normalise(item.reference)
    if not given:
        rule = UNFINISHED_REASONING if split_reasoning(text).unfinished else EMPTY
        return _unread(item, response, _reason(rule, response), repr(short(item.reference)), character_f=0.0)
    correct = given == wanted
    likeness = 1.0 if correct else character_f(given, wanted)
    verb = "correct" if correct else "wrong"
    explanation = (
        f"{item.id} {verb}: answered {short(cleaned.text)!r}, reference {short(item.reference)!r}, "
        f"character F {likeness:.2f}"
    )
    begin, end = cleaned.place(0, len(cleaned.text))
    return Verdict(
        "correct" if correct else "wrong",
        cleaned.text,
        explanation,
        "free text",
        character_f=likeness,
        why=text[begin:end],
        why_start=begin,
    )


def _reason(rule: str, response: Response) -> str:
    """Why nothing could be read: an empty answer whose reasoning came apart from it was all reasoning."""
    return ONLY_REASONING if rule == EMPTY and response.reasoning else rule


def _unread(item: Item, response: Response, rule: str, reference: str, character_f: float | None = None) -> Verdict:
    """The verdict on an output without an answer: cut where it ended at its limit or in its reasoning, else invalid."""
    limited = limit_reached(response.finish_reason)
    if limited or rule == UNFINISHED_REASONING:
        how = f"the output reached its limit ({response.finish_reason})" if limited else "the reasoning never ended"
        explanation = f"{item.id} cut: {how} before an answer was stated, {rule} in "
    else:
        explanation = f"{item.id} invalid: {rule} in "
    explanation += f"{short(response.text or '')!r}, reference {reference}"
    return Verdict(
        "cut" if limited or rule == UNFINISHED_REASONING else "invalid",
        None,
        explanation,
        rule,
        character_f=character_f,
    )
