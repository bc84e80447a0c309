"""``pytest-haerae rank A.json B.json …``: many models in one table, and which of them are told apart."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.command_line.command import Command, add_option, place_of_page, print_json, print_lines


def add_arguments(parser: ArgumentParser) -> None:
    """The reports, how surely models are to be told apart, and where the page goes."""
    default = BY_NAME["significance"].default
    parser.add_argument(
        "reports", nargs="+", type=Path, metavar="REPORT.json", help="two or more reports of one data set"
    )
    parser.add_argument(
        "--significance",
        metavar="A",
        help=f"the chance that any two equal models are told apart is at most this (default: {default})",
    )
    add_option(parser, "across")
    parser.add_argument("--html", type=Path, metavar="PAGE", help="also write a page, with items that split the models")
    parser.add_argument("--json", action="store_true", help="write JSON, with all pairs")


def run(arguments: Namespace) -> int:
    """Rank the models of some reports; the exit code is 0 whoever is the best.

    Raises:
        UsageError: A report cannot be read, two cannot be compared, or the page cannot be written.
    """
    from pytest_haerae.config.gate_settings import gate_settings
    from pytest_haerae.report.ranking import read_ranking
    from pytest_haerae.report.ranking_entry import ranking_entry
    from pytest_haerae.report.show.rank_lines import rank_lines

    significance = gate_settings({"significance": arguments.significance}).significance
    page = place_of_page(arguments.html, arguments.reports) if arguments.html else None
    ranking = read_ranking(arguments.reports, significance, across=bool(arguments.across))
    if page is not None:
        from pytest_haerae.report.show.rank_page import write_rank_page

        write_rank_page(page, ranking)
    if arguments.json:
        print_json(ranking_entry(ranking))
        return 0
    print_lines(*rank_lines(ranking, shutil.get_terminal_size().columns))
    if page is not None:
        print_lines(f"page: {page}")
    return 0


COMMAND = Command("rank", "Rank the models of several reports: who is told apart from whom.", add_arguments, run)
