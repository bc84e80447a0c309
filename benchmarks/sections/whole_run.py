"""Whole runs, and numbers beside lm-evaluation-harness' recorded ones."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.sections.section import Cell, Figures, Section, Step, Table, Text, exponential

_BUCKETS: Mapping[str, Text] = {"short": ("short", "짧은 것"), "medium": ("medium", "중간"), "long": ("long", "긴 것")}


def _whole_run(found: Mapping[str, Figures]) -> Table:
    (figures,) = found.values()
    own = figures["costs"]["haerae"]
    rows: list[list[Cell]] = []
    for name, cost in figures["costs"].items():
        label: Cell = "`pytest --model=huggingface`" if name == "haerae" else f"`{name.replace('_eval', '_eval run')}`"
        cells = [f"{cost[time]:.1f}" for time in ("seconds", "processor")]
        ratios = [f"{cost[time] / own[time]:.2f}" for time in ("seconds", "processor")]
        rows.append([label, cells[0], ratios[0], cells[1], ratios[1]])
    heading: list[Cell] = [
        (f"{figures['items']} short items", f"짧은 문항 {figures['items']}개"),
        ("seconds", "초"),
        ("of pytest-haerae's", "pytest-haerae의 몇 배"),
        ("processor seconds", "프로세서 초"),
        ("of pytest-haerae's", "pytest-haerae의 몇 배"),
    ]
    return Table(heading, rows)


def _reference(found: Mapping[str, Figures]) -> Table:
    (figures,) = found.values()
    rows: list[list[Cell]] = [
        [_BUCKETS[name], str(one["items"]), str(one["same"]), exponential(one["difference"])]
        for name, one in figures["buckets"].items()
    ]
    heading: list[Cell] = [
        ("contexts", "문맥"),
        ("items", "문항"),
        ("the same option wins", "같은 선택지가 이긴 문항"),
        ("largest difference", "가장 큰 차이"),
    ]
    return Table(heading, rows)


SECTIONS = (
    Section(
        "whole_run",
        (
            Step(
                "whole_run",
                "whole_run",
                ("{model}", "--data", "{data}"),
                ("--items", "2", "--rounds", "1"),
            ),
        ),
        _whole_run,
    ),
    Section(
        "reference",
        (Step("reference", "reference", ("{model}", "{reference}"), ("--items", "1")),),
        _reference,
    ),
)
