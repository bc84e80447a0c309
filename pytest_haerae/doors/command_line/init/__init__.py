"""``pytest-haerae init [FOLDER]``: suites, settings and a workflow to begin with; nothing is written over."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_haerae.doors.command_line.command import Command, add_option, print_lines
from pytest_haerae.errors import UsageError

SYSTEMS = ("github", "gitlab")


def add_arguments(parser: ArgumentParser) -> None:
    """Where, for which data, and for which CI system."""
    parser.add_argument("folder", nargs="?", default="suites", metavar="FOLDER", help="the suites' folder (suites)")
    parser.add_argument("--data", metavar="FILE", help="a suite for a file, or a folder, of your own in place of all")
    add_option(parser, "dataset_columns")
    parser.add_argument(
        "--ci", choices=SYSTEMS, metavar="SYSTEM", help=f"also a workflow with a gate: {' or '.join(SYSTEMS)}"
    )


def run(arguments: Namespace) -> int:
    """Write what is not there yet, and say what is.

    Raises:
        UsageError: The data cannot be read, a file cannot be written, or all of it was there.
    """
    from pytest_haerae.doors.command_line.init import settings, suites, workflows
    from pytest_haerae.doors.command_line.init.files import write_new

    folder = Path(arguments.folder)
    columns = arguments.dataset_columns
    if columns is not None and not arguments.data:
        raise UsageError("--dataset-columns: describes a file of your own; name it with --data")
    asked = suites.for_data(arguments.data, folder, columns) if arguments.data else suites.of_the_package(folder)
    plans = [asked]
    if arguments.ci:
        data = suites.path_of(arguments.data) if arguments.data else None
        plans.append(workflows.workflow(arguments.ci, folder, data))
    plans.append(settings.demo(Path.cwd()))
    written = 0
    for plan in plans:
        count = write_new(plan.files)
        written += count
        print_lines(*(plan.written if count else plan.kept))
    if not written:
        raise UsageError("nothing was written: all of it is there already")
    if arguments.ci:
        print_lines("commit these files and the questions; not .haerae: it holds the answers of this machine")
    suite = next(iter(asked.files), folder) if arguments.data else folder
    print_lines(f"next: {settings.next_command(Path.cwd(), str(suite))}")
    return 0


COMMAND = Command("init", "Write suites to begin with, settings, and a CI workflow.", add_arguments, run)
