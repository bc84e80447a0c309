"""``pytest-haerae export report.json --format NAME``: a report for other programs, one row a sample in tables."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.config.parsing import parse_typed_path
from pytest_haerae.doors.command_line.command import Command, print_lines
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.report.formats import OutputFormat


def add_arguments(parser: ArgumentParser) -> None:
    """A report, the format, and where it goes."""
    from pytest_haerae.report.formats import format_names
    from pytest_haerae.report.trackers import PROJECT, tracker_names

    parser.add_argument("report", type=Path, help="the report to export")
    parser.add_argument(
        "--format",
        "--to",
        metavar="NAME",
        help=f"the format: {', '.join(format_names())}; or who keeps the run: {', '.join(tracker_names())}",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help="its file (default: beside the report); of who keeps runs the folder of the store (default: its own)",
    )
    parser.add_argument("--project", metavar="NAME", help=f"what the run is kept under (default: {PROJECT})")
    parser.add_argument("--csv", type=Path, metavar="PATH", help="as --format csv --output PATH")
    parser.add_argument("--parquet", type=Path, metavar="PATH", help="as --format parquet --output PATH")


def run(arguments: Namespace) -> int:
    """Export a report.

    Raises:
        UsageError: The report cannot be read, no file or format is named, or it cannot be written.
    """
    from pytest_haerae.report.read import read_report
    from pytest_haerae.report.trackers import tracker_names

    if arguments.format in tracker_names():
        return _track(arguments)
    if arguments.project is not None:
        raise UsageError(f"--project {arguments.project}: is of {', '.join(tracker_names())}: add --to NAME")
    targets = _targets(arguments)
    report = read_report(arguments.report, str(arguments.report))
    for output, path in targets:
        output.write(report, path)
        print_lines(f"{len(report['samples'])} rows: {path}")
    return 0


def _track(arguments: Namespace) -> int:
    """Hand the run over to a program that keeps runs."""
    from pytest_haerae.report.read import read_report
    from pytest_haerae.report.trackers import PROJECT, check_installed, send_to
    from pytest_haerae.report.trackers.tracked import tracked_run

    name = arguments.format
    if arguments.csv or arguments.parquet:
        raise UsageError(f"--to {name}: stands alone; export tables by a command of their own")
    check_installed(name)
    folder = None if arguments.output is None else parse_typed_path("--output", arguments.output)
    if folder is not None and folder.exists() and not folder.is_dir():
        raise UsageError(f"--output {folder}: is no folder; {name} keeps its store in one")
    path = parse_typed_path("the report", arguments.report)
    if path.is_fifo():
        raise UsageError(f"{path}: is a pipe, of which {name} cannot keep a copy; write the report to a file")
    run = tracked_run(read_report(path, str(arguments.report)), path)
    # What a package prints on its way is no result of this command.
    with redirect_stdout(sys.stderr):
        where = send_to(name, run, folder, arguments.project or PROJECT)
    print_lines(f"{name}: {where}")
    return 0


def _targets(arguments: Namespace) -> list[tuple[OutputFormat, Path]]:
    """What is to be written where; all of it can be."""
    from pytest_haerae.report.files import check_writable, same_file
    from pytest_haerae.report.formats import find_format, format_names

    typed = {"csv": arguments.csv, "parquet": arguments.parquet}
    named = [(f"--{name}", find_format(name), path) for name, path in typed.items() if path is not None]
    if arguments.format is not None:
        chosen = find_format(arguments.format)
        named.append(("--output", chosen, arguments.output or arguments.report.with_suffix(chosen.suffix)))
    elif arguments.output is not None:
        raise UsageError(
            f"--output {arguments.output}: in which format? Add --format, one of {', '.join(format_names())}"
        )
    if not named:
        raise UsageError("no file is named: add --csv PATH, --parquet PATH, or --format NAME")
    named = [(option, chosen, parse_typed_path(option, path)) for option, chosen, path in named]
    for number, (option, _, path) in enumerate(named):
        if same_file(path, arguments.report):
            raise UsageError(f"{option} {path}: is the report itself")
        for other, _, earlier in named[:number]:
            if same_file(path, earlier):
                raise UsageError(f"{option} {path}: is the file of {other}, too; name two")
        check_writable(path, option)
    return [(output, path) for _, output, path in named]


COMMAND = Command(
    "export", "Write a report for other programs: as CSV, as Parquet, or in a format of your own.", add_arguments, run
)
