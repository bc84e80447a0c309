"""``pytest-haerae compare A.json B.json``: what B lost and gained against A."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.doors.command_line import Command, print_json
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.baseline import measured_settings
from pytest_haerae.report.read import read_report
from pytest_haerae.report.show.layout import display_width, pad, wrap
from pytest_haerae.statistics.estimates import paired_bootstrap_interval
from pytest_haerae.statistics.pairing import PairedCounts, Pairing, pair_rows
from pytest_haerae.statistics.tests import holm, mcnemar_two_sided

_TOTAL = "total (micro)"
_SHOWN_ITEMS = 10
_WIDE = 78


def add_arguments(parser: ArgumentParser) -> None:
    """Two reports, and how to show what they differ in."""
    parser.add_argument("before", type=Path, metavar="A.json", help="the earlier report")
    parser.add_argument("after", type=Path, metavar="B.json", help="the later report")
    parser.add_argument("--json", action="store_true", help="write JSON, with the ids of all items lost and gained")
    parser.add_argument("--seed", type=int, default=0, help="seed of the intervals' bootstrap (default: 0)")


def run(arguments: Namespace) -> int:
    """Compare two reports; the exit code is 0 whatever they differ in.

    Raises:
        UsageError: A report can not be read, or they have no answered item in common.
    """
    before, after = (read_report(path, str(path)) for path in (arguments.before, arguments.after))
    pairing = pair_rows(before["samples"], after["samples"])
    if not pairing.total.n:
        raise UsageError(f"{arguments.before} and {arguments.after} have no answered item in common")
    groups = {name: _describe(counts, arguments.seed) for name, counts in pairing.subsets.items()}
    for entry, adjusted in zip(groups.values(), holm([entry["p_value"] for entry in groups.values()]), strict=True):
        entry["p_value_holm"] = adjusted
    differing = _differing(before["info"], after["info"])
    result = {
        "before": _label(arguments.before, before["info"]),
        "after": _label(arguments.after, after["info"]),
        "differing": differing,
        "only_before": pairing.only_before,
        "only_after": pairing.only_after,
        "total": _describe(pairing.total, arguments.seed),
        "subsets": groups,
    }
    if arguments.json:
        print_json(result)
    else:
        print("\n".join(_lines(result, pairing, shutil.get_terminal_size().columns)))
    return 0


def _label(path: Path, info: Mapping[str, Any]) -> dict[str, Any]:
    return {"report": str(path), "backend": info.get("backend"), "model": info.get("model")}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The settings beside the model that differ: the change of accuracy may be theirs."""
    old, new = measured_settings(before), measured_settings(after)
    return {name: [old[name], new[name]] for name in old if old[name] != new[name]}


def _describe(counts: PairedCounts, seed: int) -> dict[str, Any]:
    lost, gained = len(counts.lost), len(counts.gained)
    interval = paired_bootstrap_interval(lost, gained, counts.n, seed=seed)
    return {
        "n": counts.n,
        "accuracy_before": counts.before / counts.n,
        "accuracy_after": counts.after / counts.n,
        "difference": counts.change,
        "ci95": list(interval) if interval else None,
        "p_value": mcnemar_two_sided(lost, gained),
        "lost": counts.lost,
        "gained": counts.gained,
    }


def _lines(result: Mapping[str, Any], pairing: Pairing, width: int) -> list[str]:
    lines = [_title(key, result[side]) for key, side in (("A", "before"), ("B", "after"))]
    rows = [*result["subsets"].items(), (_TOTAL, result["total"])]
    narrow = width < _WIDE
    heading = _cells(("n", "A", "B", "B - A", "95% interval", "p", "lost", "gained"), narrow=narrow)
    name_width = max(8, min(max(display_width(name) for name, _ in rows), width - len(heading) - 1))
    lines.append(f"{pad('subset', name_width)} {heading}")
    lines += [f"{pad(name, name_width)} {_numbers(entry, narrow=narrow)}" for name, entry in rows]
    notes = ["p: exact McNemar test, two-sided, not corrected for the number of subsets (--json has both)"]
    notes += [f"the reports differ in {name}: {old!r}, {new!r}" for name, (old, new) in result["differing"].items()]
    if pairing.only_before or pairing.only_after:
        notes.append(f"not paired: {pairing.only_before} items only in A, {pairing.only_after} only in B")
    for what, items in (("lost", pairing.total.lost), ("gained", pairing.total.gained)):
        if items:
            more = f" and {len(items) - _SHOWN_ITEMS} more" if len(items) > _SHOWN_ITEMS else ""
            notes.append(f"{what}: {', '.join(items[:_SHOWN_ITEMS])}{more}")
    return lines + [line for note in notes for line in wrap(note, width)]


def _title(key: str, side: Mapping[str, Any]) -> str:
    model = f", {side['model']}" if side["model"] else ""
    return f"{key}: {side['report']}: {side['backend']}{model}"


def _numbers(entry: Mapping[str, Any], *, narrow: bool) -> str:
    low, high = entry["ci95"]
    decimals = 2 if narrow else 3
    cells = (
        str(entry["n"]),
        f"{entry['accuracy_before']:.4f}",
        f"{entry['accuracy_after']:.4f}",
        f"{entry['difference']:+.4f}",
        f"{low:+.{decimals}f} to {high:+.{decimals}f}",
        _p_value(entry["p_value"]),
        str(len(entry["lost"])),
        str(len(entry["gained"])),
    )
    return _cells(cells, narrow=narrow)


def _cells(cells: Sequence[str], *, narrow: bool) -> str:
    """Right-aligned columns; a narrow terminal leaves the two accuracies out."""
    widths = (5, 0, 0, 7, 14, 7, 4, 6) if narrow else (5, 6, 6, 7, 16, 7, 4, 6)
    return " ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True) if width)


def _p_value(value: float) -> str:
    return "<0.0001" if value < 1e-4 else f"{value:.4f}"  # noqa: PLR2004 - four decimals are shown


COMPARE = Command("compare", "Compare two reports item by item.", add_arguments, run)
