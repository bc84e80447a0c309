from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.files import write_report
from pytest_haerae.report.read import read_kept, read_outlines, read_report, read_samples
from tests.unit.reports import make, sample


def test_what_was_written_is_read(tmp_path: Path) -> None:
    report = make([sample(0), sample(1, raw_output="half a pair: \ud800")])
    write_report(report, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json", "report.json") == report


@pytest.mark.parametrize(
    ("steps", "value", "message"),
    [
        (["schema_version"], 3, "schema_version: Input should be 2"),
        (["samples", 1, "outcome"], "right", "samples.1.outcome: "),
        (["samples", 0, "options"], ["a", 1], "samples.0.options.1: "),
        (["samples", 0, "loglikelihoods"], [float("nan")], "NaN is no JSON"),
        (["metrics", "subsets", "csat_geo", "accuracy"], 7, "metrics.subsets.csat_geo.accuracy: "),
        (["info", "scope"], {"where": {"kind": "법"}}, "info.scope.where.kind: "),
        (["info", "scope"], {"sample": "3"}, "info.scope.sample: "),
        (["info", "gates"], [{"name": "x", "verdict": "maybe", "detail": ""}], "info.gates.0.verdict: "),
    ],
)
def test_the_first_wrong_place_is_named(tmp_path: Path, steps: list[Any], value: object, message: str) -> None:
    report = make([sample(0), sample(1)])
    place: Any = report
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = value
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    with pytest.raises(UsageError, match=r"--baseline report\.json: ") as caught:
        read_report(path, "--baseline report.json")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["{", "[]", "3", "\x00"])
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_report(path, "report.json")
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="cannot be read"):
        read_report(tmp_path / "none.json", "none.json")


def test_of_each_sample_is_kept_what_is_asked_for_however_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(make([sample(0), sample(1)]), path)
    report, kept, starts = read_kept(path, "report.json", lambda row: row["key"])
    assert (report["info"]["backend"], kept, len(starts)) == ("random", ["k0", "k1"], 2)
    path.write_text(json.dumps(dict(reversed(json.loads(path.read_text(encoding="utf-8")).items()))), encoding="utf-8")
    assert read_kept(path, "report.json", lambda row: row["key"])[1] == kept
    assert [outline.mark.key for outline in read_outlines(path, "report.json").samples] == kept
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="no report of schema version"):
        read_kept(path, "report.json", lambda row: row["key"])


@pytest.mark.parametrize("order", [1, -1], ids=["as written", "keys the other way round"])
def test_some_samples_are_read_by_their_places(tmp_path: Path, order: int) -> None:
    report = make([sample(number) for number in range(250)])
    path = tmp_path / "report.json"
    path.write_text(json.dumps(dict(list(report.items())[::order])), encoding="utf-8")
    starts = read_outlines(path, "report.json").starts
    assert len(starts) == (250 if order == 1 else 0)
    expected = {place: report["samples"][place] for place in (249, 3)}
    assert read_samples(path, "report.json", [249, 3], starts) == expected
    assert read_samples(path, "report.json", [249, 3, 250]) == expected
    assert read_samples(path, "report.json", []) == {}


def test_a_file_that_was_written_anew_is_read_as_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(make([sample(number) for number in range(20)]), path)
    starts = read_outlines(path, "report.json").starts
    other = make([sample(number, input="새 문제 " * number) for number in range(10)])
    write_report(other, path)
    assert read_samples(path, "report.json", [3, 15], starts) == {3: other["samples"][3]}


def test_samples_of_a_file_that_is_no_report_any_more_are_refused(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("[", encoding="utf-8")
    with pytest.raises(UsageError, match=r"report\.json: corrupt, no JSON report"):
        read_samples(tmp_path / "report.json", "report.json", [0])
