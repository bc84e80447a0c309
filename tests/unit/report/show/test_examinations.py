from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from pytest_haerae.catalogue.examination import Examination
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.breakdowns import MOST_SHOWN
from pytest_haerae.report.show.examinations import examination_lines, shown_sittings
from pytest_haerae.report.show.html import make_page
from pytest_haerae.report.show.layout import display_width
from pytest_haerae.report.show.markdown import render_markdown
from pytest_haerae.report.show.terminal import summary_lines
from pytest_haerae.statistics.examined import Examined, examine
from tests.unit.reports import HOSTILE, report_of, samples_of

RULE = Examination("license_name", "subject", least_each=40, least_average=60)


def sat(
    named: Mapping[str, str] | None = None, *, whole: bool = True, rule: Examination = RULE, **subjects: str
) -> Examined:
    """An examination whose subjects' questions are right (1), wrong (0), or without an answer (-)."""
    every = {**(named or {}), **subjects}
    rights = {name: [None if each == "-" else Fraction(int(each)) for each in text] for name, text in every.items()}
    return examine(rule, rights, whole=whole)


def told(**examinations: Examined) -> Report:
    report = report_of(samples_of({"a": "cw"}))
    report["metrics"]["examinations"] = examinations
    return report


FOUR = {
    "변호사": sat(민법="1111100000", 형법="1111111000"),
    "세무사": sat(회계학="1110000000", 세법="1111111111", 상법="1110000000"),
    "관세사": sat(관세법="11111", 무역영어="100000", 회계="10000"),
    "의사": sat(내과="1111-", 외과="111"),
}


def test_a_line_tells_why_each_is_passed_or_not() -> None:
    assert examination_lines(told(**FOUR)["metrics"]) == [
        "examinations: 1 of 4 passed, 1 unmeasured (40 in each subject, 60 on average)",
        "passed     변호사: 60.0 on average, least 50.0 (민법)",
        "failed     세무사: 53.3 on average, below 60; below 40: 회계학 30.0, 상법 30.0",
        "failed     관세사: 45.5 on average, below 60; below 40: 무역영어 16.6, 회계 20.0",
        "unmeasured 의사: 1 of 8 questions has no answer",
    ]


def test_a_mark_is_rounded_down_so_that_none_looks_enough_that_is_not() -> None:
    (line,) = examination_lines(told(x=sat(가="1" * 1999 + "0" * 3001, 나="1"))["metrics"])[1:]
    assert line == "failed     x: 69.9 on average; below 40: 가 39.9"


def test_what_was_left_out_and_many_low_subjects_are_told_in_words() -> None:
    assert examination_lines(told(x=sat(가="11", whole=False))["metrics"])[1] == "unmeasured x: not all of it was asked"
    low = sat(dict.fromkeys("가나다라마", "0"))
    assert examination_lines(told(x=low)["metrics"])[1].endswith("below 40: 가 0.0, 나 0.0, 다 0.0, 라 0.0, …")
    assert examination_lines(told(x=sat(가="110--"))["metrics"])[1].endswith("2 of 5 questions have no answer")


def test_those_of_another_rule_are_told_apart_and_very_many_not_all() -> None:
    other = sat(rule=Examination("licence", "subject", 0, 50), 가="10")
    assert [sitting.title() for sitting in shown_sittings(told(**FOUR, other=other)["metrics"])] == [
        "1 of 4 passed, 1 unmeasured (40 in each subject, 60 on average)",
        "1 of 1 passed (0 in each subject, 50 on average)",
    ]
    many = told(**{f"x{number}": sat(가="1") for number in range(MOST_SHOWN + 2)})
    assert examination_lines(many["metrics"])[-1] == "… 2 more: all are in the report"
    assert "… 2 more: all are in the report" in render_markdown(many)


def test_a_report_without_any_shows_none() -> None:
    report = report_of(samples_of({"a": "cw"}))
    assert examination_lines(report["metrics"]) == []
    assert "xamination" not in render_markdown(report)
    assert 'data-label="examinations"' not in make_page(report)


@pytest.mark.parametrize("width", [60, 100])
def test_the_terminals_lines_fit(width: int) -> None:
    lines = [line.text for line in summary_lines(told(**FOUR), width)]
    assert any(line.startswith("passed     변호사: 60.0") for line in lines)
    assert all(display_width(line) <= width for line in lines)


def test_markdown_and_the_page_have_the_table() -> None:
    text = render_markdown(told(**FOUR))
    assert "Examinations: 1 of 4 passed, 1 unmeasured" in text
    assert "| verdict | examination | average | why |\n|---|---|---:|---|\n| ✅ passed | 변호사 | 60.0 |" in text
    assert "| ➖ unmeasured | 의사 | – | 1 of 8 questions has no answer |" in text
    page = make_page(told(**FOUR))
    passed = '<span class="badge gate-passed"><span data-label="examination passed">passed</span></span>'
    assert page.count(passed) == 2, "the count of those, and the one"
    assert '<span class="lost"><bdi class="data">회계학</bdi> 30.0</span>' in page
    assert '<span><bdi class="data">내과</bdi> 4/5</span>' in page
    assert page.count('data-label="unmeasured ') == 1
    assert ">1 of 8 questions has no answer</bdi>" in page


def test_questions_without_a_subject_are_the_reason() -> None:
    found = examination_lines(told(x=sat({"": "1"}, 가="11", whole=False))["metrics"])[1]
    assert found == "unmeasured x: 1 question has no subject"
    found = examination_lines(told(x=sat({"": "1-1"}, 가="11", whole=False))["metrics"])[1]
    assert found == "unmeasured x: 1 of 5 questions has no answer; 3 questions have no subject"
    assert 'data-label="unmeasured subject"' in make_page(told(x=sat({"": "1"}, 가="11", whole=False)))


def test_no_name_is_obeyed() -> None:
    report = told(**{HOSTILE: sat({HOSTILE: "0"}), "::error::x\x1b[2J\n": sat(가="1")})
    for line in summary_lines(report, 80):
        assert line.text.isprintable()
        assert not line.text.lstrip().startswith("::")
    assert "<img" not in render_markdown(report).replace("\\<img", "")
    assert "<img" not in make_page(report)
