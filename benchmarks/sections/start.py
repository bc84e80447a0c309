"""What starting costs."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.sections.section import Cell, Figures, Section, Step, Table


def _start(found: Mapping[str, Figures]) -> Table:
    (figures,) = found.values()
    base = figures["costs"]["import pytest"]["processor"]
    rows: list[list[Cell]] = []
    for name, cost in figures["costs"].items():
        above = 1000 * (cost["processor"] - base)
        cells = [f"{1000 * cost['seconds']:.0f}", f"{1000 * cost['processor']:.0f}", f"{above:+.0f}"]
        rows.append([f"`{name}`", *cells, f"{cost['processor'] / base:.2f}"])
    heading: list[Cell] = [
        ("process", "프로세스"),
        "ms",
        ("processor ms", "프로세서 ms"),
        ("above `import pytest`", "`import pytest`보다"),
        ("of `import pytest`", "`import pytest`의 몇 배"),
    ]
    return Table(heading, rows)


SECTIONS = (Section("start", (Step("start", "start", (), ("--rounds", "1")),), _start),)
