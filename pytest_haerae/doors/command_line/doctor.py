"""``pytest-haerae doctor``: whether this installation can evaluate, and what it has."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.command_line.command import Command, add_option, print_json, print_lines, printing

if TYPE_CHECKING:
    from pytest_haerae.doors.examination import Finding

_WIDTH = 19


def add_arguments(parser: ArgumentParser) -> None:
    """What has to work, and how to show it."""
    parser.add_argument(
        "--model", metavar="NAME", action="append", default=[], help="a backend that has to be usable; repeatable"
    )
    add_option(parser, "store")
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: Namespace) -> int:
    """Look at everything; the exit code is 1 where something that a run needs, or that was asked for, is broken.

    Raises:
        UsageError: A backend that is asked for does not exist.
    """
    findings: list[Finding] = []
    for finding in _findings(arguments):
        findings.append(finding)
        if not arguments.json:  # as each is found: torch and the hub take seconds
            mark = "" if finding.state == "ok" else f"{finding.state}: "
            print_lines(f"{finding.name:<{_WIDTH}}  {mark}{finding.words}")
            with printing():
                sys.stdout.flush()
    broken = [finding.name for finding in findings if finding.state == "broken"]
    if arguments.json:
        shown = [{"name": each.name, "state": each.state, "words": each.words} for each in findings]
        print_json({"usable": not broken, "findings": shown})
    else:
        print_lines("", f"not usable: {', '.join(broken)}" if broken else "usable")
    return int(bool(broken))


def _findings(arguments: Namespace) -> Iterator[Finding]:
    from pytest_haerae.doors import examination

    yield from examination.versions()
    yield from examination.backends(arguments.model)
    yield from examination.gpus()
    yield from examination.hub()
    yield from examination.keys()
    yield from examination.store(BY_NAME["store"].read({"store": arguments.store}, Path.cwd()))
    yield from examination.terminal(sys.stdout.encoding, [os.environ.get("LC_ALL"), os.environ.get("LANG")])


COMMAND = Command("doctor", "Look whether this installation can evaluate, and what it has.", add_arguments, run)
