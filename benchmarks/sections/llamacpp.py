"""Exact log-likelihoods by llama.cpp: one item at a time, items side by side, and the floor of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.sections.section import Cell, Figures, Section, Step, Table, Text, filled

_NAMES: Mapping[str, Cell] = {
    "haerae": "pytest-haerae",
    "haerae_parallel": "`parallel=8`",
    "floor": ("floor", "하한"),
    "floor_parallel": ("floor, 8 side by side", "하한, 8개씩"),
}
_HEADING: Sequence[Cell] = (
    ("items", "문항"),
    ("contender", "방법"),
    ("seconds", "초"),
    ("processor seconds", "프로세서 초"),
    ("processor time, of the floor's", "하한의 프로세서 시간의 몇 배"),
    ("peak memory", "최대 메모리"),
    ("largest difference", "가장 큰 차이"),
)
_KINDS: Mapping[str, Text] = {"short": ("{} short", "짧은 것 {}"), "medium": ("{} medium", "중간 {}")}


def _rows(items: Text, figures: Figures) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    costs = figures["costs"]
    for name, cost in costs.items():
        difference = f"{figures['differences'][name]:.2f}" if name == "haerae_parallel" else ""
        ratio = cost["processor"] / costs["floor"]["processor"]
        cells = [f"{cost['seconds']:.2f}", f"{cost['processor']:.2f}", f"{ratio:.2f}", f"{cost['memory'] / 1e9:.1f} GB"]
        rows.append(["" if rows else items, _NAMES[name], *cells, difference])
    return rows


def _table(found: Mapping[str, Figures]) -> Table:
    rows: list[list[Cell]] = []
    for step, figures in found.items():
        rows += _rows(filled(_KINDS[step], figures["items"]), figures)
    return Table(_HEADING, rows, texts=2)


_TINY = ("--items", "2", "--rounds", "1", "--parallel", "2")
SECTIONS = (
    Section(
        "llamacpp",
        (
            Step("short", "llamacpp", ("--data", "{data}", "--buckets", "short", "--items", "8"), _TINY),
            Step("medium", "llamacpp", ("--data", "{data}", "--buckets", "medium", "--items", "3"), _TINY),
        ),
        _table,
    ),
)
