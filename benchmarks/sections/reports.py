"""The commands on finished reports."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.measuring import MEGABYTE
from benchmarks.reports import COMMANDS, MEMORY
from benchmarks.sections.section import Cell, Figures, Section, Step, Table


def _reports(found: Mapping[str, Figures]) -> Table:
    rows: list[list[Cell]] = []
    for figures in found.values():
        subsets: Cell = (f"{figures['subsets']:,} subsets", f"하위 과제 {figures['subsets']:,}개")
        for row in figures["rows"]:
            bare, ours = row["bare"], row["ours"]
            times = [f"{one['processor']:.2f}" for one in (bare, ours)]
            memory = [f"{one['memory'] / MEGABYTE:.0f}" for one in (bare, ours)]
            ratios = [f"{ours[what] / bare[what]:.2f}" for what in ("processor", "memory")]
            limits = [f"{COMMANDS[row['command']][1]:g}", f"{MEMORY:g}"]
            texts: list[Cell] = [subsets, f"`{row['method']}`", row["command"]]
            rows.append([*texts, *times, ratios[0], limits[0], *memory, ratios[1], limits[1]])
            subsets = ""
    heading: list[Cell] = [
        ("report of", "보고서"),
        ("method", "방식"),
        ("command", "명령"),
        "`json.load` s",
        "s",
        ("ratio", "비율"),
        ("limit", "한도"),
        "`json.load` MB",
        "MB",
        ("ratio", "비율"),
        ("limit", "한도"),
    ]
    return Table(heading, rows, texts=3)


_TINY = ("--items", "300", "--subsets", "5", "--rounds", "1")
SECTIONS = (
    Section(
        "reports",
        (
            Step("few_subsets", "reports", ("--rounds", "3"), _TINY),
            Step(
                "many_subsets",
                "reports",
                ("--rounds", "3", "--subsets", "2000", "--methods", "log_likelihood"),
                _TINY,
            ),
        ),
        _reports,
    ),
)
