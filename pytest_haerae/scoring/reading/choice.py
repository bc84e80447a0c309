"""Reads the chosen option from a model's text, as a careful person would: the last stated verdict wins."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_haerae.scoring.reading.cleaning import shorten, strip_markup, strip_reasoning, unify_characters
from pytest_haerae.scoring.reading.options import Options, options_of
from pytest_haerae.scoring.reading.output import SEVERAL, Output, read_sentence, whole_label
from pytest_haerae.scoring.reading.statements import last_conclusion, last_statement
from pytest_haerae.scoring.reading.turns import own_part
from pytest_haerae.types import LETTERS, Item

EMPTY, ONLY_REASONING, NO_ANSWER, OTHER_FORMAT = "empty", "only reasoning", "no answer", "not the demanded format"
"""With `SEVERAL`, the reasons why nothing could be read."""

_DEMANDED = re.compile(rf"(?:#+\s*)?(?:정답|Answer)\s*:\s*\(?([{LETTERS}]|10|[1-9])\)?\.?")
_BARE = re.compile(rf"\(?([{LETTERS}]|10|[1-9])\)?\.?")
_ANSWER_KEY = re.compile(r"answer|정답|^답$|최종답|^(?:choice|option|label|letter|prediction|selected_?option)$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: a letter of the item, or None, and the rule that read it or the reason why nothing could be."""

    label: str | None
    rule: str


Rule = Callable[[Output], Reading | None]


def read_choice(text: str, item: Item) -> Reading:
    """Read the chosen option; the first of `RULES` that finds anything decides.

    Args:
        text: The model's output.
        item: A lettered item.

    Returns:
        The letter with the rule's name; or None with the reason: ``empty``, ``only reasoning``, ``several``,
        ``no answer``.
    """
    options = options_of(item)
    if not text.strip():
        return Reading(None, EMPTY)
    answered = shorten(unify_characters(shorten(strip_reasoning(text))))  # one character may become eighteen
    if not answered.strip():
        return Reading(None, ONLY_REASONING)
    answered = own_part(answered, item.query, lambda part: _first_evidence(part, options))
    structured = _json_answer(answered, options)
    if structured:
        return structured
    output = Output(strip_markup(answered), options)
    return next((reading for rule in RULES if (reading := rule(output))), Reading(None, NO_ANSWER))


def read_strictly(text: str, item: Item) -> Reading:
    """Read only the format that the prompts demand: ``정답: (A)`` or ``Answer: (A)`` as the last line, or a bare label.

    Args:
        text: The model's output.
        item: A lettered item.
    """
    answered = strip_reasoning(text).strip()
    if not answered:
        return Reading(None, ONLY_REASONING if text.strip() else EMPTY)
    last_line = answered.rpartition("\n")[2].strip()
    for pattern, place, rule in ((_BARE, answered, "bare label"), (_DEMANDED, last_line, "demanded format")):
        match = pattern.fullmatch(place)
        label = options_of(item).label(match[1]) if match else None
        if label:
            return Reading(label, rule)
    return Reading(None, OTHER_FORMAT)


def _bare_label(output: Output) -> Reading | None:
    label = whole_label(output.text, output.options)
    if label is None:
        return None
    return Reading(label, "option text" if output.options.exactly(output.text) else "bare label")


def _stated_verdict(output: Output) -> Reading | None:
    statement = last_statement(output)
    return _reading(statement.label, statement.rule) if statement else None


def _own_line(output: Output) -> Reading | None:
    """The last line that holds a label and nothing else."""
    labels = [line.label for line in output.label_lines if line.whole]
    return Reading(labels[-1], "own line") if labels else None


def _conclusion(output: Output) -> Reading | None:
    statement = last_conclusion(output)
    return _reading(statement.label, statement.rule) if statement else None


def _opening_or_closing_label(output: Output) -> Reading | None:
    """The label that the first line begins with, or else the last: ``(B) because …``."""
    last = output.text.count("\n")
    for number, rule in ((0, "opening label"), (last, "closing label")):
        for line in output.label_lines:
            group = line.group
            if line.number == number and group and not group.set_aside:
                return _reading(line.label if len(group.labels) == 1 else SEVERAL, rule)
    return None


def _only_label(output: Output) -> Reading | None:
    live = [group for group in output.answerlike if not group.set_aside]
    labels = {label for group in live for label in group.labels}
    if not labels:
        return None
    kept = labels.pop() if len(labels) == 1 else SEVERAL
    return _reading(kept, "option text" if output.named_by_texts else "only label")


RULES: tuple[Rule, ...] = (
    _bare_label,
    _stated_verdict,
    _own_line,
    _conclusion,
    _opening_or_closing_label,
    _only_label,
)
"""In the order of their weight. What a JSON object gives as its answer stands before all of them."""


def _reading(label: str, rule: str) -> Reading:
    return Reading(None, SEVERAL) if label == SEVERAL else Reading(label, rule)


def _first_evidence(text: str, options: Options) -> int | None:
    """Where a text first names an option."""
    places = [group.start for group in Output(text, options).answerlike]
    return min(places, default=None)


def _json_answer(text: str, options: Options) -> Reading | None:
    """The answer of a JSON object, unless a verdict follows it."""
    start, end = text.find("{"), text.rfind("}") + 1
    if start < 0 or end <= start:
        return None
    try:
        content = json.loads(text[start:end])
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    answers = [value for key, value in content.items() if _ANSWER_KEY.search(str(key).lower())]
    if not answers:
        return None
    later = last_statement(Output(strip_markup(text[end:]), options))
    label = later.label if later else _json_label(answers[-1], options)
    return _reading(label, later.rule if later else "JSON") if label else Reading(None, NO_ANSWER)


def _json_label(value: Any, options: Options) -> str | None:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        labels = {label for entry in value if (label := _json_label(entry, options))}
        return labels.pop() if len(labels) == 1 else SEVERAL if labels else None
    if value is None or isinstance(value, bool):
        return None
    return read_sentence(str(value), options)
