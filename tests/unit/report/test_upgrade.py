from __future__ import annotations

from typing import Any
from unicodedata import normalize

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


def test_b6_a_report_of_version_1_that_was_written_on_macos_is_read_in_nfc() -> None:
    """B6: names and texts in NFD, as version 1 took them from files: no item paired with those of today."""
    decomposed = normalize("NFD", "한국사")
    spelled = "".join(f"u{ord(character):04x}" for character in decomposed)
    texts = {"input": normalize("NFD", "질문 가"), "options": [normalize("NFD", "값")], "reference": "A"}
    row = {"id": f"{spelled}-0007", "subset": decomposed, "raw_output": normalize("NFD", "가"), **texts}
    report: dict[str, Any] = {
        "schema_version": 1,
        "metrics": {"accuracy": 1.0, "subsets": {decomposed: {"accuracy": 1.0}}},
        "info": {"dataset": "d", "subsets": [decomposed], "subset_fingerprints": {decomposed: "1"}},
        "samples": [row],
    }
    found = upgrade(report)
    (sample_,) = found["samples"]
    assert (sample_["subset"], sample_["input"], sample_["options"]) == ("한국사", "질문 가", ["값"])
    assert sample_["id"] == "ud55cuad6duc0ac-0007"
    assert list(found["metrics"]["subsets"]) == found["info"]["subsets"] == list(found["info"]["subset_fingerprints"])
    assert found["info"]["subsets"] == ["한국사"]
    assert sample_["raw_output"] == row["raw_output"]  # what the model wrote stays as it is
