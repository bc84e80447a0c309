"""What the page shows, from the report: columns for its table, blocks of texts, and numbers for its charts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pytest_haerae.statistics.estimates import wilson_interval
from pytest_haerae.statistics.pairing import ANSWERED, Row

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CALIBRATION_BINS = 10
_SHORTEST_PREFIX = 200
"""Characters from which a beginning that items share is stored once and shown folded."""
_PAIRS_COMPARED = 40
"""Neighbours whose common beginning is looked for: the worked examples are the same for all items of a subset."""


def match_baseline(samples: Sequence[Row], baseline: Mapping[str, Any] | None) -> list[Row | None]:
    """For each sample the baseline's sample of the same item; None where there is none or its data differ."""
    known = {row["id"]: row for row in baseline["samples"]} if baseline else {}
    found = (known.get(row["id"]) for row in samples)
    return [
        other if other and all(other[key] == row[key] for key in ("reference", "options")) else None
        for row, other in zip(samples, found, strict=True)
    ]


def change(now: Row, then: Row | None) -> str:
    """``g`` for an item gained against the baseline, ``l`` for a lost one, ``=`` for neither, ``-`` if unknown."""
    if then is None or now["outcome"] not in ANSWERED or then["outcome"] not in ANSWERED:
        return "-"
    right, was_right = now["outcome"] == "correct", then["outcome"] == "correct"
    return "=" if right == was_right else "g" if right else "l"


def paired_score(pairs: Iterable[tuple[Row, Row | None]]) -> dict[str, Any] | None:
    """The baseline's accuracy on the items measured in both runs, and how many were gained and lost; None for none."""
    compared = [(change(now, then), then) for now, then in pairs if then is not None and change(now, then) != "-"]
    if not compared:
        return None
    counts = Counter(sign for sign, _ in compared)
    n, correct = len(compared), sum(then["outcome"] == "correct" for _, then in compared)
    return {
        "n": n,
        "accuracy": correct / n,
        "ci95": wilson_interval(correct, n),
        "change": (counts["g"] - counts["l"]) / n,
        "gained": counts["g"],
        "lost": counts["l"],
    }


def chance_level(rows: Iterable[Row]) -> float | None:
    """The accuracy that guessing has on the lettered items among the measured ones; None where there are none."""
    shares = [1 / len(row["options"]) for row in rows if row["options"] and row["outcome"] in ANSWERED]
    return sum(shares) / len(shares) if shares else None


def margin_of(row: Row) -> float | None:
    """Log-likelihood of the reference minus that of the best other option; None where the report has no numbers."""
    values, right = row["loglikelihoods"], _index(row["reference"], row)
    if right is None or len(values) < 2:  # noqa: PLR2004 - a margin is between two
        return None
    return float(values[right] - max(value for index, value in enumerate(values) if index != right))


def confidence_of(row: Row) -> float | None:
    """Share of the predicted option in the options' probability, from 0 to 1: the softmax of the log-likelihoods."""
    chosen = _index(row["prediction"], row)
    if chosen is None:
        return None
    values = row["loglikelihoods"]
    highest = max(values)
    return math.exp(values[chosen] - highest) / sum(math.exp(value - highest) for value in values)


def _index(letter: str | None, row: Row) -> int | None:
    values = row["loglikelihoods"]
    index = LETTERS.find(letter) if letter and len(letter) == 1 else -1
    return index if values and 0 <= index < len(values) else None


def calibration(rows: Iterable[Row]) -> dict[str, Any] | None:
    """How well the confidence foretells the accuracy: bins of equal width, and the expected calibration error.

    Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML (2017), section 2.

    Returns:
        ``bins`` with n, mean confidence, accuracy and its 95% interval for each bin that is not empty, and ``ece``;
        None where no measured row has log-likelihoods.
    """
    groups: dict[int, list[tuple[float, bool]]] = {}
    for row in rows:
        confidence = confidence_of(row) if row["outcome"] in ANSWERED else None
        if confidence is not None:
            bin_number = min(CALIBRATION_BINS - 1, int(confidence * CALIBRATION_BINS))
            groups.setdefault(bin_number, []).append((confidence, row["outcome"] == "correct"))
    total = sum(map(len, groups.values()))
    if not total:
        return None
    bins, error = [], 0.0
    for _, group in sorted(groups.items()):
        n, correct = len(group), sum(right for _, right in group)
        mean = sum(confidence for confidence, _ in group) / n
        bins.append({"n": n, "confidence": mean, "accuracy": correct / n, "ci95": wilson_interval(correct, n)})
        error += n / total * abs(correct / n - mean)
    return {"bins": bins, "ece": error}


