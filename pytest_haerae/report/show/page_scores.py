"""The page's table of scores: all items, each of several benchmarks, each subset."""

from __future__ import annotations

from typing import TypedDict

from pytest_haerae.report.schema import Report, SampleRow
from pytest_haerae.report.show import page_data
from pytest_haerae.statistics.pairing import Pairing
from pytest_haerae.statistics.scores import Score


class ScoreRow(TypedDict):
    """One row of the page's table of scores: of all items (number -1), of one of several benchmarks, or of a subset."""

    subset: str | None
    benchmark: bool
    """Whether it is of a benchmark, which no number of a subset chooses."""
    number: int
    score: Score
    before: page_data.PairedScore | None
    chance: float | None


def score_rows(report: Report, pairing: Pairing) -> list[ScoreRow]:
    """Accuracy, the baseline's on the same items, and the chance level, of all items and of each subset."""
    metrics, samples = report["metrics"], report["samples"]
    several = "benchmarks" in report["info"]
    groups: dict[str, list[SampleRow]] = {}
    for row in samples:
        groups.setdefault(page_data.group_of(row, several=several), []).append(row)
    total: ScoreRow = {
        "subset": None,
        "benchmark": False,
        "number": -1,
        "score": metrics,
        "before": page_data.paired_score(pairing.total),
        "chance": page_data.chance_level(samples),
    }
    benchmarks: list[ScoreRow] = [
        {
            "subset": name,
            "benchmark": True,
            "number": -1,
            "score": score,
            "before": page_data.paired_score(pairing.benchmarks.get(name)),
            "chance": page_data.chance_level(row for row in samples if row["dataset"] == name),
        }
        for name, score in metrics.get("benchmarks", {}).items()
    ]
    subsets: list[ScoreRow] = [
        {
            "subset": name,
            "benchmark": False,
            "number": number,
            "score": metrics["subsets"][name],
            "before": page_data.paired_score(pairing.subsets.get(name)),
            "chance": page_data.chance_level(rows),
        }
        for number, (name, rows) in enumerate(groups.items())
        if name in metrics["subsets"]
    ]
    return [total, *benchmarks, *subsets]
