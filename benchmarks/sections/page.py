"""The page of a large report in a browser."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from benchmarks.sections.section import Cell, Figures, Section, Step, Table, Text

_PAGE: Mapping[str, Text] = {
    "written": ("written", "쓰기"),
    "opens": ("opens", "열기"),
    "everything searched": ("can be searched as a whole", "전체를 검색할 수 있을 때까지"),
}


_UNTIL = "a filter, an order or a search, until its second frame", "필터, 정렬, 검색(두 번째 프레임까지)"


def _page(found: Mapping[str, Figures]) -> Table:
    (figures,) = found.values()
    rows: list[list[Cell]] = [
        [_PAGE[name], f"{cost['seconds']:.1f} s", f"{cost['processor']:.1f} s"]
        for name, cost in figures["costs"].items()
    ]
    middle = sorted(map(statistics.median, figures["milliseconds"].values()))
    least, most, longest = middle[0], middle[-1], max(map(max, figures["milliseconds"].values()))
    times = (
        f"{least:.0f} to {most:.0f} ms, at most {longest:.0f}",
        f"{least:.0f}에서 {most:.0f} ms, 최대 {longest:.0f}",
    )
    rows.append([_UNTIL, times, ""])
    size = f"{figures['items']:,}", f"{figures['megabytes']:.1f} MB"
    heading: list[Cell] = [
        (f"{size[0]} items, {size[1]}", f"{size[0]}문항, {size[1]}"),
        ("time", "시간"),
        ("processor time", "프로세서 시간"),
    ]
    return Table(heading, rows)


SECTIONS = (Section("page", (Step("page", "page", (), ("--items", "300", "--rounds", "1")),), _page),)
