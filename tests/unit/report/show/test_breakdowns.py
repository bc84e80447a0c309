from __future__ import annotations

import pytest

from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.breakdowns import MOST_SHOWN, shown_breakdowns, value_name
from pytest_haerae.report.show.html import make_page
from pytest_haerae.report.show.layout import display_width
from pytest_haerae.report.show.markdown import render_markdown
from pytest_haerae.report.show.terminal import summary_lines
from pytest_haerae.statistics.breakdown import break_down
from tests.unit.reports import HOSTILE, report_of, samples_of
from tests.unit.statistics.test_breakdown import about


def told(cells: list[object], outcomes: str | None = None, column: str = "분류") -> Report:
    """A report of items with these cells in a column."""
    every = samples_of({"a": outcomes or "c" * len(cells)})
    every = [about(each, c=cell) for each, cell in zip(every, cells, strict=True)]
    report = report_of(every)
    report["metrics"]["by"] = {column: break_down(every, "c")}
    return report


@pytest.mark.parametrize(
    ("value", "name"),
    [("지리", "지리"), ("", "(no value)"), ("(no value)", '"(no value)"'), ('"(no value)"', '""(no value)""')],
)
def test_no_value_looks_like_none(value: str, name: str) -> None:
    assert value_name(value) == name


def test_a_report_without_columns_has_no_tables() -> None:
    assert shown_breakdowns(report_of(samples_of({"a": "cw"}))) == []


def test_of_very_many_values_those_with_the_most_items_are_shown_in_their_order() -> None:
    cells: list[object] = [*range(MOST_SHOWN + 2), MOST_SHOWN + 1, MOST_SHOWN, 3]
    (shown,) = shown_breakdowns(told(cells))
    expected = [str(n) for n in range(MOST_SHOWN + 2) if n not in (MOST_SHOWN - 1, MOST_SHOWN - 2)]
    assert [row.name for row in shown.rows] == expected
    assert shown.rest() == ["… 2 more values of 분류, none with more items: all are in the report"]
    (shown,) = shown_breakdowns(told(cells[: MOST_SHOWN + 1]))
    assert shown.rest() == ["… 1 more value of 분류, none with more items: all are in the report"]
    (shown,) = shown_breakdowns(told(cells[:MOST_SHOWN]))
    assert (len(shown.rows), shown.rest()) == (MOST_SHOWN, [])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_terminals_lines_fit_and_stand_below_each_other(width: int) -> None:
    names = ["지리", "역사와 문화 그리고 아주 긴 이름이 있는 분류", None, "s"]
    report = told([*names, *names], "ccwcwcws")
    lines = [line.text for line in summary_lines(report, width)]
    start = next(number for number, line in enumerate(lines) if line.startswith("by 분류"))
    table = lines[start : start + 5]
    assert len({display_width(line.rpartition("  ")[0]) for line in table}) == 1
    assert all(display_width(line) <= width for line in lines)
    assert table[1].split() == ["s", "1", "1", f"{1:.{4 if width > 60 else 3}f}", "0.207-1.000"]
    assert table[4].startswith("(no value)")
    assert "detects" not in table[0]


def test_a_value_without_a_measured_item_says_why() -> None:
    lines = [line.text for line in summary_lines(told(["가", "나", "나"], "ces"), 80)]
    assert any(line.startswith("나") and line.endswith("0 (1 errors)") for line in lines)


def test_markdown_and_the_page_have_the_tables() -> None:
    report = told(["지리", "역사", "역사", None], "cwcw")
    text = render_markdown(report)
    assert "| by 분류 | n | correct | accuracy | 95% interval |\n|---|---:|---:|---:|---:|" in text
    assert "| 역사 | 2 | 1 | 0.5000 | 0.095 to 0.905 |" in text
    assert "| \\(no value\\) |" in text or "| (no value) |" in text
    page = make_page(report)
    assert '<th scope="row"><bdi class="data">역사</bdi></th>' in page
    assert '<em><span data-label="no_value">no value</span></em>' in page
    assert 'data-label="by_column"' not in make_page(report_of(samples_of({"a": "cw"})))


def test_no_column_or_value_is_obeyed() -> None:
    report = told([HOSTILE, "::error::x\x1b[2J\n", "가"], column=HOSTILE)
    for line in summary_lines(report, 80):
        assert line.text.isprintable()
        assert not line.text.lstrip().startswith("::")
    assert "<img" not in render_markdown(report).replace("\\<img", "")
    page = make_page(report)
    assert "<img" not in page
    assert page.count("<script") == make_page(told(["가"])).count("<script")
