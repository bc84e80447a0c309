"""``pytest-haerae view report.json``: writes the page of a report and opens it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.command_line.command import Command, add_option, print_lines
from pytest_haerae.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    """A report, what to compare it with, and where the page goes."""
    default = BY_NAME["output_file"].default
    parser.add_argument(
        "report", nargs="?", type=Path, default=default, help=f"the report to show (default: {default}, the last run's)"
    )
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="an earlier report to compare with, item by item: a file, or of the history last, last:BRANCH, git:REF",
    )
    add_option(parser, "across")
    parser.add_argument("--output", type=Path, metavar="PATH", help="the page (default: beside the report, .html)")
    parser.add_argument("--no-open", dest="open", action="store_false", help="write the page only")


def run(arguments: Namespace) -> int:
    """Write the page, say where it is, and open it.

    Raises:
        UsageError: A report cannot be read, the two follow different protocols, or the page cannot be written.
    """
    import webbrowser

    from pytest_haerae.config.kept_run import NamedRun, parse_baseline
    from pytest_haerae.config.parsing import parse_path
    from pytest_haerae.gates.compatibility import Measured
    from pytest_haerae.gates.protocols import refuse_apart
    from pytest_haerae.report.files import check_writable, is_page, same_file
    from pytest_haerae.report.history.baseline import read_earlier
    from pytest_haerae.report.names import dataset_names
    from pytest_haerae.report.read import read_report
    from pytest_haerae.report.show.html import write_page

    report = read_report(arguments.report, str(arguments.report))
    named, baseline = None, None
    notes: list[str] = []
    if arguments.baseline:
        named, place = parse_baseline("--baseline", arguments.baseline), f"--baseline {arguments.baseline}"
        if isinstance(named, NamedRun):
            info, metrics = report["info"], report["metrics"]
            baseline, notes = read_earlier(
                named, arguments.report, info, metrics, read_report, place=place, across=arguments.across
            )
        else:
            baseline = read_report(named, place)
            infos = (baseline["info"], report["info"])
            before, after = (Measured.of_report(info, dataset_names(info)) for info in infos)
            refuse_apart(named, arguments.report, before, after, across=arguments.across)
    output = parse_path("--output", arguments.output or arguments.report.with_suffix(".html"))
    for name, path in (("the report", arguments.report), ("the baseline", named)):
        if isinstance(path, Path) and same_file(output, path):
            raise UsageError(f"--output {output}: is {name} itself; name another file")
    check_writable(output, "--output", is_page)
    write_page(output, report, baseline)
    print_lines(*notes, output)
    if arguments.open and not webbrowser.open(output.as_uri()):
        print_lines("no browser could be opened; open the page by hand")
    return 0


COMMAND = Command("view", "Write the page of a report and open it in the browser.", add_arguments, run)
