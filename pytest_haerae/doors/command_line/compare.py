"""``pytest-haerae compare A.json B.json``: what B lost and gained against A."""

from __future__ import annotations

import shlex
import shutil
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from pytest_haerae.config.kept_run import NamedRun, parse_baseline
from pytest_haerae.doors.command_line.command import Command, add_option, print_json, print_lines
from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import line
from pytest_haerae.report.item_tokens import tokens_an_item
from pytest_haerae.report.show.layout import display_width, pad, shown_p_value, wrap
from pytest_haerae.statistics.margins import change_interval, change_p_value, is_binary
from pytest_haerae.statistics.tests import holm

if TYPE_CHECKING:
    from pytest_haerae.gates.compatibility import Measured
    from pytest_haerae.report.read import OutlinedReport
    from pytest_haerae.report.schema import Info
    from pytest_haerae.statistics.pairing import PairedCounts

_TOTAL = "total (micro)"
SHOWN_ITEMS = 10
"""Items that are listed; ``--json`` has them all."""
_WIDE = 78


def add_arguments(parser: ArgumentParser) -> None:
    """Two reports, and how to show what they differ in."""
    parser.add_argument(
        "before", metavar="A.json", help="the earlier report, or of the history last, last:BRANCH or git:REF"
    )
    parser.add_argument("after", type=Path, metavar="B.json", help="the later report")
    add_option(parser, "across")
    parser.add_argument("--json", action="store_true", help="write JSON, with the ids of all items lost and gained")
    # Of 0.2, whose intervals were drawn: commands that name it go on to work.
    parser.add_argument("--seed", type=int, help=SUPPRESS)


class Side(TypedDict):
    """One of the two reports."""

    report: str
    backend: str
    model: str | None


class Comparison(TypedDict):
    """The difference over a group of items; `lost` and `gained` are what the items are called."""

    n: int
    accuracy_before: float
    accuracy_after: float
    difference: float
    ci95: list[float]
    p_value: float
    lost: list[str]
    gained: list[str]
    p_value_holm: NotRequired[float]


class Spent(TypedDict):
    """Generated tokens an answered item, and how many times those of A they are in B."""

    before: float
    after: float
    ratio: float


class Result(TypedDict):
    """What ``--json`` writes."""

    before: Side
    after: Side
    differing: dict[str, tuple[object, object]]
    only_before: int
    only_after: int
    total: Comparison
    subsets: dict[str, Comparison]
    tokens: NotRequired[Spent]
    benchmarks: NotRequired[dict[str, Comparison]]


def run(arguments: Namespace) -> int:
    """Compare two reports; the exit code is 0 whatever they differ in.

    Raises:
        UsageError: A report cannot be read, they follow different protocols, or have no answered item in common.
    """
    from pytest_haerae.gates.protocols import refuse_apart
    from pytest_haerae.report.history.baseline import read_earlier
    from pytest_haerae.report.read import read_outlines
    from pytest_haerae.statistics.pairing import pair

    if arguments.seed is not None:
        print("--seed decides nothing: no interval is drawn any more; leave it out", file=sys.stderr)
    named = parse_baseline(arguments.before, arguments.before)
    notes: list[str] = []
    if isinstance(named, NamedRun):
        after = read_outlines(arguments.after, str(arguments.after))
        before, notes = read_earlier(
            named,
            arguments.after,
            after.info,
            after.metrics,
            read_outlines,
            place=named.text,
            across=arguments.across,
        )
    else:
        before, after = (read_outlines(path, str(path)) for path in (named, arguments.after))
    measured = before.measured(), after.measured()
    refuse_apart(arguments.before, arguments.after, *measured, across=arguments.across)
    pairing = pair(before.samples, after.samples, several=bool(after.info.get("benchmarks")))
    if not pairing.total.n:
        raise UsageError(f"{arguments.before} and {arguments.after} have no answered item in common")
    groups = {name: describe(counts) for name, counts in pairing.subsets.items()}
    benchmarks = {name: describe(counts) for name, counts in pairing.benchmarks.items()}
    for entry, adjusted in zip(groups.values(), holm([entry["p_value"] for entry in groups.values()]), strict=True):
        entry["p_value_holm"] = adjusted
    result: Result = {
        "before": side_of(named, before.info),
        "after": side_of(arguments.after, after.info),
        "differing": {**_protocols(*measured), **measured[0].differences_to(measured[1])},
        "only_before": len(pairing.only_before),
        "only_after": len(pairing.only_after),
        "total": describe(pairing.total),
        "subsets": groups,
    }
    if benchmarks:
        result["benchmarks"] = benchmarks
    if (spent := _spent(before, after)) is not None:
        result["tokens"] = spent
    if arguments.json:
        print_json(result)
    else:
        test = "exact McNemar test" if is_binary(pairing.total.drops) else "score test of the shares of right answers"
        print_lines(*notes, *_lines(result, test, shutil.get_terminal_size().columns))
        before_path, after_path = (shlex.quote(str(path)) for path in (arguments.before, arguments.after))
        print_lines(f"see why: pytest-haerae view {after_path} --baseline {before_path}")
    return 0


