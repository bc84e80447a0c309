"""Parquet: one row a sample, lists as lists; metadata as JSON, as its columns and their kinds differ between rows."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_haerae.report.formats import register_format
from pytest_haerae.report.frames import samples_frame
from pytest_haerae.report.schema import Report


@register_format("parquet", suffix=".parquet", help="Parquet, one row a sample")
def write_parquet(report: Report, path: Path) -> None:
    """Write the samples."""
    frame = samples_frame(report)
    frame["metadata"] = [
        None if value is None else json.dumps(value, ensure_ascii=False) for value in frame["metadata"]
    ]
    frame.to_parquet(path, index=False)
