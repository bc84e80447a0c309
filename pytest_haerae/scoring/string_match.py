"""The default scorer of generated text: letters are read and compared, free text is compared in its normalised form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pytest_haerae.scoring.character_f import character_f
from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.scoring.matching import MatchParameters
from pytest_haerae.scoring.reading.choice import EMPTY, ONLY_REASONING, UNFINISHED_REASONING, Reading, read_choice
from pytest_haerae.scoring.reading.cleaning import cleaned_free_text
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.registry import DEFAULT_SCORER, register_scorer
from pytest_haerae.types import Item, Outcome, Response, Verdict

_SHOWN = 60


def short(text: str) -> str:
    """A text as one line for people, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


AS_EVER = MatchParameters()


@register_scorer("string_match", DEFAULT_SCORER, parameters=MatchParameters, quick=True)
def judge_string_match(item: Item, response: Response, parameters: MatchParameters = AS_EVER) -> Verdict:
    """Read the answer from the text and compare it with the reference.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
        parameters: What is read and what does not count.
    """
    read = partial(read_choice, limited=limit_reached(response.finish_reason))
    return judge_reading(item, response, read, parameters)


def judge_reading(
    item: Item, response: Response, read: Callable[[str, Item], Reading], parameters: MatchParameters = AS_EVER
) -> Verdict:
    """Compare what is read from a text with the reference.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
        read: Reads the letter of a lettered item's text.
        parameters: What is read and what does not count.
    """
    if item.options is None:
        return _judge_free_text(item, response, parameters)
    text = response.text or ""
    part = parameters.left_part(text, item)
    reading = read(part.text, item)
    if reading.label is None:
        return unread(item, response, _reason(reading.rule, response), f"({item.reference})")
    correct = reading.label == item.reference
    verb = "correct" if correct else "wrong"
    explanation = f"{item.id} {verb}: predicted ({reading.label}), reference ({item.reference}), read by {reading.rule}"
    outcome: Outcome = "correct" if correct else "wrong"
    words, start = reading.words, reading.start
    if words is not None and start is not None:
        start, end = part.place(start, start + len(words))
        words = text[start:end]
    return Verdict(outcome, reading.label, explanation, reading.rule, why=words, why_start=start)


def _judge_free_text(item: Item, response: Response, parameters: MatchParameters) -> Verdict:
    text = response.text or ""
    part = parameters.read_part(text, item)
    cleaned = cleaned_free_text(part.text, item.query)
    given, wanted = parameters.compared(cleaned.text), parameters.compared(item.reference)
    if not wanted and parameters != AS_EVER:
        return nothing_to_compare(item)
    if not given:
        return unread(item, response, empty_rule(response), repr(short(item.reference)), character_f=0.0)
    correct = given == wanted
    likeness = 1.0 if correct else character_f(given, wanted)
    verb = "correct" if correct else "wrong"
    explanation = (
        f"{item.id} {verb}: answered {short(cleaned.text)!r}, reference {short(item.reference)!r}, "
        f"character F {likeness:.2f}"
    )
    begin, end = part.place(*cleaned.place(0, len(cleaned.text)))
    return Verdict(
        "correct" if correct else "wrong",
        cleaned.text,
        explanation,
        "free text",
        character_f=likeness,
        why=text[begin:end],
        why_start=begin,
    )


def nothing_to_compare(item: Item) -> Verdict:
    """The verdict on an item whose reference consists of what does not count: any answer would be equal to it."""
    return Verdict("error", explanation=f"{item.id}: nothing of the reference {short(item.reference)!r} is compared")


def empty_rule(response: Response) -> str:
    """Why there is nothing to compare in an output."""
    unfinished = split_reasoning(response.text or "").unfinished
    return _reason(UNFINISHED_REASONING if unfinished else EMPTY, response)


def _reason(rule: str, response: Response) -> str:
    """Why nothing could be read: an empty answer whose reasoning came apart from it was all reasoning."""
    return ONLY_REASONING if rule == EMPTY and response.reasoning else rule


def unread(item: Item, response: Response, rule: str, reference: str, character_f: float | None = None) -> Verdict:
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
