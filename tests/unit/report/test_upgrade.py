from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.report.upgrade import upgrade
from tests.unit.reports import make, sample


@pytest.mark.parametrize(
    "report",
    [None, 3, [], {}, {"schema_version": 2, "samples": [{}]}, {"schema_version": True}, {"schema_version": "1"}],
)
def test_what_is_no_report_of_version_1_stays_as_it_is(report: object) -> None:
    assert upgrade(report) == report


def test_what_is_malformed_is_left_for_the_reader_to_name() -> None:
    broken: dict[str, Any] = {"schema_version": 1, "metrics": {"subsets": {"a": 3}}, "samples": [1, {}], "more": 1}
    found = upgrade(broken)
    assert found["metrics"]["subsets"] == {"a": 3}
    assert found["samples"][0] == 1
    assert ("info" in found, found["more"]) == (False, 1)


def test_a_report_of_version_1_that_said_more_keeps_it() -> None:
    report: dict[str, Any] = {**make([sample(0, finish_reason="stop", why="정답: A")]), "schema_version": 1}
    assert upgrade(report)["samples"] == report["samples"]
