"""What the page says of a run and of an answer, in a real chromium: widths, contrast, both languages."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_haerae.report.schema import SampleRow
from pytest_haerae.report.show.html import write_page
from pytest_haerae.types import Answer, Response, Verdict
from tests.e2e.browser import Visit
from tests.unit.reports import benchmarks_of, make, report_of, sample, samples_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

READABLE = 4.5
"""Contrast that WCAG 2.2 asks of text (success criterion 1.4.3)."""

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const channels = (colour) => {
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (colour) => {
    const linear = (c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const [r, g, b] = channels(colour).map((c) => linear(c / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  return [...document.querySelectorAll("#confusion td button")].map((button) => {
    const [ink, under] = [getComputedStyle(button).color, getComputedStyle(button.closest("td")).backgroundColor];
    const [high, low] = [luminance(ink), luminance(under)].sort((a, b) => b - a);
    return (high + .05) / (low + .05);
  });
}"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that fell against its baseline, with a gate that failed and warnings."""
    then = report_of(samples_of({"한국사": "c" * 40, "csat_geo": "c" * 40}))
    now = report_of(
        samples_of({"한국사": "c" * 18 + "w" * 14 + "i" * 6 + "t" * 2, "csat_geo": "c" * 36 + "w" * 4}),
        then,
        min_accuracy=["0.9"],
    )
    found = tmp_path_factory.mktemp("page") / "report.html"
    write_page(found, now, then)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_numbers_of_the_letters_table_can_be_read(browser: Browser, path: Path, scheme: str) -> None:
    visit = Visit(browser, path, color_scheme=scheme)
    ratios = visit.page.evaluate(CONTRAST)
    visit.close()
    assert len(ratios) > 5
    assert min(ratios) >= READABLE


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_the_change_against_the_baseline_is_on_the_screen(browser: Browser, path: Path, width: int) -> None:
    visit = Visit(browser, path, viewport={"width": width, "height": 900})
    for name in ("Change (pp)", "gained", "lost"):
        box = visit.page.locator(".scores thead th", has_text=name).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width, name
    visit.close()


def test_warnings_and_gates_are_told_in_the_readers_language(browser: Browser, path: Path) -> None:
    visit = Visit(browser, path)
    english = visit.page.locator(".summary").inner_text()
    assert "no answer could be read in more than 10% of the items: 한국사 (15.0%)" in english
    assert "accuracy 0.6750 is below 0.9" in english
    visit.page.get_by_role("button", name="한국어").click()
    korean = visit.page.locator(".summary").inner_text()
    assert "답을 읽지 못한 출력이 많습니다: 한국사 (15.0%)" in korean
    assert "정확도 0.675, 기준 0.9" in korean
    assert "하락폭 " in korean
    assert "below" not in korean
    visit.close()


def row_with(**values: Any) -> list[SampleRow]:  # noqa: ANN401 - a field's value
    changed = sample(0, prediction="A", outcome="wrong", loglikelihoods=None)
    return [cast(SampleRow, {**changed, **values}), sample(1)]


def test_the_words_that_were_read_are_marked_and_reasoning_is_folded(browser: Browser, tmp_path: Path) -> None:
    rows = row_with(raw_output="B도 좋다.\n정답: (A)\u202e", why="정답: (A)", reasoning="먼저 B를 본다.")
    write_page(tmp_path / "r.html", make(rows, method="string_match"))
    visit = Visit(browser, tmp_path / "r.html", "#csat_geo-0000")
    assert visit.page.locator("#detail mark").all_text_contents() == ["정답: (A)"]
    assert "The answer was read from the marked words." in visit.page.locator("#detail").inner_text()
    assert "U+202E" in visit.page.locator("#detail").inner_text()
    thought = visit.page.locator("#detail details", has_text="Reasoning (9 characters")
    assert not thought.locator("pre").is_visible()
    thought.locator("summary").click()
    assert thought.locator("pre").inner_text() == "먼저 B를 본다."
    visit.close()


def test_what_a_model_thought_aloud_is_folded_where_it_stands(browser: Browser, tmp_path: Path) -> None:
    said, why = "👍<think>정답: (A)?</think>정답: (A)", "정답: (A)"
    start = said.rindex(why)
    rows = row_with(raw_output=said, why=why, why_start=start, reasoning="정답: (A)?")
    write_page(tmp_path / "r.html", make(rows, method="string_match"))
    visit = Visit(browser, tmp_path / "r.html", "#csat_geo-0000")
    shown = visit.page.locator("#detail")
    assert shown.locator("mark").all_text_contents() == [why]
    assert shown.locator("mark").evaluate("mark => mark.previousSibling.textContent") == "</think>"
    thought = shown.locator("details", has_text="Reasoning (8 characters")
    assert thought.count() == 1
    assert "정답: (A)?" not in shown.inner_text()
    thought.locator("summary").click()
    assert thought.locator("pre").inner_text() == "정답: (A)?"
    visit.close()


@pytest.mark.parametrize(("start", "before"), [(3, "👍 \n"), (0, "👍 \n정답: A\n"), (None, "👍 \n정답: A\n")])
def test_the_words_that_were_read_are_marked_at_their_place(
    browser: Browser, tmp_path: Path, start: int | None, before: str
) -> None:
    """Characters are counted as Python counts them, and a place where the words do not stand is none."""
    rows = row_with(raw_output="👍 \n정답: A\n정답: A", why="정답: A", why_start=start)
    write_page(tmp_path / "r.html", make(rows, method="string_match"))
    visit = Visit(browser, tmp_path / "r.html", "#csat_geo-0000")
    marked = visit.page.locator("#detail mark")
    assert marked.all_text_contents() == ["정답: A"]
    assert marked.evaluate("mark => mark.previousSibling.textContent") == before
    visit.close()


