"""The page as people use it, in a real chromium."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.report.schema import Report, SampleRow
from pytest_haerae.report.show import html
from pytest_haerae.report.show.html import write_page
from tests.e2e.browser import Visit
from tests.unit.reports import HOSTILE, hostile, judged, make, sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ITEMS = 230


def now_and_then() -> tuple[Report, Report]:
    """Two runs of 230 items in two subsets; every fifth item was right before, every third is now."""
    rows = [sample(number, "csat_geo" if number < 120 else "history") for number in range(ITEMS)]
    rows[7] = sample(7, outcome="error", prediction=None, loglikelihoods=None, error="HTTP 503: try later")
    decomposed = unicodedata.normalize("NFD", "해돋이 명소 Alpha")
    rows[8] = sample(8, input=f"다음 질문에 답하시오.\n\n### 질문:\n{decomposed}은?\n\n### 정답:")
    then: list[SampleRow] = [
        {**row, "outcome": "correct" if number % 5 == 0 else "wrong", "prediction": "B" if number % 5 == 0 else "A"}
        for number, row in enumerate(rows)
    ]
    return make(rows), make(then)


@pytest.fixture(scope="module", params=["plain", "packed"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two runs, with its texts plain and compressed."""
    found = tmp_path_factory.mktemp("page") / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "BLOCK_ITEMS", 40)
        patch.setattr(html, "COMPRESSED_FROM", 0 if request.param == "packed" else 10**9)
        write_page(found, *now_and_then())
    return found


@pytest.fixture
def visit(browser: Browser, path: Path) -> Iterator[Visit]:
    opened = Visit(browser, path)
    yield opened
    opened.close()


def found(visit: Visit, expected: int) -> None:
    """Wait until the table has so many items in all; a function, since the page's policy forbids expressions."""
    text = f"of {expected} (of {ITEMS} in all)" if expected else f"0 of {ITEMS}"
    visit.page.wait_for_function("text => document.getElementById('count').textContent.includes(text)", arg=text)


def ids(visit: Visit) -> list[str]:
    return visit.page.locator("#rows .id").all_text_contents()


def open_id(visit: Visit) -> str | None:
    return visit.page.locator("#detail-title").text_content()


def test_filters_by_subset_outcome_and_change(visit: Visit) -> None:
    page = visit.page
    found(visit, ITEMS)
    page.locator("#items select").select_option(label="history")
    found(visit, 110)
    assert page.locator("[data-select=subset]").first.input_value() == "1"
    page.get_by_role("button", name="wrong", exact=False).first.click()
    found(visit, 73)
    page.get_by_role("button", name="▲ gained").click()
    found(visit, 0)
    assert page.locator("#empty").is_visible()
    page.get_by_role("button", name="Clear filters").click()
    found(visit, ITEMS)
    page.get_by_role("button", name="▼ lost").click()
    expected = [n for n in range(ITEMS) if n % 5 == 0 and n % 3]
    found(visit, len(expected))
    assert [int(name.rsplit("-")[1]) for name in ids(visit)] == expected[:50]


def test_search_finds_both_spellings_of_hangul_and_any_case(visit: Visit) -> None:
    box = visit.page.locator("#search")
    for query in ("해돋이", unicodedata.normalize("NFD", "해돋이"), "ALPHA", "  alpha "):
        box.fill(query)
        found(visit, 1)
        assert ids(visit) == ["csat_geo-0008"]
    box.fill("독도의 위치")
    found(visit, ITEMS - 1)
    box.fill("HTTP 503")
    found(visit, 1)
    box.fill("없는 말")
    found(visit, 0)


def test_sorts_by_margin_with_missing_ones_last(visit: Visit) -> None:
    page = visit.page
    header = page.locator("th[data-sort=margin]")
    for direction in ("ascending", "descending"):
        header.locator("button").click()
        assert header.get_attribute("aria-sort") == direction
        shown = [float(text.replace("−", "-")) for text in page.locator("#rows .margin").all_text_contents()]
        assert shown == sorted(shown, reverse=direction == "descending")
        assert len(shown) == 50
    while page.locator("#next").is_enabled():
        page.locator("#next").click()
    assert ids(visit)[-1] == "csat_geo-0007"


def test_one_click_shows_the_whole_item(visit: Visit) -> None:
    page = visit.page
    row = sample(2)
    page.locator("#rows tr").nth(2).locator(".excerpt").click()
    page.locator("#detail").wait_for()
    text = page.locator("#detail").inner_text()
    for part in (row["input"], row["explanation"], *(row["options"] or ()), "Baseline: wrong, predicted A."):
        assert part in text
    bars = [rect.get_attribute("width") for rect in page.locator("#detail rect.value").all()]
    widths = [float((width or "").rstrip("%")) for width in bars]
    assert [widths.index(value) for value in sorted(widths)] == [1, 2, 0]
    assert page.url.endswith("#csat_geo-0002")
    page.locator("#detail .with-button button").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split(" ")[:2] == ["pytest", f"'{row['nodeid']}'"]
    assert copied.endswith(" --model=random --method=log_likelihood --dataset=sample --output-file=.haerae/rerun.json")


