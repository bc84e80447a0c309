"""The scorer ``partial_match``: an answer counts that contains the reference."""

from __future__ import annotations

from pytest_haerae.scoring.matching import MatchParameters
from pytest_haerae.scoring.reading.cleaning import unify_characters
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.reading.traced import Traced
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.scoring.string_match import empty_rule, nothing_to_compare, short, unread
from pytest_haerae.types import Item, Response, Verdict


class PartialMatchParameters(MatchParameters):
    """The switches of `string_match`, with the toolkit's values where none are given."""

    ignore_punctuation: bool = False
    extract_final_answer: bool = True


@register_scorer("string_match", "partial_match", parameters=PartialMatchParameters, quick=True)
def judge_partially(item: Item, response: Response, parameters: PartialMatchParameters) -> Verdict:
    """Look for the reference in the first line of the answer, whatever else stands there.

    The rule is that of HAE-RAE's evaluation toolkit. Read is the first line with text: behind `정답:`, `답변:` or
    `Answer:` (the last of them here, the first there), or else of the whole output. Runs of white space are one space;
    case counts for nothing, punctuation and digits count; the reference has to be a part of the line. That of a
    lettered item is its label as the toolkit writes it, `(B)`, or the text of its option. Reasoning between the model's
    own marks is not looked at. An answer that names all options is right: it says how often the reference is mentioned.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
        parameters: What is read and what does not count.
    """
    text = response.text or ""
    line = _first_line(_answer_part(text, item, parameters))
    wanted = parameters.compared_in_words(_reference_text(item))
    if not wanted:
        return nothing_to_compare(item)
    given = parameters.compared_in_words(line.text)
    if not given:
        return unread(item, response, empty_rule(response), repr(short(_reference_text(item))))
    labels = _labels_in(line.text, item)
    right = wanted in given or item.reference in labels
    verb = "correct: in" if right else "wrong: not in"
    explanation = f"{item.id} {verb} {short(line.text)!r}: reference {short(_reference_text(item))!r}"
    prediction: str | None = line.text
    if item.options is not None:
        prediction = item.reference if right else labels[0] if len(labels) == 1 else None
    begin, end = line.place(0, len(line.text))
    return Verdict(
        "correct" if right else "wrong", prediction, explanation, "partial match", why=text[begin:end], why_start=begin
    )


def _answer_part(text: str, item: Item, parameters: MatchParameters) -> Traced:
    part = parameters.read_part(text, item)
    return split_reasoning(text).answer if part.text == text else part


def _first_line(part: Traced) -> Traced:
    part = part.stripped()
    return part.part(0, len(part.text.splitlines()[0]) if part.text else 0).stripped()


def _reference_text(item: Item) -> str:
    if item.options is None or item.labels is None:
        return item.reference
    return item.options[item.labels.index(item.reference)]


def _labels_in(line: str, item: Item) -> list[str]:
    """The labels that a line names in brackets: their case and their brackets always count."""
    unified = unify_characters(line)
    return [label for label in item.labels or () if f"({label})" in unified]
