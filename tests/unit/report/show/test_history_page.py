from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.report.history.folder import kept_runs
from pytest_haerae.report.history.series import Series, series_of
from pytest_haerae.report.show.history_page import (
    HEIGHT,
    WIDTH,
    chart_of,
    history_labels,
    make_history_page,
    write_history_page,
)
from tests.unit.kept import keep, run_of
from tests.unit.report.show.test_html import PAGE, PARSES_MARKUP, REACHES_OUT, Elements
from tests.unit.reports import HOSTILE


def series(folder: Path, *outcomes: str, **info: Any) -> list[Series]:  # noqa: ANN401 - of a report's info
    for day, letters in enumerate(outcomes, 1):
        keep(folder, run_of(day, letters, **info))
    return series_of(kept_runs(folder, pytest.fail))


def test_points_stand_where_their_numbers_are(tmp_path: Path) -> None:
    chart = chart_of(*series(tmp_path, "cw" * 50, "cc" * 50, "cccw" * 25))
    assert [point.x for point in chart.points] == sorted(point.x for point in chart.points)
    heights = [point.y for point in chart.points]
    assert heights[1] < heights[2] < heights[0]
    assert all(0 < point.high <= point.y <= point.low < HEIGHT and 0 < point.x < WIDTH for point in chart.points)
    # The scale is that of the lines: both ends of the first interval, read off them.
    (top, high), (bottom, low) = ((y, int(name.rstrip("%")) / 100) for y, name in (chart.lines[-1], chart.lines[0]))
    read = [low + (bottom - y) / (bottom - top) * (high - low) for y in (chart.points[0].low, chart.points[0].high)]
    assert read == pytest.approx(run_of(outcomes="cw" * 50)["metrics"]["ci95"], abs=2e-3)
    assert [row.change for row in chart.rows] == ["−25.0", "+50.0", ""]
    assert [row.date[:10] for row in chart.rows] == ["2026-01-03", "2026-01-02", "2026-01-01"]


def test_the_page_has_every_run(tmp_path: Path) -> None:
    found = series(tmp_path, "cw", "cc")
    write_history_page(tmp_path / "page.html", found)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    elements = Elements(text)
    assert b'content="pytest-haerae"' in text[:4096].encode()
    assert len(elements.named("circle")) == 2
    for run in found[0].runs:
        assert run.short in text
        assert f"{run.metrics['accuracy']:.4f}" in text
    assert not [value for _, attributes in elements.elements if (value := attributes.get("style"))]
    assert not REACHES_OUT.search(text)
    assert not [attributes for _, attributes in elements.elements if "src" in attributes]


def test_an_empty_history_is_a_page(tmp_path: Path) -> None:
    assert "The history has no run." in make_history_page([])
    assert chart_of(*series(tmp_path, "s")).points == []


def test_a_failed_gate_is_red(tmp_path: Path) -> None:
    gate = {"name": "baseline", "verdict": "failed", "value": 0.1, "threshold": 0.0, "p_value": 0.01, "detail": ""}
    text = make_history_page(series(tmp_path, "cw", gates=[gate]))
    (circle,) = Elements(text).named("circle")
    assert circle["class"] == "point failed"


def test_a_hostile_name_is_text(tmp_path: Path) -> None:
    found = Elements(make_history_page(series(tmp_path / "a", "cw", model=HOSTILE, git_branch=HOSTILE, prompt=HOSTILE)))
    tame = Elements(make_history_page(series(tmp_path / "b", "cw")))
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in tame.elements]
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]


def test_the_script_and_the_labels() -> None:
    script = (PAGE / "history.js").read_text(encoding="utf-8")
    assert not PARSES_MARKUP.search(script)
    assert not REACHES_OUT.search(script)
    labels = history_labels()
    assert labels["en"].keys() == labels["ko"].keys()
    for key, text in labels["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", labels["ko"][key])), key
    template = (PAGE / "history.html.j2").read_text(encoding="utf-8")
    used = {*re.findall(r'say\(\s*"(\w+)"', template), *re.findall(r'data-label(?:-title)?="(\w+)"', template)}
    assert used == labels["en"].keys()
    json.dumps(labels)
