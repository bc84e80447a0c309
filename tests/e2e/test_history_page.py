"""The page of the history as people use it, in a real chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.report.history.folder import kept_runs
from pytest_haerae.report.history.series import series_of
from pytest_haerae.report.show.history_page import write_history_page
from tests.e2e.browser import Visit
from tests.unit.kept import keep, run_of
from tests.unit.reports import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

FAILED = {"name": "baseline", "verdict": "failed", "value": 0.1, "threshold": 0.0, "p_value": 0.01, "detail": "fell"}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    for day in range(1, 13):
        letters = "c" * (40 + 3 * day) + "w" * (60 - 3 * day)
        keep(folder, run_of(day, letters, gates=[FAILED] if day == 5 else []))
    keep(folder, run_of(13, "cw" * 20, model=HOSTILE, git_branch=HOSTILE, prompt=HOSTILE))
    found = folder / "page.html"
    write_history_page(found, series_of(kept_runs(folder, pytest.fail)))
    return found


@pytest.fixture
def visit(browser: Browser, path: Path) -> Iterator[Visit]:
    opened = Visit(browser, path)
    yield opened
    opened.close()


def test_the_curve_rises_and_a_failed_gate_is_red(visit: Visit) -> None:
    page = visit.page
    chart = page.locator("section.series").nth(1)
    points = chart.locator("circle")
    assert points.count() == 12
    boxes = [points.nth(number).bounding_box() for number in range(12)]
    places = [(box["x"], box["y"]) for box in boxes if box is not None]
    assert places == sorted(places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)
    colours = [points.nth(number).evaluate("point => getComputedStyle(point).fill") for number in (3, 4)]
    assert len({*colours}) == 2
    assert chart.locator("tbody tr").count() == 12


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_window(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_speaks_both_languages(visit: Visit) -> None:
    page = visit.page
    page.locator("[data-language=ko]").click()
    assert page.locator("h1").inner_text() == "평가 이력"
    assert "정확도" in page.locator("thead").first.inner_text()
    page.locator("[data-language=en]").click()
    assert page.locator("h1").inner_text() == "History"


def test_no_name_is_obeyed(visit: Visit) -> None:
    assert visit.page.evaluate("window.pwned") is None
    assert visit.page.locator("main img").count() == 0
    title = visit.page.locator("section.series h2").first.inner_text()
    assert "<script>" in title
    assert "U+202E" in title
