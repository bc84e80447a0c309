"""``pytest-haerae view report.json``: writes the page of a report and opens it."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.report.build import check_writable
from pytest_haerae.report.html import write_page
from pytest_haerae.report.load import load_report

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Describe the command."""
    parser = subparsers.add_parser("view", help="write a report's page and open it in the browser")
    parser.add_argument("report", type=Path, help="a report that --output-file wrote")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="an earlier report to compare with, item by item")
    parser.add_argument("--output", type=Path, metavar="PATH", help="the page (default: beside the report, .html)")
    parser.add_argument("--no-open", dest="open", action="store_false", help="write the page only")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Write the page, say where it is, and open it.

    Raises:
        UsageError: A report can not be read, or the page can not be written.
    """
    report = load_report("report", arguments.report)
    baseline = load_report("--baseline", arguments.baseline) if arguments.baseline else None
    output = (arguments.output or arguments.report.with_suffix(".html")).absolute()
    check_writable("--output", output)
    write_page(output, report, baseline)
    print(output)
    if arguments.open and not webbrowser.open(output.as_uri()):
        print("no browser could be opened; open the page by hand")
    return 0
