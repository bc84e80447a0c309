from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.report.show.rows import (
    MICRO,
    count_lines,
    explain_detects,
    show_drop,
    summary_rows,
    throughput_line,
    unmeasured,
)
from tests.unit.reports import make, report_of, sample, samples_of


def test_a_row_has_its_change_and_what_it_detects() -> None:
    now, then = {"a": "c" * 90 + "w" * 10, "b": "ss"}, {"a": "c" * 95 + "w" * 5, "b": "ss"}
    report = report_of(samples_of(now), report_of(samples_of(then)))
    rows = summary_rows(report)
    assert [row.name for row in rows] == ["a", "b", MICRO]
    assert [row.change for row in rows] == [-0.05, None, -0.05]
    drops = report["info"]["detectable_drops"]
    assert [row.detects for row in rows] == [drops["subsets"]["a"], None, drops["total"]]
    assert [row.change for row in summary_rows(report_of(samples_of(now)))] == [None, None, None]


def test_a_report_without_the_keys_that_are_not_promised_has_neither() -> None:
    report = make([sample(0)])
    assert [(row.change, row.detects) for row in summary_rows(report)] == [(None, None)] * 2
    assert count_lines(report) == []
    assert "20% of the items" not in explain_detects(report["info"])


def test_a_promised_drop_is_rounded_up() -> None:
    assert [show_drop(drop) for drop in (0.0301, 0.03, 0.5, None)] == ["0.031", "0.030", "0.500", "-"]


def test_why_a_row_has_no_accuracy() -> None:
    subsets = report_of(samples_of({"a": "see", "b": "ss", "c": "su"}))["metrics"]["subsets"]
    assert [unmeasured(subsets[name]) for name in "abc"] == ["2 errors", "2 skipped", "1 unjudged"]


@pytest.mark.parametrize(
    ("info", "line"),
    [
        ({"truncated": 3}, "not in the numbers or to be looked at: 3 contexts cut from the left"),
        ({"method_detail": "top 20 of the next token"}, "log-likelihoods: top 20 of the next token"),
        ({"method_detail": "seed was left out", "method": "string_match"}, "how it was asked: seed was left out"),
        (
            {"finish_reasons": {"a": {"length": 2, "stop": 5}, "b": {"length": 7}, "c": {"length": 1}}},
            "not in the numbers or to be looked at: 10 outputs cut at max_tokens (7 of b, 2 of a, …)",
        ),
        ({"rules": {"verdict": 3, "none": 1}, "rules_not_read": {"none": 1}}, "answers read by: verdict 75.0%"),
        ({"rules": {"verdict": 3, "none": 1}, "rules_not_read": {"none": 1}}, "not read: none 25.0%"),
    ],
)
def test_what_is_to_be_looked_at_is_told(info: dict[str, Any], line: str) -> None:
    assert line in count_lines(make([sample(0)], **info))


def test_throughput_tells_what_is_known() -> None:
    info = make([sample(0)])["info"]
    assert throughput_line(info) == "1 response computed, 0 reused, 20.0 items/s"
    info["tokens"], info["cost_usd"] = {"prompt": 12, "completion": 3}, 0.01234
    assert throughput_line(info).endswith(", tokens: 12 prompt, 3 completion, 0.0123 USD")
    info["tokens"]["reasoning"] = 2
    assert throughput_line(info).endswith(", tokens: 12 prompt, 3 completion (2 of them reasoning), 0.0123 USD")
    info["tokens"]["cached"] = 8
    assert ", tokens: 12 prompt (8 of them cached), 3 completion (2 of them reasoning)" in throughput_line(info)
