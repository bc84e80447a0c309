"""The criteria of an item's checklist, each with its weight, as data sets write them into a column."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.escaping import shown

_NUMBERING = re.compile(r"\A\s*(?:\d+\s*[.):]|[-*•])\s*")
_TEXTS = ("criterion", "text", "description", "question", "item", "기준")
_WEIGHTS = ("weight", "points", "score", "배점", "가중치")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a checklist.

    Attributes:
        text: What is asked of the answer, without a number before it.
        weight: How much it counts; above 0.
    """

    text: str
    weight: float = 1.0


def read_rubric(value: Any) -> tuple[Criterion, ...]:  # noqa: ANN401 - a cell
    """Read a checklist: lines of a text, a list of texts, a list of objects with weights, or either as JSON.

    Raises:
        ScorerFailure: It is none, or a weight is no number above 0.
    """
    if isinstance(value, str):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        value = parsed if isinstance(parsed, list) else [line for line in value.splitlines() if line.strip()]
    if not isinstance(value, list | tuple) or not value:
        raise ScorerFailure(f"its rubric is no list of criteria: {shown(value)}")
    return tuple(map(_criterion, value))


def numbered(criteria: tuple[Criterion, ...]) -> str:
    """A checklist as a judge is shown it."""
    return "\n".join(f"{place}. {criterion.text}" for place, criterion in enumerate(criteria, 1))


def _criterion(entry: Any) -> Criterion:  # noqa: ANN401 - an entry of a cell
    if isinstance(entry, str):
        return Criterion(_plain(entry))
    if isinstance(entry, Mapping):
        text = next((entry[name] for name in _TEXTS if isinstance(entry.get(name), str)), None)
        weight = next((entry[name] for name in _WEIGHTS if name in entry), 1.0)
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if text is not None and is_number and 0 < weight < math.inf:
            return Criterion(_plain(text), float(weight))
    raise ScorerFailure(f"a criterion of its rubric has no text, or no weight above 0: {shown(entry)}")


def _plain(text: str) -> str:
    found = _NUMBERING.sub("", text).strip()
    if not found:
        raise ScorerFailure("a criterion of its rubric is empty")
    return found
