"""The console script ``pytest-haerae``."""

from __future__ import annotations

import io
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from pytest_haerae.doors.command_line import all_commands
from pytest_haerae.doors.command_line.command import printing
from pytest_haerae.doors.command_line.completion import complete, completed_words
from pytest_haerae.errors import HaeraeError, UnmeasurableRun, UsageError

USAGE_ERROR, INTERRUPTED = 4, 2
"""Exit codes, as pytest's."""


class Parser(ArgumentParser):
    """A parser whose mistakes end as pytest's do."""

    def error(self, message: str) -> NoReturn:
        """Show the usage and the mistake; exit code 4."""
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"ERROR: {UsageError(message)}\n")


class _ShowVersion(Action):
    """Shows the version, which is looked up for whoever asks alone."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:  # noqa: ANN401 - as declared
        from importlib.metadata import version

        print(f"pytest-haerae {version('pytest-haerae')}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command.

    Args:
        arguments: The command line; None for this process's.

    Returns:
        The exit code: 0, 1 where a gate failed or the run could not be measured, 2 interrupted, 4 for bad input.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that has no Hangul, and halves of surrogate pairs, end no command.
            stream.reconfigure(errors="backslashreplace")
    typed = sys.argv[1:] if arguments is None else arguments
    parser = _parser(completed_words() or typed)
    if completed_words():
        complete(parser)
    parsed = parser.parse_args(typed)
    try:
        code: int = parsed.command.run(parsed)
        with printing():
            sys.stdout.flush()
    except UnmeasurableRun as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except HaeraeError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError as error:  # of a connection, or of stderr: the command did not come to its end
        with suppress(OSError):
            print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    return code


def _parser(typed: Sequence[str]) -> Parser:
    parser = Parser(
        prog="pytest-haerae", description="Evaluate language models; compare, judge, show and export reports."
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for command in all_commands():
        subparser = subparsers.add_parser(command.name, help=command.help, description=command.help, allow_abbrev=False)
        if command.name in typed:  # the others' arguments are nobody's to read, and some look at what is installed
            command.add_arguments(subparser)
        subparser.set_defaults(command=command)
    return parser
