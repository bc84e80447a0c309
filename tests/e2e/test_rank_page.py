"""The page of a ranking as people use it, in a real chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.report.ranking import read_ranking
from pytest_haerae.report.show.rank_page import write_rank_page
from tests.e2e.browser import Visit
from tests.unit.rankings import hostile_reports, models
from tests.unit.reports import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ANSWERS = (
    {"지리": "c" * 40, "history": "c" * 30},
    {"지리": "c" * 38 + "w" * 2, "history": "c" * 20 + "w" * 10},
    {"지리": "w" * 30 + "c" * 10, "history": "w" * 5 + "c" * 25},
)
"""What three models answer: A is the best, C is told apart from both on all items, and from neither in history."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranks")
    found = folder / "page.html"
    write_rank_page(found, read_ranking(models(folder, *ANSWERS), 0.05))
    return found


@pytest.fixture
def visit(browser: Browser, path: Path) -> Iterator[Visit]:
    opened = Visit(browser, path)
    yield opened
    opened.close()


def names(visit: Visit) -> list[str]:
    return visit.page.locator("#models th bdi").all_text_contents()


def column(visit: Visit, number: int) -> list[str]:
    return visit.page.locator(f"#models tr > :nth-child({number})").all_text_contents()


def test_the_table_sorts_and_filters(visit: Visit) -> None:
    page = visit.page
    assert names(visit) == ["model A", "model B", "model C"]
    assert column(visit, 3) == ["100.0%", "82.9%", "50.0%"]
    assert column(visit, 5) == ["1", "2", "3"]
    assert column(visit, 6) == ["a", "b", "c"]
    header = page.locator("th[data-sort=accuracy]")
    for direction, expected in (("ascending", ["model C", "model B", "model A"]), ("descending", ["model A"])):
        header.locator("button").click()
        assert header.get_attribute("aria-sort") == direction
        assert names(visit)[: len(expected)] == expected
    page.locator("#search").fill("MODEL b")
    assert names(visit) == ["model B"]
    page.locator("#search").fill("nobody")
    assert page.locator("#none").is_visible()


def test_each_interval_is_a_picture(visit: Visit) -> None:
    line = visit.page.locator("#models tr").nth(2).locator("svg line.now")
    ends = [float((line.get_attribute(name) or "").rstrip("%")) for name in ("x1", "x2")]
    assert ends[0] < 50 < ends[1]
    box = visit.page.locator("#models svg").first.bounding_box()
    assert box is not None
    assert box["width"] > 100


def test_a_subset_is_chosen_from_the_list_or_the_table(visit: Visit) -> None:
    page = visit.page
    page.locator("#part").select_option(label="history")
    assert column(visit, 3) == ["100.0%", "83.3%", "66.7%"]
    assert column(visit, 5) == ["1 to 2", "1 to 3", "2 to 3"]
    assert column(visit, 6) == ["a", "ab", "b"]
    page.locator("#parts-rows").get_by_role("button", name="지리").click()
    assert page.locator("#part").input_value() == "1"
    assert page.locator("#parts-rows tr.chosen th").text_content() == "지리"
    assert page.locator("#part-name").text_content() == "지리"


def test_a_difference_lists_the_items_of_its_pair(visit: Visit) -> None:
    page = visit.page
    assert page.locator("#pairs-rows td").first.get_attribute("class") == "self"
    cell = page.locator("#pairs-rows tr").nth(0).locator("td").nth(2).locator("button")
    assert cell.text_content() == "+50.0"
    assert page.locator("#pairs-rows tr").nth(2).locator("td").nth(0).text_content() == "−50.0"
    cell.click()
    assert page.locator("#right").input_value() == "0"
    assert page.locator("#wrong").input_value() == "2"
    words = page.locator("#pair-words").text_content() or ""
    assert words.startswith("model A − model C: +50.0 points (")
    assert "of 70 items 35 right in the first alone, 0 in the second alone" in words
    text = page.locator("#count").text_content() or ""
    assert text.endswith("of 35 in the reports")
    first = page.locator("#item-list .split").first
    assert first.locator(".badge").all_text_contents()[0] == "correct"
    assert first.locator(".badge").all_text_contents()[2] == "wrong"
    page.get_by_role("button", name="Clear filters").click()
    assert page.locator("#pair-words").text_content() == ""
    assert page.locator("#right").input_value() == "-1"


def test_all_answers_stand_beside_each_other(visit: Visit) -> None:
    boxes = [answer.bounding_box() for answer in visit.page.locator(".split").first.locator(".answer").all()]
    assert len(boxes) == 3
    assert len({round(box["y"]) for box in boxes if box}) == 1


def test_the_page_speaks_korean(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="한국어").click()
    assert page.locator("h1").text_content() == "모델 순위"
    assert page.locator("html").get_attribute("lang") == "ko"
    page.locator("#part").select_option(label="history")
    assert "~" in "".join(column(visit, 5))


def test_nothing_of_a_report_is_obeyed(browser: Browser, tmp_path: Path) -> None:
    page_path = tmp_path / "page.html"
    write_rank_page(page_path, read_ranking(hostile_reports(tmp_path), 0.05))
    visit = Visit(browser, page_path)
    page = visit.page
    page.locator("#pairs-rows td button").first.click()
    page.locator("#search").fill("img")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    page.locator("#search").fill("")
    shown = page.locator("#models th bdi").first.text_content() or ""
    assert "U+202E" in shown
    assert "<img src=x" in shown
    assert HOSTILE[:30] in (page.locator("#item-list pre").first.text_content() or "")
    visit.close()
