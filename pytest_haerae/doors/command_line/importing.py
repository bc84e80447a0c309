"""``pytest-haerae import FILE``: answers made elsewhere become a report; it is ``run --responses FILE``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from pytest_haerae.doors.command_line.command import Command, add_options
from pytest_haerae.doors.command_line.run import evaluate, options_in

_OF_A_MODEL = frozenset({"model", "model_params", "responses", "demo"})
"""What stands for the model, which is the file here."""


def add_arguments(parser: ArgumentParser) -> None:
    """The file, where the report goes, and the options of the plugin."""
    parser.add_argument(
        "file",
        help="a report, .jsonl, .csv or .parquet with id and response, lm-evaluation-harness' samples, a log of"
        " inspect, HRET's results, or a batch's output",
    )
    parser.add_argument("-o", dest="output_file", metavar="PATH", help="as --output-file PATH")
    add_options(parser, _OF_A_MODEL)


def run(arguments: Namespace) -> int:
    """Judge the answers and write the report; the exit code is 1 where a gate failed.

    Raises:
        UsageError: Bad input.
        UnmeasurableRun: More items ended in an error than is allowed, or some have no answer.
    """
    return evaluate({**options_in(arguments), "responses": arguments.file})


COMMAND = Command("import", "Judge answers made elsewhere, and write their report.", add_arguments, run)
