"""What the plugin costs a run of pytest."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.measuring import MEGABYTE
from benchmarks.sections.section import Cell, Figures, Section, Step, Table


def _plugin(found: Mapping[str, Figures]) -> Table:
    rows: list[list[Cell]] = []
    for figures in found.values():
        for items, costs in figures["sizes"].items():
            for name, cost in costs.items():
                cells = []
                for time in ("seconds", "processor"):
                    cells += [f"{cost[time]:.2f}", f"{cost[time] / costs['plain'][time]:.2f}"]
                label: Cell = ("plain pytest", "pytest만") if name == "plain" else f"`{name}`"
                first = f"{int(items):,}" if name == "plain" else ""
                rows.append([first, label, *cells, f"{cost['memory'] / MEGABYTE:,.0f}"])
    heading: list[Cell] = [
        ("items", "문항"),
        ("run", "실행"),
        ("seconds", "초"),
        ("of plain", "pytest만의 몇 배"),
        ("processor seconds", "프로세서 초"),
        ("of plain", "pytest만의 몇 배"),
        ("peak MB", "최대 MB"),
    ]
    return Table(heading, rows, texts=2)


SECTIONS = (
    Section(
        "plugin",
        (
            Step(
                "sizes",
                "overhead",
                ("--data", "{kmmlu}", "--items", "4900", "35000", "--methods", "log_likelihood", "string_match"),
                ("--items", "20", "40", "--rounds", "1"),
            ),
            Step(
                "large",
                "overhead",
                (
                    "--data",
                    "{kmmlu}",
                    "--items",
                    "350000",
                    "--rounds",
                    "1",
                    "--methods",
                    "log_likelihood",
                    "string_match",
                ),
                ("--items", "80", "--rounds", "1"),
            ),
        ),
        _plugin,
    ),
)
