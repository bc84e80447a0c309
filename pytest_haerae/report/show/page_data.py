"""What the page shows, from the report: columns for its table, blocks of texts, and numbers for its charts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypedDict

from pytest_haerae.report.schema import SampleRow
from pytest_haerae.statistics.answer_row import AnswerRow
from pytest_haerae.statistics.estimates import wilson_interval
from pytest_haerae.statistics.pairing import ANSWERED, PairedCounts, change_of
from pytest_haerae.types import LETTERS, Outcome, grouped

OUTCOME_LETTERS: dict[Outcome, str] = {
    "correct": "c",
    "wrong": "w",
    "invalid": "i",
    "cut": "t",
    "error": "e",
    "skipped": "s",
    "unjudged": "u",
}
"""How the page's columns spell an outcome; `data.js` reads them."""
CALIBRATION_BINS = 10
_SHORTEST_PREFIX = 200
"""Characters from which a beginning that items share is stored once and shown folded."""
_PAIRS_COMPARED = 40
"""Neighbours whose common beginning is looked for: the few-shot examples are the same for all items of a subset."""


def change(now: SampleRow, then: SampleRow | None) -> str:
    """The sign of `change_of` for an item of the report and what the baseline has of it; ``-`` where it has nothing."""
    return "-" if then is None else change_of(then["outcome"], now["outcome"])


class PairedScore(TypedDict):
    """The baseline's accuracy on the items measured in both runs, and how many were gained and lost."""

    n: int
    accuracy: float
    ci95: tuple[float, float] | None
    change: float
    gained: int
    lost: int


def paired_score(counts: PairedCounts | None) -> PairedScore | None:
    """What the page shows of paired counts; None where nothing was measured in both runs."""
    if counts is None or counts.n == 0:
        return None
    return {
        "n": counts.n,
        "accuracy": counts.before / counts.n,
        "ci95": wilson_interval(counts.before, counts.n),
        "change": counts.change,
        "gained": len(counts.gained),
        "lost": len(counts.lost),
    }


def chance_level(rows: Iterable[SampleRow]) -> float | None:
    """The accuracy that guessing has on the lettered items among the measured ones; None where there are none."""
    shares = [1 / len(row["options"]) for row in rows if row["options"] and row["outcome"] in ANSWERED]
    return sum(shares) / len(shares) if shares else None


def margin_of(row: SampleRow) -> float | None:
    """Log-likelihood of the reference minus that of the best other option; None where the report has no numbers."""
    values = row["loglikelihoods"] or []
    right = _index(row["reference"], values)
    if right is None or len(values) < 2:  # noqa: PLR2004 - a margin is between two
        return None
    return values[right] - max(value for index, value in enumerate(values) if index != right)


def confidence_of(row: SampleRow) -> float | None:
    """Share of the predicted option in the options' probability, from 0 to 1: the softmax of the log-likelihoods."""
    values = row["loglikelihoods"] or []
    chosen = _index(row["prediction"], values)
    if chosen is None:
        return None
    highest = max(values)
    return math.exp(values[chosen] - highest) / math.fsum(math.exp(value - highest) for value in values)


def _index(letter: str | None, values: Sequence[float]) -> int | None:
    index = LETTERS.find(letter) if letter and len(letter) == 1 else -1
    return index if 0 <= index < len(values) else None


class CalibrationBin(TypedDict):
    """The items whose confidence lies in one part of 0 to 1."""

    n: int
    confidence: float
    accuracy: float
    ci95: tuple[float, float] | None


class Calibration(TypedDict):
    """How well confidence foretells accuracy; `ece` is the expected calibration error."""

    bins: list[CalibrationBin]
    ece: float


class Columns(TypedDict):
    """What the page's table filters and sorts by, one entry a sample."""

    subsets: list[str]
    ids: list[str]
    subset: list[int]
    outcome: str
    options: list[int]
    reference: list[str | None]
    prediction: list[str | None]
    margin: list[float | None]
    change: str | None
    calibration: list[Calibration | None]


def calibration(rows: Iterable[SampleRow]) -> Calibration | None:
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
    bins: list[CalibrationBin] = []
    error = 0.0
    for _, group in sorted(groups.items()):
        n, correct = len(group), sum(right for _, right in group)
        mean = sum(confidence for confidence, _ in group) / n
        bins.append({"n": n, "confidence": mean, "accuracy": correct / n, "ci95": wilson_interval(correct, n)})
        error += n / total * abs(correct / n - mean)
    return {"bins": bins, "ece": error}


