"""Parquet: one row an answer, lists as lists; what has parts of its own as JSON, as their kinds differ between rows."""

from __future__ import annotations

from pathlib import Path

from pytest_haerae.report.formats import register_format
from pytest_haerae.report.frames import answers_frame
from pytest_haerae.report.schema import Report


@register_format("parquet", suffix=".parquet", help="Parquet, one row an answer")
def write_parquet(report: Report, path: Path) -> None:
    """Write the answers."""
    answers_frame(report).to_parquet(path, index=False)
