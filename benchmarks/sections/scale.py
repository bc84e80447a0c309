"""How what a run costs grows with its data, and how soon a large one has its first answers."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.first_answer import MOST_OUTSIDE, MOST_SECONDS
from benchmarks.measuring import MEGABYTE, Cost
from benchmarks.scale import growth, unit_costs
from benchmarks.sections.section import Cell, Figures, Section, Step, Table, Text, filled

_KINDS: Mapping[str, Text] = {
    "passages": ("{:,} rows that share passages", "지문을 함께 쓰는 문항 {:,}개"),
    "subsets": ("{:,} subsets", "하위 과제 {:,}개"),
    "options": ("options of {:,} tokens", "토큰 {:,}개인 선택지"),
    "contexts": ("contexts of {:,} characters", "{:,}자 문맥"),
    "outputs": ("outputs of {:,} characters", "{:,}자 출력"),
}
_COMMANDS: Mapping[str, Cell] = {"outside the model": ("outside the model", "모델 밖")}


def _scale(found: Mapping[str, Figures]) -> Table:
    rows: list[list[Cell]] = []
    for figures in found.values():
        for kind, commands in figures["kinds"].items():
            first: Cell = _KINDS[kind]
            for command, kept in commands.items():
                costs = {int(size): Cost(**cost) for size, cost in kept.items()}
                largest = max(costs)
                if first:
                    first = filled(_KINDS[kind], largest)
                ratio = growth(costs)
                each = ["-" if ratio == "-" else _microseconds(cost) for cost in unit_costs(costs)]
                cells = [f"{costs[largest].processor:.2f}", f"{costs[largest].memory / MEGABYTE:,.0f}"]
                rows.append([first, _COMMANDS.get(command, f"`{command}`"), *cells, *each, ratio])
                first = ""
    heading: list[Cell] = [
        ("data", "데이터"),
        ("process", "프로세스"),
        ("processor seconds", "프로세서 초"),
        ("peak MB", "최대 MB"),
        ("µs a unit, from a quarter to half", "단위당 µs, 4분의 1에서 절반까지"),
        ("from half to all", "절반에서 전부까지"),
        ("ratio", "비율"),
    ]
    return Table(heading, rows, texts=2)


def _microseconds(seconds: float) -> str:
    """Three digits, or all before the point."""
    return f"{1e6 * seconds:,.0f}" if seconds >= 1e-4 else f"{1e6 * seconds:.3g}"  # noqa: PLR2004 - a hundred of them


_MARKS: Mapping[str, Text] = {
    "asked": ("items are read and selected, keys made", "문항을 읽고 골라 키를 만듦"),
    "loaded": ("libraries imported, weights loaded", "라이브러리와 가중치를 읽음"),
    "first": ("the first answer is stored", "첫 응답을 저장함"),
    "batch": ("the first batch is stored", "첫 배치를 저장함"),
    "model": ("of it in forwards", "그 가운데 순전파"),
    "outside": ("of it outside the model and its loading", "그 가운데 모델과 그 적재 밖"),
}


def _first_answer(found: Mapping[str, Figures]) -> Table:
    rows: list[list[Cell]] = []
    (figures,) = found.values()
    for mark, said in _MARKS.items():
        cost = figures["marks"][mark]
        peak = f"{cost['memory'] / MEGABYTE:,.0f}" if cost["memory"] else ""
        limits = {"first": (f"{MOST_SECONDS:g}", ""), "outside": ("", f"{MOST_OUTSIDE:g}")}.get(mark, ("", ""))
        rows.append([said, f"{cost['seconds']:.1f}", limits[0], f"{cost['processor']:.1f}", limits[1], peak])
    heading: list[Cell] = [
        ("until", "여기까지"),
        ("seconds", "초"),
        ("limit", "한도"),
        ("processor seconds", "프로세서 초"),
        ("limit", "한도"),
        ("peak MB", "최대 MB"),
    ]
    return Table(heading, rows)


SECTIONS = (
    Section("scale", (Step("kinds", "scale", ("--model", "{model}"), ("--tiny",)),), _scale),
    Section(
        "first_answer",
        (Step("kmmlu", "first_answer", ("{model}", "--data", "{kmmlu}"), ("--items", "90", "--rounds", "1")),),
        _first_answer,
    ),
)
