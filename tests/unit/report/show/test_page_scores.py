from __future__ import annotations

import pytest

from pytest_haerae.report.show.page_scores import score_rows
from pytest_haerae.statistics.pairing import Pairing, pair_rows
from tests.unit.reports import benchmarks_of, report_of, samples_of


def test_the_whole_comes_first_and_then_each_subset_with_the_number_that_chooses_it() -> None:
    report = report_of(samples_of({"a": "ccw", "b": "cw"}))
    rows = score_rows(report, Pairing())
    assert [(row["subset"], row["number"], row["benchmark"]) for row in rows] == [
        (None, -1, False),
        ("a", 0, False),
        ("b", 1, False),
    ]
    assert [row["score"]["n"] for row in rows] == [5, 3, 2]
    assert [row["chance"] for row in rows] == pytest.approx([0.2] * 3)
    assert {row["before"] for row in rows} == {None}


def test_of_several_benchmarks_each_has_a_row_that_chooses_nothing() -> None:
    then = report_of(benchmarks_of({"kmmlu": {"a": "cccc"}, "kobest": {"a": "ww"}}))
    now = report_of(benchmarks_of({"kmmlu": {"a": "cccw"}, "kobest": {"a": "ww"}}))
    rows = score_rows(now, pair_rows(then["samples"], now["samples"], several=True))
    assert [(row["subset"], row["number"], row["benchmark"]) for row in rows] == [
        (None, -1, False),
        ("kmmlu", -1, True),
        ("kobest", -1, True),
        ("kmmlu/a", 0, False),
        ("kobest/a", 1, False),
    ]
    lost = {str(row["subset"]): row["before"]["lost"] for row in rows if row["before"]}
    assert lost == {"None": 1, "kmmlu": 1, "kobest": 0, "kmmlu/a": 1, "kobest/a": 0}
