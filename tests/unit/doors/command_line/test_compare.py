from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.statistics.estimates import paired_bootstrap_interval
from pytest_haerae.statistics.tests import mcnemar_two_sided
from tests.unit.reports import report_of, samples_of, write


@pytest.mark.parametrize("width", [60, 80, 120])
def test_compare_shows_each_subset(
    reports: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["compare", *reports]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= width for line in lines[2:6])
    row = lines[3].split()
    assert (row[0], row[1], row[-2:]) == ("a", "100", ["12", "4"])
    assert "-0.0800" in row
    assert any(line.startswith("lost: s0-0000, s0-0001") for line in lines)


def test_compare_as_json(reports: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *reports, "--json", "--seed", "3"]) == 0
    result = json.loads(capsys.readouterr().out)
    subset = result["subsets"]["a"]
    assert subset["difference"] == pytest.approx(-0.08)
    assert (len(subset["lost"]), len(subset["gained"])) == (12, 4)
    assert subset["p_value"] == mcnemar_two_sided(12, 4)
    assert subset["p_value_holm"] == pytest.approx(2 * subset["p_value"])
    assert subset["ci95"] == list(paired_bootstrap_interval(12, 4, 100, seed=3) or ())
    assert result["subsets"]["b"]["difference"] == 0
    assert result["total"]["n"] == 130
    assert result["differing"] == {}


def test_compare_tells_what_else_differs(
    reports: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = report_of(samples_of({"a": "c" * 100}), num_few_shot="5")
    assert main(["compare", reports[0], str(write(tmp_path / "other.json", other))]) == 0
    output = capsys.readouterr().out
    assert "the reports differ in num_few_shot: 0, 5" in output
    assert "not paired: 30 items only in A, 0 only in B" in output


def test_reports_without_a_common_item_can_not_be_compared(
    reports: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = report_of(samples_of({"a": "eee"}))
    assert main(["compare", reports[0], str(write(tmp_path / "other.json", other))]) == 4
    assert "have no answered item in common" in capsys.readouterr().err
