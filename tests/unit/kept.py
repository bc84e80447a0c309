"""A history for tests: reports that are kept as a run keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_haerae.report.history.keeping import Keeper
from pytest_haerae.report.schema import Report
from pytest_haerae.report.stream import json_pieces, json_text
from tests.unit.reports import report_of, samples_of


def keep(folder: Path, report: Report) -> str:
    """Keep a report; gives the hash that it is found by."""
    keeper = Keeper(folder)
    assert "".join(keeper.through(json_pieces(report))) == json_text(report)
    name = keeper.keep()
    assert name is not None, keeper.problem
    return name


def run_of(
    day: int = 1,
    outcomes: str = "ccww",
    *,
    branch: str | None = "main",
    commit: str = "1" * 40,
    **info: Any,  # noqa: ANN401 - of a report's info
) -> Report:
    """A report of a day of January, with what git says of it."""
    report = report_of(samples_of({"a": outcomes}))
    told: dict[str, Any] = {"started": f"2026-01-{day:02d}T09:30:00+00:00", "git_branch": branch, "git_commit": commit}
    report["info"].update(told | info)  # type: ignore[typeddict-item] # as JSON has it
    return report