def columns(samples: Sequence[Row], before: Sequence[Row | None]) -> dict[str, Any]:
    """What the table filters and sorts by, one entry a sample; texts of free length are in the blocks."""
    subsets = list(dict.fromkeys(row["subset"] for row in samples))
    numbers = {name: number for number, name in enumerate(subsets)}
    groups: dict[str, list[Row]] = {name: [] for name in subsets}
    for row in samples:
        groups[row["subset"]].append(row)
    margins = [margin_of(row) for row in samples]
    changes = "".join(change(now, then) for now, then in zip(samples, before, strict=True))
    return {
        "subsets": subsets,
        "ids": [row["id"] for row in samples],
        "subset": [numbers[row["subset"]] for row in samples],
        "outcome": "".join(row["outcome"][0] for row in samples),
        "options": [len(row["options"] or ()) for row in samples],
        "reference": [row["reference"] if row["options"] else None for row in samples],
        "prediction": [row["prediction"] if row["options"] else None for row in samples],
        "margin": [None if margin is None else round(margin, 4) for margin in margins],
        "change": changes if any(then is not None for then in before) else None,
        "calibration": [calibration(samples), *(calibration(group) for group in groups.values())],
    }


def shared_prefixes(samples: Sequence[Row]) -> list[str]:
    """The long beginnings, ending at a blank line, that several prompts have in common; longest first."""
    counts: Counter[str] = Counter()
    groups: dict[str, list[str]] = {}
    for row in samples:
        group = groups.setdefault(row["subset"], [])
        if not row.get("messages") and len(group) <= _PAIRS_COMPARED:
            group.append(row["input"])
    for group in groups.values():
        for one, other in pairwise(group):
            end = _shared_paragraphs(one, other)
            if end >= _SHORTEST_PREFIX:
                counts[one[:end]] += 1
    return sorted((prefix for prefix, count in counts.items() if count > 1), key=len, reverse=True)


def _shared_paragraphs(one: str, other: str) -> int:
    """Length of the common beginning of two texts, up to the end of its last whole paragraph."""
    end = 0
    while (following := one.find("\n\n", end) + 2) > 1 and one[end:following] == other[end:following]:
        end = following
    return end


def texts(row: Row, then: Row | None, prefixes: Sequence[str]) -> dict[str, Any]:
    """What the page shows of one item beside its columns; what is None, empty or false is left out."""
    messages = row.get("messages")
    prefix = next((n for n, start in enumerate(prefixes) if not messages and row["input"].startswith(start)), None)
    entry = {
        "prefix": prefix,
        "input": None if messages else row["input"] if prefix is None else row["input"][len(prefixes[prefix]) :],
        "before": _before(row, then) if then is not None else None,
        **{name: row.get(name) for name in _TEXTS},
    }
    # An empty output and an empty list of options are worth showing as such; a missing one is not.
    return {name: value for name, value in entry.items() if value is not None and value is not False}


_TEXTS = (
    "nodeid",
    "messages",
    "options",
    "reference",
    "prediction",
    "raw_output",
    "loglikelihoods",
    "error",
    "explanation",
    "rule",
    "finish_reason",
    "truncated",
)


def _before(row: Row, then: Row) -> dict[str, Any]:
    entry = {name: then[name] for name in ("outcome", "prediction", "loglikelihoods", "raw_output", "error")}
    if entry["raw_output"] == row["raw_output"]:
        entry["raw_output"] = None
    return {name: value for name, value in entry.items() if value is not None}
