"""``pytest-haerae export report.json --csv PATH``: one row a sample, for tables and notebooks."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_haerae.doors.command_line import Command
from pytest_haerae.errors import UsageError
from pytest_haerae.report.files import check_writable
from pytest_haerae.report.frames import samples_frame
from pytest_haerae.report.read import read_report

_LISTS = ("options", "loglikelihoods")


def add_arguments(parser: ArgumentParser) -> None:
    """A report, and where its rows go."""
    parser.add_argument("report", type=Path, help="the report to export")
    parser.add_argument("--csv", type=Path, metavar="PATH", help="write CSV in UTF-8; lists are JSON in their cells")
    parser.add_argument("--parquet", type=Path, metavar="PATH", help="write Parquet")


def run(arguments: Namespace) -> int:
    """Export a report.

    Raises:
        UsageError: The report can not be read, no file is named, or it can not be written.
    """
    if arguments.csv is None and arguments.parquet is None:
        raise UsageError("no file is named: add --csv PATH or --parquet PATH")
    for option, path in (("--csv", arguments.csv), ("--parquet", arguments.parquet)):
        if path is not None:
            check_writable(path, option)
    frame = samples_frame(read_report(arguments.report, str(arguments.report)))
    if arguments.parquet is not None:
        frame.to_parquet(arguments.parquet, index=False)
        print(f"{len(frame)} rows: {arguments.parquet}")
    if arguments.csv is not None:
        texts = frame.assign(
            **{
                name: frame[name].map(lambda cell: json.dumps(cell, ensure_ascii=False) if cell is not None else None)
                for name in _LISTS
            }
        )
        texts.to_csv(arguments.csv, index=False, encoding="utf-8")
        print(f"{len(frame)} rows: {arguments.csv}")
    return 0


EXPORT = Command("export", "Write a report's samples as CSV or Parquet, one row a sample.", add_arguments, run)
