from __future__ import annotations

import pytest

from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.layout import display_width
from pytest_haerae.report.show.rows import show_drop
from pytest_haerae.report.show.terminal import summary_lines
from pytest_haerae.statistics.power import smallest_detectable_drop
from tests.unit.reports import benchmarks_of, report_of, samples_of

SUBSETS = {
    "correct_definition_matching": "c" * 300 + "w" * 139,
    "csat_geo": "c" * 100 + "w" * 50,
    "한국 지리와 역사 그리고 문화": "ci" * 30,
    "lyrics_denoising": "s" * 20,
    "loan_words": "e",
}
EARLIER = {**SUBSETS, "csat_geo": "c" * 110 + "w" * 40, "loan_words": "c"}


def texts_of(report: Report, width: int) -> list[str]:
    return [line.text for line in summary_lines(report, width)]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("against", [False, True], ids=["alone", "baseline"])
def test_every_line_fits_and_the_columns_stand_below_each_other(width: int, against: bool) -> None:
    baseline = report_of(samples_of(EARLIER)) if against else None
    report = report_of(samples_of(SUBSETS), baseline, min_accuracy=["0.5", "csat_geo=0.9"], max_error_rate="0.1")
    lines = texts_of(report, width)
    assert all(display_width(line) <= width for line in lines), "\n".join(lines)
    heading, first = lines[0], lines[1]
    assert display_width(heading) == display_width(first)
    rows = [line for line in lines[: len(SUBSETS) + 2] if "(" not in line or line.startswith("total")]
    assert len({display_width(row) for row in rows}) == 1
    assert ("change" in heading) == against
    assert sum(line.startswith("gate ") for line in lines) == 2 + against


def test_the_numbers_are_the_reports() -> None:
    baseline = report_of(samples_of({"a": "c" * 110 + "w" * 40, "b": "c" * 150}))
    report = report_of(samples_of({"a": "c" * 100 + "w" * 50, "b": "c" * 150}), baseline)
    lines = texts_of(report, 80)
    tests = ((150, 0.05 / 2), (300, 0.05))
    drops = [show_drop(smallest_detectable_drop(n, discordance=10 / n, level=level)) for n, level in tests]
    assert lines[1].split() == ["a", "150", "100", "0.6667", "0.588-0.737", "-0.0667", drops[0]]
    assert lines[3].split()[2:] == ["300", "250", "0.8333", "0.787-0.871", "-0.0333", drops[1]]
    assert lines[4].split()[-1] == "0.8333"


def test_subsets_without_a_measured_item_say_why() -> None:
    lines = texts_of(report_of(samples_of({"a": "ss", "b": "eee"})), 80)
    assert lines[1].endswith("0 (2 skipped)")
    assert lines[2].endswith("0 (3 errors)")


def test_shared_passages_are_told() -> None:
    report = report_of(samples_of({"a": "ccwwccww" * 10}, passages=4))
    lines = texts_of(report, 120)
    assert any(line.startswith("items share passages (80 items, 4 clusters): the standard error is") for line in lines)


def test_no_name_or_answer_is_obeyed_by_the_terminal() -> None:
    hostile = "::error::a\x1b[2J\n\u202e\ud83d"
    report = report_of(samples_of({hostile: "cw" * 5, "b": "cw"}), min_accuracy=[f"{hostile}=0.9"])
    report["info"]["warnings"] = [f"{hostile} looks wrong"]
    for width in (40, 80, 200):
        lines = texts_of(report, width)
        assert not [text for text in lines if text.lstrip().startswith("::") or not text.isprintable()]
        assert any(text.lstrip().startswith(r"\::error::a") for text in lines)


def test_verdicts_and_warnings_have_their_colours() -> None:
    report = report_of(samples_of({"a": "c" * 60 + "i" * 40}), min_accuracy=["0.5", "a=0.9"])
    found = {line.text.split(":")[0]: line.tone for line in summary_lines(report, 200)}
    assert found["gate min-accuracy"] == "green"
    assert found["gate min-accuracy a"] == "red"
    assert found["warning"] == "yellow"
    by_hand = report_of(samples_of({"a": "cw"}), min_accuracy=["0.5"], by_hand=True)
    (gate,) = [line for line in summary_lines(by_hand, 200) if line.text.startswith("gate ")]
    assert ("NOT EVALUATED" in gate.text, gate.tone) == (True, "yellow")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_of_several_benchmarks_each_has_its_line_before_the_total(width: int) -> None:
    parts = {"kmmlu": {"Law": "c" * 30 + "w" * 10, "Math": "w" * 10}, "kobest": {"boolq": "c" * 10}}
    then = {**parts, "kmmlu": {"Law": "c" * 40, "Math": "w" * 10}}
    lines = texts_of(report_of(benchmarks_of(parts), report_of(benchmarks_of(then))), width)
    assert all(display_width(line) <= width for line in lines), "\n".join(lines)
    names = ["kmmlu/Law", "kmmlu/Math", "kobest/boolq", "kmmlu", "kobest", "total"]
    assert [line.split()[0] for line in lines[1:7]] == names
    assert len({display_width(line) for line in lines[1:7]}) == 1
    assert lines[4].split()[1:3] == ["50", "30"]
    assert lines[4].split()[-2].startswith("-0.2")
    assert lines[7].split()[-1].startswith("0.583")
    assert lines[8].split()[-1].startswith("0.8")
    assert lines[8].startswith("mean of bench")
