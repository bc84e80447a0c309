"""CSV: one row an answer, in UTF-8 as Excel knows it; lists are JSON in their cells, and no cell is a formula."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_haerae.escaping import cell
from pytest_haerae.report.formats import register_format
from pytest_haerae.report.frames import TEXT_COLUMNS, answers_frame
from pytest_haerae.report.schema import Report


@register_format("csv", suffix=".csv", help="CSV in UTF-8, one row an answer; lists are JSON in their cells")
def write_csv(report: Report, path: Path) -> None:
    """Write the answers; `escaping.cell` says which cells begin with an apostrophe.

    The mark at the file's begin tells Excel that it is UTF-8: without it a Korean Excel reads CP949.
    """
    frame = answers_frame(report)
    for name in TEXT_COLUMNS:
        frame[name] = [_shown(value) for value in frame[name]]
    # Line ends as RFC 4180 has them: with others a carriage return inside a cell is not quoted, and begins a row.
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _shown(value: Any) -> Any:  # noqa: ANN401 - a cell of the table
    if isinstance(value, str):
        return cell(value)
    return cell(json.dumps(value, ensure_ascii=False)) if isinstance(value, list | dict) else value
