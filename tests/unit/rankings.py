"""Reports for tests of rankings: a model each, written to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.report.schema import Report
from tests.unit.reports import HOSTILE, hostile, report_of, samples_of, write


def written(folder: Path, reports: Sequence[Report], names: Sequence[str] = "abcdefgh") -> list[Path]:
    return [write(folder / f"{name}.json", report) for name, report in zip(names, reports, strict=False)]


def models(folder: Path, *subsets: Mapping[str, str], **options: Any) -> list[Path]:  # noqa: ANN401 - options as typed
    """Reports of models that are called after their files."""
    reports = [report_of(samples_of(each), **options) for each in subsets]
    for report, name in zip(reports, "ABCDEFGH", strict=False):
        report["info"]["model"] = f"model {name}"
    return written(folder, reports)


def hostile_reports(folder: Path) -> list[Path]:
    """Two reports whose every text is an injection attempt; they differ in what they have right."""
    reports: list[Report] = [hostile(), hostile()]
    for number, report in enumerate(reports):
        report["info"]["model"] = f"{number}{HOSTILE}"
        for place, row in enumerate(report["samples"][:3]):
            row["outcome"] = "correct" if place % 2 == number else "wrong"
    return written(folder, reports)
