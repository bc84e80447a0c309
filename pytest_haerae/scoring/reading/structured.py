"""The answer that a JSON object gives."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_haerae.scoring.reading.options import Options
from pytest_haerae.scoring.reading.output import SEVERAL, read_sentence

_ANSWER_KEY = re.compile(r"answer|정답|^답$|최종답|^(?:choice|option|label|letter|prediction|selected_?option)$")


@dataclass(frozen=True, slots=True)
class Structured:
    """What a JSON object gives as its answer.

    Attributes:
        label: The label, `SEVERAL` or None.
        start: Where the answer's key begins.
        end: Where its value ends.
        after: Where the object ends.
    """

    label: str | None
    start: int
    end: int
    after: int


def json_answer(text: str, options: Options) -> Structured | None:
    """The answer of the JSON object that a text holds; None where it holds none, or one without an answer's key."""
    start, end = text.find("{"), text.rfind("}") + 1
    if start < 0 or end <= start:
        return None
    try:
        content = json.loads(text[start:end])
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    answers = [(key, value) for key, value in content.items() if _ANSWER_KEY.search(str(key).lower())]
    if not answers:
        return None
    key, value = answers[-1]
    place = text.find(f'"{key}"', start, end)
    written = json.dumps(value, ensure_ascii=False)
    at = text.find(written, place + len(key) + 2, end) if place >= 0 else -1
    begin, finish = (place, at + len(written)) if at >= 0 else (start, end)
    return Structured(_label(value, options), begin, finish, end)


def _label(value: Any, options: Options) -> str | None:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        labels = {label for entry in value if (label := _label(entry, options))}
        return labels.pop() if len(labels) == 1 else SEVERAL if labels else None
    if value is None or isinstance(value, bool):
        return None
    found = read_sentence(str(value), options)
    return found.label if found else None