def _protocols(before: Measured, after: Measured) -> dict[str, tuple[object, object]]:
    """The protocols that the two followed, where these differ."""
    apart = before.protocol != after.protocol
    return {"protocol": (before.protocol or None, after.protocol or None)} if apart else {}


def side_of(path: Path | NamedRun, info: Info) -> Side:
    """What is told of a report beside its numbers."""
    return {"report": str(path), "backend": info["backend"], "model": info["model"]}


def _spent(before: OutlinedReport, after: OutlinedReport) -> Spent | None:
    """What the two accuracies were bought with; None where one of the reports does not know its tokens."""
    means = [tokens_an_item(report.info, report.metrics["n"]) for report in (before, after)]
    if means[0] is None or means[1] is None:
        return None
    return {"before": means[0], "after": means[1], "ratio": means[1] / means[0]}


def describe(counts: PairedCounts) -> Comparison:
    """Describe a group that has pairs."""
    return {
        "n": counts.n,
        "accuracy_before": counts.before / counts.n,
        "accuracy_after": counts.after / counts.n,
        "difference": counts.change,
        "ci95": list(change_interval(counts.drops) or ()),
        "p_value": change_p_value(counts.drops),
        "lost": counts.lost,
        "gained": counts.gained,
    }


def _lines(result: Result, test: str, width: int) -> list[str]:
    lines = [title("A", result["before"]), title("B", result["after"])]
    rows = [*result["subsets"].items(), *result.get("benchmarks", {}).items(), (_TOTAL, result["total"])]
    narrow = width < _WIDE
    heading = _cells(("n", "A", "B", "B - A", "95% interval", "p", "lost", "gained"), narrow=narrow)
    name_width = max(8, min(max(display_width(line(name)) for name, _ in rows), width - len(heading) - 1))
    lines.append(f"{pad('subset', name_width)} {heading}")
    lines += [f"{pad(name, name_width)} {_numbers(entry, narrow=narrow)}" for name, entry in rows]
    notes = [_price(result["total"], result["tokens"])] if "tokens" in result else []
    notes += [f"p: {test}, two-sided, not corrected for the number of subsets (--json has both)"]
    notes += [f"the reports differ in {name}: {old!r}, {new!r}" for name, (old, new) in result["differing"].items()]
    if result["only_before"] or result["only_after"]:
        notes.append(f"not paired: {result['only_before']} items only in A, {result['only_after']} only in B")
    for what, items in (("lost", result["total"]["lost"]), ("gained", result["total"]["gained"])):
        if items:
            more = f" and {len(items) - SHOWN_ITEMS} more" if len(items) > SHOWN_ITEMS else ""
            notes.append(f"{what}: {', '.join(items[:SHOWN_ITEMS])}{more}")
    return lines + [part for note in notes for part in wrap(note, width)]


def _price(total: Comparison, spent: Spent) -> str:
    """The difference and what it cost, such as ``+2.4 points [0.9, 3.9] for 3.1 times the tokens``."""
    low, high = (_points(bound) for bound in total["ci95"])
    tokens = f"{spent['before']:,.0f} and {spent['after']:,.0f} tokens an item"
    difference = f"{_points(total['difference']):+.1f} points [{low:.1f}, {high:.1f}]"
    return f"B - A: {difference} for {spent['ratio']:.1f} times the tokens ({tokens})"


def _points(share: float) -> float:
    """Percentage points with one decimal, and no minus before zero."""
    return round(100 * share, 1) + 0.0


def title(key: str, side: Side) -> str:
    """The line that says which report is which."""
    model = f", {side['model']}" if side["model"] else ""
    return f"{key}: {side['report']}: {side['backend']}{model}"


def _numbers(entry: Comparison, *, narrow: bool) -> str:
    low, high = entry["ci95"]
    decimals = 2 if narrow else 3
    cells = (
        str(entry["n"]),
        f"{entry['accuracy_before']:.4f}",
        f"{entry['accuracy_after']:.4f}",
        f"{entry['difference']:+.4f}",
        f"{low:+.{decimals}f} to {high:+.{decimals}f}",
        shown_p_value(entry["p_value"]),
        str(len(entry["lost"])),
        str(len(entry["gained"])),
    )
    return _cells(cells, narrow=narrow)


def _cells(cells: Sequence[str], *, narrow: bool) -> str:
    """Right-aligned columns; a narrow terminal leaves the two accuracies out."""
    widths = (5, 0, 0, 7, 14, 7, 4, 6) if narrow else (5, 6, 6, 7, 16, 7, 4, 6)
    return " ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True) if width)


COMMAND = Command("compare", "Compare two reports item by item.", add_arguments, run)