def test_deep_links_and_the_browsers_own_buttons(browser: Browser, path: Path) -> None:
    visit = Visit(browser, path, "#history-0200")
    page = visit.page
    page.locator("#detail").wait_for()
    assert open_id(visit) == "history-0200"
    assert "history-0200" in ids(visit)
    page.locator("#search").evaluate("box => { box.value = 'Alpha'; box.dispatchEvent(new Event('input')); }")
    found(visit, 1)
    page.evaluate("location.hash = '#csat_geo-0003'")
    page.wait_for_function("() => document.getElementById('detail-title').textContent === 'csat_geo-0003'")
    found(visit, ITEMS)
    page.go_back()
    page.wait_for_function("() => document.getElementById('detail-title').textContent === 'history-0200'")
    page.evaluate("location.hash = '#no-such-item'")
    page.locator("#detail").wait_for(state="hidden")
    visit.close()


def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    page = visit.page
    press = page.keyboard.press
    for key in ("j", "j", "ArrowDown", "k"):
        press(key)
    assert page.evaluate("document.activeElement.textContent") == "csat_geo-0001"
    press("Enter")
    page.locator("#detail").wait_for()
    assert open_id(visit) == "csat_geo-0001"
    press("j")
    page.wait_for_function("() => document.getElementById('detail-title').textContent === 'csat_geo-0002'")
    press("Escape")
    page.locator("#detail").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.textContent") == "csat_geo-0002"
    for _ in range(48):
        press("j")
    assert page.evaluate("document.activeElement.textContent") == "csat_geo-0050"
    press("[")
    assert ids(visit)[0] == "csat_geo-0000"
    press("/")
    page.keyboard.type("jk?")
    assert page.locator("#search").input_value() == "jk?"
    press("Escape")
    press("?")
    assert page.locator("#help").is_visible()
    press("Escape")
    assert not page.locator("#help").is_visible()


def test_the_letters_table_counts_and_filters(visit: Visit) -> None:
    page = visit.page
    cells = page.locator("#confusion tbody tr").nth(1).locator("td").all_text_contents()
    rows = [sample(number) for number in range(ITEMS) if number != 7]
    predicted_a = sum(row["prediction"] == "A" for row in rows)
    assert cells == [str(predicted_a), str(len(rows) - predicted_a), "", str(len(rows))]
    page.locator("#confusion tbody button").first.click()
    found(visit, predicted_a)
    page.locator("#confusion tbody button").first.click()
    found(visit, ITEMS)


def test_charts_follow_the_subset(visit: Visit) -> None:
    page = visit.page
    assert "229 items" in page.locator("#margins").inner_text()
    page.locator("button[data-scope]", has_text="history").click()
    found(visit, 110)
    assert "110 items" in page.locator("#margins").inner_text()
    assert "110 items" in page.locator("#calibration").inner_text()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_light_and_dark_follow_the_system_and_the_button(browser: Browser, path: Path, scheme: str, dark: bool) -> None:
    visit = Visit(browser, path, color_scheme=scheme)
    brightness = "Math.max(...getComputedStyle(document.documentElement).backgroundColor.match(/[0-9]+/g).slice(0, 3))"
    assert (visit.page.evaluate(brightness) < 128) == dark
    visit.page.locator("#theme").click()
    assert (visit.page.evaluate(brightness) < 128) != dark
    visit.page.emulate_media(media="print")
    assert visit.page.evaluate(brightness) == 255
    visit.close()


def test_korean_where_the_browser_speaks_korean(browser: Browser, path: Path) -> None:
    visit = Visit(browser, path, "#csat_geo-0001", locale="ko-KR")
    page = visit.page
    page.locator("#detail").wait_for()
    assert page.evaluate("document.documentElement.lang") == "ko"
    assert "판정 이유" in page.locator("#detail").inner_text()
    korean = page.locator("body").inner_text()
    page.get_by_role("button", name="English").click()
    page.wait_for_function("() => document.getElementById('detail').textContent.includes('Why it was judged so')")
    english = page.locator("body").inner_text()
    assert "판정 이유" not in english
    assert not {"정확도", "하위 과제", "오답"} & set(english.split())
    assert "Accuracy" not in korean
    visit.close()


def test_a_narrow_window_needs_no_sideways_scrolling(browser: Browser, path: Path) -> None:
    visit = Visit(browser, path, viewport={"width": 400, "height": 800})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 400
    visit.page.locator("#rows tr").first.click()
    visit.page.locator("#detail").wait_for()
    box = visit.page.locator("#detail").bounding_box()
    assert box is not None
    assert box["width"] == 400
    assert visit.page.evaluate("document.getElementById('detail').scrollWidth") <= 400
    visit.close()


