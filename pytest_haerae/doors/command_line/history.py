"""``pytest-haerae history``: the runs that were kept, as a list, as a curve, and one of them given back."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.doors.command_line.command import Command, place_of_page, print_json, print_lines, printing
from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import line

if TYPE_CHECKING:
    from pytest_haerae.report.history.folder import KeptRun

_DEFAULT = Path(".haerae/history")


def add_arguments(parser: ArgumentParser) -> None:
    """Which runs, how they are shown, or which one is given back."""
    parser.add_argument("action", nargs="?", choices=("show",), help="show: write the report of one run, as it was")
    parser.add_argument("run", nargs="?", metavar="HASH", help="with show: the run, by the beginning of its hash")
    for name in ("model", "benchmark"):
        parser.add_argument(
            f"--{name}",
            dest=f"kept_{name}",
            action="append",
            default=[],
            metavar="NAME",
            help=f"only runs of this {name}; repeatable",
        )
    parser.add_argument("--branch", metavar="NAME", help="only runs of this git branch")
    parser.add_argument("--limit", metavar="N", help="at most N runs, the newest")
    parser.add_argument("--plot", action="store_true", help="accuracy over time, a row of bars for each series of runs")
    parser.add_argument("--html", type=Path, metavar="PAGE", help="write a page: accuracy over time, with intervals")
    parser.add_argument(
        "--output-file", type=Path, metavar="PATH", help="with show: the file (default: standard output)"
    )
    parser.add_argument(
        "--folder", type=Path, default=_DEFAULT, metavar="PATH", help=f"the history (default: {_DEFAULT})"
    )
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: Namespace) -> int:
    """List the runs of the history, or give one back.

    Raises:
        UsageError: There is no such run, a file cannot be written, or what was typed contradicts itself.
    """
    if arguments.action:
        return _show(arguments)
    if arguments.output_file is not None:
        raise UsageError("--output-file: which run? pytest-haerae history show HASH --output-file PATH")
    from pytest_haerae.report.history.folder import kept_runs
    from pytest_haerae.report.history.series import run_entry, series_of
    from pytest_haerae.report.show.history_lines import bar_lines, run_lines

    page = place_of_page(arguments.html) if arguments.html else None
    runs = _chosen(kept_runs(arguments.folder, _warn), arguments)
    if page is not None:
        from pytest_haerae.report.show.history_page import write_history_page

        write_history_page(page, series_of(runs))
    if arguments.json:
        print_json({"runs": [run_entry(each) for each in runs]})
        return 0
    width = shutil.get_terminal_size().columns
    if arguments.plot:
        print_lines(*bar_lines(series_of(runs), width))
    elif page is None:
        print_lines(*run_lines(runs, width))
    if not runs:
        print_lines(f"{arguments.folder}: no run that was asked for; each whole run is kept there as it ends")
    if page is not None:
        print_lines(f"page: {page}")
    return 0


def _warn(text: str) -> None:
    print(line(f"warning: {text}"), file=sys.stderr)


def _show(arguments: Namespace) -> int:
    from pytest_haerae.config.parsing import parse_path
    from pytest_haerae.report.files import check_writable, is_report
    from pytest_haerae.report.history.folder import given_back, named_run, write_back

    if arguments.run is None:
        raise UsageError(
            "history show: which run? Name it by the beginning of its hash; pytest-haerae history lists them"
        )
    name = named_run(arguments.folder, arguments.run)
    if arguments.output_file is not None:
        path = parse_path("--output-file", arguments.output_file)
        check_writable(path, "--output-file", is_report)
        write_back(arguments.folder, name, path)
        print_lines(path)
        return 0
    with given_back(arguments.folder, name) as file, file.open("rb") as content, printing():
        sys.stdout.flush()
        shutil.copyfileobj(content, sys.stdout.buffer)
    return 0


def _chosen(runs: list[KeptRun], arguments: Namespace) -> list[KeptRun]:
    from pytest_haerae.config.parsing import parse_integer
    from pytest_haerae.report.names import dataset_names, model_name

    chosen = [
        run
        for run in runs
        if (not arguments.kept_model or model_name(run.info) in arguments.kept_model)
        and (not arguments.kept_benchmark or {*dataset_names(run.info)} & {*arguments.kept_benchmark})
        and (arguments.branch is None or run.info.get("git_branch") == arguments.branch)
    ]
    limit = None if arguments.limit is None else parse_integer("--limit", arguments.limit, 1)
    return chosen[:limit]


COMMAND = Command("history", "List, plot and give back the runs that were kept.", add_arguments, run)
