"""``pytest-haerae analyze report.json``: the generated answers of a report as texts."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.command_line.command import Command, print_json, print_lines
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.report.analysis import Analysis, TextStatistics
    from pytest_haerae.report.words import Words

_SHOWN_SUBSETS = 30


def add_arguments(parser: ArgumentParser) -> None:
    """A report, what its texts are taken apart into, and how much is listed."""
    default = BY_NAME["output_file"].default
    parser.add_argument(
        "report", nargs="?", type=Path, default=default, help=f"the report (default: {default}, the last run's)"
    )
    parser.add_argument(
        "--words",
        metavar="KIND",
        help="morphemes (needs kiwipiepy) or eojeol (default: morphemes where kiwipiepy is installed)",
    )
    parser.add_argument("--top", type=int, default=10, metavar="N", help="so many words are listed (default: 10)")
    parser.add_argument("--json", action="store_true", help="write all of it as JSON")


def run(arguments: Namespace) -> int:
    """Tell how long the answers are, how many different words they have, and what they leave out.

    Raises:
        UsageError: The report cannot be read, or has no generated answers; or morphemes cannot be told apart.
    """
    from pytest_haerae.report.analysis import analyse
    from pytest_haerae.report.read import read_report
    from pytest_haerae.report.words import choose_words

    if arguments.top < 0:
        raise UsageError(f"--top: a number from 0, not {arguments.top}")
    words = choose_words(arguments.words)
    found = analyse(read_report(arguments.report, str(arguments.report)), words, arguments.top)
    if found is None:
        raise UsageError(f"{arguments.report}: no answer was generated in this run, so there are no texts to look at")
    if arguments.json:
        print_json(found)
    else:
        print_lines(*_lines(found, words))
    return 0


def _lines(found: Analysis, words: Words) -> list[str]:
    from pytest_haerae.report.show.layout import display_width, pad

    rows = {"all answers": found["every"], **found["outcomes"]}
    shown = dict([*found["subsets"].items()][:_SHOWN_SUBSETS]) if len(found["subsets"]) > 1 else {}
    width = max(map(display_width, (*rows, *shown)))
    heading = f"{pad('', width)} {'answers':>7}  {'characters':>25}  {'eojeol':>25}  {'type-token':>10}"
    lines = [heading, f"{pad('', width)} {'':>7}  {_HEADINGS}  {_HEADINGS}  {'ratio':>10}"]
    lines += [f"{pad(name, width)} {_row(each)}" for name, each in (*rows.items(), *shown.items())]
    if hidden := len(found["subsets"]) - len(shown) if shown else 0:
        lines.append(f"… {hidden} more subsets: --json has them all")
    lines.append(f"words are {words.described}; a type-token ratio falls as texts grow")
    if (omissions := found["omissions"]) is not None:
        told = f"keywords of the reference left out: {omissions['left_out']:.1%} (mean of {omissions['items']} answers)"
        lines.append(told + _listed(omissions["most"]))
    if found["wrong_words"]:
        lines.append(f"words in most wrong answers{_listed(found['wrong_words'])}")
    return lines


_HEADINGS = f"{'mean':>8} {'median':>8} {'longest':>7}"


def _row(each: TextStatistics) -> str:
    lengths = (
        f"{found['mean']:>8.1f} {found['median']:>8.1f} {found['longest']:>7}"
        for found in (each["characters"], each["eojeol"])
    )
    ratio = "-" if each["type_token_ratio"] is None else f"{each['type_token_ratio']:.3f}"
    return f"{each['answers']:>7}  {'  '.join(lengths)}  {ratio:>10}"


def _listed(most: list[tuple[str, int]]) -> str:
    return "".join(f"{', ' if place else ': '}{word} {count}" for place, (word, count) in enumerate(most))


COMMAND = Command("analyze", "Look at the generated answers of a report as texts.", add_arguments, run)