def test_injections_stay_text(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_page(path, hostile(), hostile())
    visit = Visit(browser, path)
    page = visit.page
    shown = HOSTILE.replace("\u202e", "U+202E").replace("\u2066", "U+2066").replace("\x1b", "U+001B")
    shown = shown.replace("\u200b", "U+200B").replace("\u2028", "U+2028").replace("\ud800", "U+D800")
    for number in range(4):
        page.locator("#rows tr").nth(number).locator(".outcome").click()
        page.locator("#detail").wait_for()
        assert shown in (page.locator("#detail").text_content() or "")
        for summary in page.locator("#detail summary").all():
            summary.click()
    for select in page.locator("[data-select=subset]").all():
        select.select_option(index=1)
    # What HTML cannot hold is written as its escape where it is no JSON.
    written = shown.replace("U+D800", "\\ud800").replace("U+001B", "\\x1b")
    assert written in (page.locator(".scores").text_content() or "")
    assert page.evaluate("window.pwned") is None
    assert (
        page.locator("img, iframe, object, embed, base, [onclick], [onload], [onerror], [style]:not(td)").count() == 0
    )
    assert page.locator("script").count() == 3
    addresses = page.evaluate("[...document.querySelectorAll('a')].map(link => link.getAttribute('href'))")
    assert all(address.startswith("#") for address in addresses)
    everything = page.evaluate(
        "[...document.querySelectorAll('body :not(script)')].map(e => [...e.childNodes].filter(n => n.nodeType === 3)"
        ".map(n => n.data).join('')).join('')"
    )
    assert set(everything) & set("\u202e\u2066\x1b\u200b\u2028") == set()
    visit.close()


def test_an_items_images_are_named_and_not_loaded(browser: Browser, tmp_path: Path) -> None:
    rows = [sample(number) for number in range(3)]
    rows[1]["images"] = [
        {"name": "<img src=x>.png", "type": "image/png", "size": 12345, "sha256": "ab" * 32},
        {"name": "https://images.example.org/cat.png", "type": None, "size": None, "sha256": "cd" * 32},
    ]
    write_page(tmp_path / "report.html", make(rows), None)
    visit = Visit(browser, tmp_path / "report.html")
    visit.page.locator("#rows .id").nth(1).click()
    shown = visit.page.locator("ul.images li").all_text_contents()
    assert shown == [
        f"<img src=x>.png · 12,345 B · SHA-256 {'ab' * 8}",
        f"https://images.example.org/cat.png · SHA-256 {'cd' * 8}",
    ]
    assert visit.page.locator("img").count() == 0
    visit.close()


def test_the_command_survives_a_shell(browser: Browser, tmp_path: Path) -> None:
    report = hostile()
    arguments = [text.replace("\ud800", "") for text in (HOSTILE, "it's", "", "two\nlines", "한글 a=b", "plain-1.0")]
    report["samples"][0]["nodeid"] = arguments[0]
    report["info"]["rerun_options"] = arguments[1:]
    path = tmp_path / "report.html"
    write_page(path, report)
    visit = Visit(browser, path)
    visit.page.locator("#rows tr").first.locator(".outcome").click()
    visit.page.locator("#detail .with-button button").click()
    command = visit.page.evaluate("navigator.clipboard.readText()")
    visit.close()
    result = subprocess.run(
        ["bash", "-c", f"pytest() {{ printf '%s\\0' \"$@\"; }}; {command}"],  # noqa: S607 - the shell under test
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert result.stdout.decode().split("\0")[:-1] == [*arguments, "--output-file=.haerae/rerun.json"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_a_browser_that_can_not_unpack_says_so(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "COMPRESSED_FROM", 0)
        write_page(path, *now_and_then())
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script("delete window.DecompressionStream")
    page.goto(path.as_uri())
    assert "cannot unpack" in page.locator("#count").inner_text()
    page.locator("#rows tr").first.click()
    page.locator("#detail").wait_for()
    assert "cannot unpack" in page.locator("#detail").inner_text()
    assert errors == []
    context.close()


def test_what_a_judge_wrote_is_folded_and_unreadable_verdicts_have_a_filter(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_page(path, judged())
    visit = Visit(browser, path, viewport={"width": 400, "height": 800})
    page = visit.page
    detail = page.locator("#detail")
    page.locator("th[data-sort=outcome] button").click()
    assert page.locator("#rows .badge").all_text_contents() == ["correct", "wrong", "invalid", "unjudged", "error"]
    page.locator("#rows tr").first.click()
    detail.wait_for()
    assert "The judge’s verdict: correct." in detail.inner_text()
    assert "Score: 0.75 (0 to 1)." in detail.inner_text()
    assert "[[A]]" not in detail.inner_text()
    detail.locator("summary").first.click()
    assert "자세히 썼습니다.\n[[A]]" in detail.inner_text()
    page.keyboard.press("Escape")
    page.locator("#outcomes").get_by_role("button", name="unjudged").click()
    assert ids(visit) == ["csat_geo-0001"]
    page.locator("#rows tr").first.click()
    detail.wait_for()
    assert "could not be read, twice. The item is not in the accuracy." in detail.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    visit.close()
