"""Two reports of one model for tests: each item's options, and what is sent, as the test changes them in the copy."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from pytest_haerae.report.copies.held import Held, hold
from pytest_haerae.report.copies.side_by_side import Copies
from pytest_haerae.report.copies.traces import TracedReport, trace_of
from pytest_haerae.report.schema import Report, SampleRow
from pytest_haerae.statistics.pairing import match
from tests.unit.reports import make, sample

Changed = Callable[[int], dict[str, object]]
MARGIN = 0.02


def no_change(number: int) -> dict[str, object]:
    return {}


def length_of(number: int) -> int:
    """Tokens of an item's prompt: some items have as many."""
    return 20 + number * 7 % 13


def tokens(prompt: int | None) -> dict[str, object]:
    return {"tokens": {"prompt": prompt, "completion": 0}}


def scored(number: int, values: Sequence[float], **more: object) -> SampleRow:
    """An item as log-likelihoods judge it."""
    prediction = "ABC"[values.index(max(values))]
    outcome = "correct" if prediction == "B" else "wrong"
    told: dict[str, Any] = {"loglikelihoods": list(values), "prediction": prediction, "outcome": outcome}
    if more.get("outcome") == "error":
        told |= {"loglikelihoods": None, "prediction": None}
    return sample(number, **{**tokens(length_of(number)), **told, **more})


def written(number: int, text: str, **more: object) -> SampleRow:
    """An item as a generated text answers it: its first character is the letter."""
    outcome = "correct" if text[:1] == "B" else "wrong"
    told: dict[str, Any] = {"raw_output": text, "loglikelihoods": None, "prediction": text[:1], "outcome": outcome}
    return sample(number, **{**tokens(length_of(number)), **told, **more})


def values_of(number: int) -> list[float]:
    chance = random.Random(number)  # noqa: S311 - no secret
    return [-5 * chance.random() for _ in "ABC"]


def report(count: int = 300, changed: Changed = no_change, **info: object) -> Report:
    """A report of scored options.

    Args:
        count: Items.
        changed: What is other than usual in an item; `loglikelihoods` judge it.
        info: What `info` says otherwise.
    """
    rows = []
    for number in range(count):
        more = changed(number)
        values: Any = more.pop("loglikelihoods", values_of(number))
        rows.append(scored(number, values, **more))
    return make(rows, **info)


def traced(of: Report) -> TracedReport:
    return TracedReport(of["info"], list(map(trace_of, of["samples"])))


def held(before: Report, after: Report, margin: float = MARGIN) -> Held:
    return hold(traced(before), traced(after), margin)


def copies(before: Report, after: Report) -> Copies:
    """What causes are looked for in."""
    old, new = traced(before), traced(after)
    places = match(*([each.outline.mark for each in side.samples] for side in (old, new)))
    differing = old.measured().differences_to(new.measured())
    pairs = [(old.samples[then], new.samples[now]) for then, now in places]
    return Copies(before["info"], after["info"], pairs, held(before, after).shifts, differing)
