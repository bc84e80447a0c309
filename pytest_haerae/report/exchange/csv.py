"""CSV: one row a sample, in UTF-8; lists are JSON in their cells."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_haerae.report.formats import register_format
from pytest_haerae.report.frames import samples_frame
from pytest_haerae.report.schema import Report

_LISTS = ("options", "loglikelihoods")


@register_format("csv", suffix=".csv", help="CSV in UTF-8, one row a sample; lists are JSON in their cells")
def write_csv(report: Report, path: Path) -> None:
    """Write the samples."""
    frame = samples_frame(report)
    for name in _LISTS:
        frame[name] = [None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in frame[name]]
    frame.to_csv(path, index=False, encoding="utf-8")