def test_what_else_a_row_has_is_told_of_its_item(browser: Browser, tmp_path: Path) -> None:
    known = {"분야": "<b>법</b>", "year": 2019, "tags": ["가"]}
    write_page(tmp_path / "r.html", make(row_with(metadata=known)))
    visit = Visit(browser, tmp_path / "r.html", "#csat_geo-0000")
    shown = visit.page.locator("#detail dl.metadata").inner_text()
    assert shown.split() == ["분야", "<b>법</b>", "year", "2019", "tags", '["가"]']
    visit.close()
    visit = Visit(browser, tmp_path / "r.html", "#csat_geo-0001")
    assert visit.page.locator("#detail").inner_text()
    assert visit.page.locator("#detail dl.metadata").count() == 0, "a report of an earlier version says nothing of it"
    visit.close()


def test_a_cut_output_is_told_and_can_be_filtered(browser: Browser, tmp_path: Path) -> None:
    rows = row_with(raw_output="생각해 보면", outcome="cut", prediction=None, finish_reason="length")
    write_page(tmp_path / "r.html", make(rows, method="string_match"))
    visit = Visit(browser, tmp_path / "r.html")
    visit.page.locator("#outcomes button", has_text="cut").click()
    assert visit.page.locator("#rows .id").all_text_contents() == ["csat_geo-0000"]
    visit.page.locator("#rows tr").click()
    said = visit.page.locator("#detail").inner_text()
    assert "The output was cut before an answer was stated; the reference is B." in said
    assert "perhaps before the answer" not in said
    visit.close()


def test_of_several_benchmarks_each_is_told_and_its_items_are_asked_its_way(browser: Browser, tmp_path: Path) -> None:
    report = report_of(benchmarks_of({"kmmlu": {"a": "ccww"}, "kobest": {"a": "cw"}}))
    report["info"]["benchmarks"]["kobest"] |= {"num_few_shot": 2, "prompt": "kobest"}
    write_page(tmp_path / "report.html", report)
    visit = Visit(browser, tmp_path / "report.html")
    table = visit.page.locator("table.scores tbody tr th").all_inner_texts()
    assert [name.strip() for name in table[1:]] == ["kmmlu", "kobest", "kmmlu/a", "kobest/a"]
    assert "Mean of benchmarks" in visit.page.locator(".hero").inner_text()
    assert visit.page.evaluate("core.subset.map((number) => core.asked[number].num_few_shot)") == [0, 0, 0, 0, 2, 2]
    visit.page.get_by_role("button", name="kobest/a").click()
    assert visit.page.locator("#rows tr").count() == 2
    visit.page.locator("#rows tr a").first.click()
    visit.page.locator("#detail-title").wait_for()
    assert "kobest/a" in visit.page.locator("#detail").inner_text()
    visit.close()


def test_of_several_answers_each_is_told_in_both_languages(browser: Browser, tmp_path: Path) -> None:
    said = "<img src=x onerror=alert(1)> 정답: (B)"
    answers = (
        Answer(Response(text="정답: (A)"), Verdict("correct", "A", why="정답: (A)")),
        Answer(Response(text=said), Verdict("wrong", "B", why="정답: (B)")),
        Answer(Response(text="모르겠"), Verdict("cut")),
    )
    (only,) = samples_of({"a": "w"})
    report = report_of([replace(only, answers=answers)])
    write_page(tmp_path / "r.html", report)
    visit = Visit(browser, tmp_path / "r.html", f"#{report['samples'][0]['id']}")
    for words in ("pass@3", "majority@3", "all@3"):
        assert words in visit.page.locator(".summary").inner_text()
    section = visit.page.locator("#detail section", has_text="All 3 answers")
    assert section.locator("summary").all_inner_texts() == ["1. correct: A", "2. wrong: B", "3. cut"]
    section.locator("summary").nth(1).click()
    assert section.locator("mark").nth(1).inner_text() == "정답: (B)"
    assert section.locator("img").count() == 0
    visit.page.get_by_role("button", name="한국어").click()
    assert "응답 3개 전체" in visit.page.locator("#detail").inner_text()
    visit.close()


def test_what_answers_were_ranked_by_is_told_of_each(browser: Browser, tmp_path: Path) -> None:
    ranks = (-0.25, -math.inf, -1.5)
    answers = tuple(Answer(Response(text="정답: (A)"), Verdict("correct", "A"), rank=rank) for rank in ranks)
    (only,) = samples_of({"a": "w"})
    free = replace(answers[0].verdict, character_f=0.5)
    scored = [replace(answer, verdict=free) for answer in answers]
    report = report_of([replace(only, answers=tuple(scored))])
    write_page(tmp_path / "r.html", report)
    visit = Visit(browser, tmp_path / "r.html", f"#{report['samples'][0]['id']}")
    summary = visit.page.locator(".summary").inner_text()
    for words in ("best-of-3", "items whose best-ranked answer is right", "best@3", "50.0%"):
        assert words in summary
    section = visit.page.locator("#detail section", has_text="All 3 answers")
    assert section.locator("summary").all_inner_texts() == [
        "1. correct: A · rank \u22120.250",
        "2. correct: A",
        "3. correct: A · rank \u22121.500",
    ]
    visit.page.get_by_role("button", name="한국어").click()
    assert "순위 점수 \u22120.250" in visit.page.locator("#detail").inner_text()
    assert "부분 점수가 있는 문항" in visit.page.locator(".summary").inner_text()
    visit.close()