def group_of(row: SampleRow, *, several: bool) -> str:
    """What a sample's subset is called in its report: with its benchmark where the report is of several."""
    return grouped(row["dataset"] if several else "", row["subset"])


def columns(samples: Sequence[SampleRow], before: Sequence[SampleRow | None], *, several: bool = False) -> Columns:
    """What the table filters and sorts by, one entry a sample; texts of free length are in the blocks.

    Args:
        samples: The report's.
        before: What the baseline has of each.
        several: Whether the report is of several benchmarks.
    """
    called = [group_of(row, several=several) for row in samples]
    subsets = list(dict.fromkeys(called))
    numbers = {name: number for number, name in enumerate(subsets)}
    groups: dict[str, list[SampleRow]] = {name: [] for name in subsets}
    for name, row in zip(called, samples, strict=True):
        groups[name].append(row)
    margins = [margin_of(row) for row in samples]
    changes = "".join(change(now, then) for now, then in zip(samples, before, strict=True))
    return {
        "subsets": subsets,
        "ids": [row["id"] for row in samples],
        "subset": [numbers[name] for name in called],
        "outcome": "".join(OUTCOME_LETTERS[row["outcome"]] for row in samples),
        "options": [len(row["options"] or ()) for row in samples],
        "reference": [row["reference"] if row["options"] else None for row in samples],
        "prediction": [row["prediction"] if row["options"] else None for row in samples],
        "margin": [None if margin is None else round(margin, 4) for margin in margins],
        "change": changes if any(then is not None for then in before) else None,
        "calibration": [calibration(samples), *(calibration(group) for group in groups.values())],
    }


def shared_prefixes(samples: Sequence[SampleRow]) -> list[str]:
    """The long beginnings, ending at a blank line, that several prompts have in common; longest first."""
    counts: Counter[str] = Counter()
    groups: dict[tuple[str, str], list[str]] = {}
    for row in samples:
        group = groups.setdefault((row["dataset"], row["subset"]), [])
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


def texts(row: SampleRow, then: SampleRow | None, prefixes: Sequence[str]) -> dict[str, Any]:
    """What the page shows of one item beside its columns; what is None, empty or false is left out."""
    messages = row.get("messages")
    prefix = next((n for n, start in enumerate(prefixes) if not messages and row["input"].startswith(start)), None)
    entry = {
        "prefix": prefix,
        "input": None if messages else row["input"] if prefix is None else row["input"][len(prefixes[prefix]) :],
        "before": _before(row, then) if then is not None else None,
        "metadata": row.get("metadata") or None,
        "images": row.get("images") or None,
        "answers": [
            _given({**answer, "judgements": _judgements(answer)}, _OF_ANSWERS) for answer in row.get("answers", ())
        ]
        or None,
        **{name: row.get(name) for name in _TEXTS},
        "judgements": _judgements(row),
    }
    return _given(entry, entry)


def _judgements(row: SampleRow | AnswerRow) -> list[str] | None:
    """What judges wrote; of several each text behind the judge's name and verdict."""
    if panel := row.get("panel"):
        return [f"{vote['judge']}: {vote['outcome']}\n\n{text}" for vote in panel for text in vote["judgements"]]
    return row.get("judgements")


def _given(entry: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What there is of an entry: an empty output and an empty list of options are worth showing as such."""
    return {name: entry[name] for name in names if entry.get(name) is not None and entry[name] is not False}


_OF_ANSWERS = (
    "outcome",
    "prediction",
    "raw_output",
    "error",
    "why",
    "why_start",
    "reasoning",
    "rank",
    "score",
    "judgements",
)


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
    "why",
    "why_start",
    "reasoning",
    "score",
    "judgements",
    "finish_reason",
    "truncated",
)


def _before(row: SampleRow, then: SampleRow) -> dict[str, Any]:
    entry = {name: then[name] for name in ("outcome", "prediction", "loglikelihoods", "raw_output", "error")}
    if entry["raw_output"] == row["raw_output"]:
        entry["raw_output"] = None
    return {name: value for name, value in entry.items() if value is not None}
