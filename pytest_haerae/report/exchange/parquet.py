"""Parquet: one row a sample, lists as lists."""

from __future__ import annotations

from pathlib import Path

from pytest_haerae.report.formats import register_format
from pytest_haerae.report.frames import samples_frame
from pytest_haerae.report.schema import Report


@register_format("parquet", suffix=".parquet", help="Parquet, one row a sample")
def write_parquet(report: Report, path: Path) -> None:
    """Write the samples."""
    samples_frame(report).to_parquet(path, index=False)
