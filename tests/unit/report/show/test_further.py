from __future__ import annotations

from typing import Any

from pytest_haerae.report.show.further import further_lines, further_table
from pytest_haerae.statistics.estimate import MetricEstimate
from tests.unit.reports import report_of, samples_of


def metrics_of(names: str) -> Any:  # noqa: ANN401 - further metrics are put into it by name
    return report_of(samples_of(dict.fromkeys(names, "cw")))["metrics"]


def estimate(value: float) -> MetricEstimate:
    return {"value": value, "stderr": 0.1, "ci95": [value - 0.1, value + 0.1], "n": 2}


def test_without_further_metrics_there_is_nothing_to_show() -> None:
    assert further_table(metrics_of("ab")) is None
    assert further_lines(metrics_of("ab")) == []


def test_a_metric_is_a_line_with_its_subsets() -> None:
    metrics = metrics_of("ab")
    metrics["macro_f1"], metrics["acc_norm"] = estimate(0.5), estimate(0.25)
    metrics["subsets"]["a"]["macro_f1"], metrics["subsets"]["b"]["macro_f1"] = estimate(0.4), estimate(0.6)
    metrics["subsets"]["b"]["acc_norm"] = estimate(0.25)
    assert further_lines(metrics) == [
        "acc_norm 0.2500 (0.150-0.350, n 2)",
        "macro_f1 0.5000 (0.400-0.600, n 2); a 0.4000, b 0.6000",
    ]
    table = further_table(metrics)
    assert table is not None
    assert table.names == ["acc_norm", "macro_f1"]
    assert [(row.name, [each and each["value"] for each in row.estimates]) for row in table.rows] == [
        (None, [0.25, 0.5]),
        ("a", [None, 0.4]),
        ("b", [0.25, 0.6]),
    ]


def test_many_subsets_are_not_all_told() -> None:
    metrics = metrics_of("abcdefghij")
    for score in (metrics, *metrics["subsets"].values()):
        score["macro_f1"] = estimate(0.5)
    (line,) = further_lines(metrics)
    assert line.endswith("h 0.5000, …")
