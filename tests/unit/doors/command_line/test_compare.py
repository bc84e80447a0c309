from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.statistics.margins import binary_drops, change_interval
from pytest_haerae.statistics.tests import mcnemar_two_sided
from tests.unit.reports import benchmarks_of, report_of, samples_of, write


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
    assert lines[-1] == f"see why: pytest-haerae view {reports[1]} --baseline {reports[0]}"


def test_compare_as_json(reports: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *reports, "--json", "--seed", "3"]) == 0
    said = capsys.readouterr()
    assert said.err == "--seed decides nothing: no interval is drawn any more; leave it out\n"
    result = json.loads(said.out)
    subset = result["subsets"]["a"]
    assert subset["difference"] == pytest.approx(-0.08)
    assert (len(subset["lost"]), len(subset["gained"])) == (12, 4)
    assert subset["p_value"] == mcnemar_two_sided(12, 4)
    assert subset["p_value_holm"] == pytest.approx(2 * subset["p_value"])
    assert subset["ci95"] == list(change_interval(binary_drops(12, 4, 100)) or ())
    assert result["subsets"]["b"]["difference"] == 0
    assert result["total"]["n"] == 130
    assert result["differing"] == {}


def test_the_test_is_named_that_was_made(
    reports: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *reports]) == 0
    assert "p: exact McNemar test, two-sided" in capsys.readouterr().out
    report = json.loads(Path(reports[0]).read_text(encoding="utf-8"))
    for number, row in enumerate(report["samples"]):
        answer = {
            name: row[name] for name in ("prediction", "raw_output", "reasoning", "finish_reason", "tokens", "why")
        }
        row["answers"] = [
            {**answer, "error": None, "outcome": outcome} for outcome in ("correct", "wrong" if number % 7 else "cut")
        ]
    several = tmp_path / "several.json"
    several.write_text(json.dumps(report), encoding="utf-8")
    assert main(["compare", reports[0], str(several)]) == 0
    assert "p: score test of the shares of right answers, two-sided" in " ".join(capsys.readouterr().out.split())


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


def test_compare_shows_each_of_several_benchmarks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = {"kmmlu": {"a": "c" * 20}, "kobest": {"a": "c" * 10}}
    before = write(tmp_path / "before.json", report_of(benchmarks_of(both)))
    after = write(
        tmp_path / "after.json", report_of(benchmarks_of({**both, "kmmlu": {"a": "w" * 5 + "c" * 15}}), prompt="letter")
    )
    assert main(["compare", str(before), str(after), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {name: len(each["lost"]) for name, each in result["benchmarks"].items()} == {"kmmlu": 5, "kobest": 0}
    assert list(result["subsets"]) == ["kmmlu/a", "kobest/a"]
    assert result["differing"]["prompt of kobest"] == ["answer_letter", "letter"]
    assert main(["compare", str(before), str(after)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[3:8]] == ["kmmlu/a", "kobest/a", "kmmlu", "kobest", "total"]


def test_compare_tells_what_the_difference_was_bought_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    reports = [report_of(samples_of({"a": outcomes})) for outcomes in ("w" * 50 + "c" * 50, "w" * 30 + "c" * 70)]
    for report, tokens in zip(reports, (1_000, 3_100), strict=True):
        report["info"]["tokens"]["completion"] = tokens
    paths = [str(write(tmp_path / f"{number}.json", report)) for number, report in enumerate(reports)]
    assert main(["compare", *paths]) == 0
    low, high = change_interval(binary_drops(0, 20, 100)) or (0, 0)
    words = (
        f"B - A: +20.0 points [{100 * low:.1f}, {100 * high:.1f}] for 3.1 times the tokens (10 and 31 tokens an item)"
    )
    assert words in capsys.readouterr().out
    assert main(["compare", *paths, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tokens"] == {"before": 10, "after": 31, "ratio": 3.1}
    assert main(["compare", paths[1], paths[1]]) == 0
    assert re.search(r"B - A: \+0\.0 points \[-\d\.\d, \d\.\d\] for 1\.0 times the tokens", capsys.readouterr().out)


@pytest.mark.parametrize("tokens", [(None, 5), (0, 5), (5, None)])
def test_compare_says_nothing_of_tokens_that_are_not_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tokens: tuple[int | None, int | None]
) -> None:
    paths = []
    for number, known in enumerate(tokens):
        report = report_of(samples_of({"a": "cw"}))
        report["info"]["tokens"]["completion"] = known
        paths.append(str(write(tmp_path / f"{number}.json", report)))
    assert main(["compare", *paths, "--json"]) == 0
    assert "tokens" not in json.loads(capsys.readouterr().out)
    assert main(["compare", *paths]) == 0
    assert "times the tokens" not in capsys.readouterr().out
