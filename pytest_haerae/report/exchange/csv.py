"""CSV: one row a sample, in UTF-8; lists are JSON in their cells, and no cell is a formula."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_haerae.escaping import cell
from pytest_haerae.report.formats import register_format
from pytest_haerae.report.frames import samples_frame
from pytest_haerae.report.schema import Report


@register_format("csv", suffix=".csv", help="CSV in UTF-8, one row a sample; lists are JSON in their cells")
def write_csv(report: Report, path: Path) -> None:
    """Write the samples; `escaping.cell` says which cells begin with an apostrophe."""
    frame = samples_frame(report)
    for name in frame.columns:
        frame[name] = [_shown(value) for value in frame[name]]
    frame.to_csv(path, index=False, encoding="utf-8")


def _shown(value: Any) -> Any:  # noqa: ANN401 - a cell of the table
    if isinstance(value, str):
        return cell(value)
    return cell(json.dumps(value, ensure_ascii=False)) if isinstance(value, list | dict) else value
