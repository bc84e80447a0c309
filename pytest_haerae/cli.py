"""The console script ``pytest-haerae``: commands beside the run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pytest_haerae.commands import view
from pytest_haerae.errors import HaeraeError

COMMANDS = {"view": view}
_USAGE_ERROR = 4


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 4 for a mistake of the user's, in one line."""
    parser = argparse.ArgumentParser(prog="pytest-haerae", description="Commands beside the run.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS.values():
        command.add_parser(subparsers)
    arguments = parser.parse_args(argv)
    try:
        code: int = COMMANDS[arguments.command].run(arguments)
    except HaeraeError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return _USAGE_ERROR
    return code
