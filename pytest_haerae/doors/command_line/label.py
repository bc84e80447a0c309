"""``pytest-haerae label report.json``: draws answers that a judge graded, for people to label."""

from __future__ import annotations

import csv
import random
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.config.parsing import parse_integer, parse_typed_path
from pytest_haerae.doors.command_line.command import Command, print_lines
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.report.schema import SampleRow

_NUMBER, _SEED = 50, 0


def add_arguments(parser: ArgumentParser) -> None:
    """A report, how many answers, and where they go."""
    parser.add_argument("report", type=Path, help="the report of a run with a judge")
    parser.add_argument("-n", "--number", default=str(_NUMBER), metavar="N", help=f"how many answers ({_NUMBER})")
    parser.add_argument("--seed", default=str(_SEED), metavar="S", help=f"the seed that draws them ({_SEED})")
    parser.add_argument("--output", type=Path, metavar="PATH", help="the CSV file (default: REPORT.labels.csv)")


def run(arguments: Namespace) -> int:
    """Write a file that lacks the labels alone; no verdict of the judge stands in it, which would sway people.

    Raises:
        UsageError: The report cannot be read or has no graded answers, or the file is there or cannot be written.
    """
    from pytest_haerae.report.files import check_writable
    from pytest_haerae.report.read import read_report

    count = parse_integer("--number", arguments.number, minimum=1)
    seed = parse_integer("--seed", arguments.seed, minimum=0)
    path = parse_typed_path("--output", arguments.output or arguments.report.with_suffix(".labels.csv"))
    if path.suffix.lower() != ".csv":
        raise UsageError(
            f"--output {path}: a CSV file is written, by whose name --judge-labels reads it; end it in .csv"
        )
    if path.exists():
        raise UsageError(f"--output {path}: is there already, maybe with somebody's labels; name another file")
    check_writable(path, "--output")
    rows = read_report(arguments.report, str(arguments.report))["samples"]
    if any(row.get("answers") for row in rows):
        raise UsageError(f"{arguments.report}: a label is of one answer, and --repeats asked for several an item")
    asked = (row for row in rows if row.get("judgements") or row.get("panel"))
    graded = [row for row in asked if row["outcome"] not in ("unjudged", "error", "skipped")]
    if not graded:
        raise UsageError(f"{arguments.report}: no answer in it was graded by a judge (--judge)")
    places = sorted(random.Random(seed).sample(range(len(graded)), min(count, len(graded))))  # noqa: S311 - no secret
    sampled = f"random: {len(places)} of {len(graded)} graded answers, seed {seed}"
    _write(path, [graded[place] for place in places], sampled)
    print_lines(
        f"{len(places)} of {len(graded)} graded answers: {path}",
        "fill in its column label in every row (correct or wrong, or a number of the judge's scale); then run the same"
        f" command again with --reuse --judge-labels {path}",
    )
    return 0


def _write(path: Path, rows: list[SampleRow], sampled: str) -> None:
    from pytest_haerae.escaping import cell
    from pytest_haerae.report.labels import COLUMNS

    # With the mark that makes Excel read it as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            texts = {"question": row["input"], "reference": row["reference"], "answer": row["raw_output"] or ""}
            known = {"dataset": row["dataset"], "subset": row["subset"], "id": row["id"], "key": row["key"]}
            given = {**known, **texts, "sampled": sampled, "label": ""}
            writer.writerow({name: cell(text) for name, text in given.items()})


COMMAND = Command("label", "Draw answers that a judge graded, for people to label.", add_arguments, run)
