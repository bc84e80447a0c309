"""The offline commands, in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy
import pandas
import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.report.frames import COLUMNS
from pytest_haerae.statistics.estimates import paired_bootstrap_interval
from pytest_haerae.statistics.tests import mcnemar_two_sided
from tests.unit.reports import report_of, samples_of, write

THEN = {"a": "c" * 60 + "w" * 40, "b": "c" * 30}
NOW = {"a": "w" * 12 + "c" * 52 + "w" * 36, "b": "c" * 30}


@pytest.fixture
def reports(tmp_path: Path) -> tuple[str, str]:
    """An earlier and a later report: 12 lost and 4 gained."""
    then, now = report_of(samples_of(THEN)), report_of(samples_of(NOW))
    return str(write(tmp_path / "then.json", then)), str(write(tmp_path / "now.json", now))


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


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (["--min-accuracy=0.6"], 0, "gate min-accuracy: PASSED - accuracy 0.6308 is at least 0.6"),
        (["--min-accuracy", "a=0.6"], 1, "gate min-accuracy a: FAILED - accuracy 0.5200 is below 0.6"),
        (["--baseline={then}"], 0, "gate baseline: PASSED - change -0.0615 on 130 paired items (12 lost, 4 gained);*"),
        (["--baseline={then}", "--significance=0.2"], 1, "gate baseline: FAILED - all items: accuracy fell by 0.0615*"),
        (
            ["--baseline={then}", "--significance=0.2", "--max-drop=0.05"],
            0,
            "gate baseline: PASSED - *too small to tell*",
        ),
        (["--baseline={now}"], 0, "gate baseline: PASSED - change +0.0000 on 130 paired items (0 lost, 0 gained)"),
    ],
)
def test_gate_judges_again(
    reports: tuple[str, str], capsys: pytest.CaptureFixture[str], options: list[str], code: int, line: str
) -> None:
    from fnmatch import fnmatchcase

    then, now = reports
    assert main(["gate", now, *(option.format(then=then, now=now) for option in options)]) == code
    assert fnmatchcase(capsys.readouterr().out.strip(), line.replace("[", "[[]"))


def test_gate_gives_the_gates_of_the_run(
    tmp_path: Path, reports: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    then = report_of(samples_of(THEN))
    options: dict[str, Any] = {"min_accuracy": ["0.5", "b=1.0"], "max_drop": "0.01", "significance": "0.1"}
    now = report_of(samples_of(NOW), then, **options)
    path = str(write(tmp_path / "judged.json", now))
    typed = ["--min-accuracy=0.5", "--min-accuracy=b=1.0", "--max-drop=0.01", "--significance=0.1"]
    main(["gate", path, "--baseline", reports[0], *typed, "--json"])
    result = json.loads(capsys.readouterr().out)
    assert result["gates"] == now["info"]["gates"]
    assert (result["changes"], result["detectable_drops"]) == (now["info"]["changes"], now["info"]["detectable_drops"])


@pytest.mark.parametrize(
    ("how", "code", "verdict"), [({"by_hand": True}, 0, "NOT EVALUATED"), ({"missing": 3}, 1, "UNMEASURABLE")]
)
def test_gate_knows_partial_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: dict[str, Any], code: int, verdict: str
) -> None:
    path = write(tmp_path / "now.json", report_of(samples_of(NOW), **how))
    assert main(["gate", str(path), "--min-accuracy=0.1"]) == code
    assert f"gate min-accuracy: {verdict} - " in capsys.readouterr().out


MISTAKES = [
    (["gate", "{now}"], "no gate is named: add --min-accuracy or --baseline"),
    (["gate", "{now}", "--baseline=none.json"], "--baseline none.json: can not be read (No such file or directory)"),
    (["gate", "{now}", "--min-accuracy=c=0.5"], "--min-accuracy: unknown subset 'c'. Valid: a, b"),
    (["gate", "{now}", "--min-accuracy=60"], "--min-accuracy: 60 is not between 0 and 1; for 60 percent write 0.6"),
    (
        ["gate", "{now}", "--baseline={corrupt}"],
        "--baseline {corrupt}: no report of schema version 1 (samples.0.outcome: Field required)",
    ),
    (["gate", "{now}", "--baseline={small}"], "--baseline {small}: incompatible: it has no item s0-0004"),
    (["compare", "{now}", "{text}"], "{text}: corrupt, no JSON report"),
    (["export", "{now}"], "no file is named: add --csv PATH, --parquet PATH, or --format NAME"),
    (["export", "{now}", "--format=cvs"], "--format: unknown format 'cvs': did you mean 'csv'? Valid: csv, "),
    (["export", "{now}", "--output=a.csv"], "--output a.csv: in which format? Add --format, one of csv, "),
    (["export", "{now}", "--csv=/proc/none/a.csv"], "--csv /proc/none/a.csv: the folder can not be written"),
    (["compare", "{now}"], "the following arguments are required: B.json"),
    (["comapre"], "invalid choice: 'comapre'"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES])
def test_a_mistake_is_one_line_and_exit_code_4(
    reports: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    names = {"now": reports[1], "corrupt": str(tmp_path / "corrupt.json"), "text": str(tmp_path / "text.json")}
    names["small"] = str(write(tmp_path / "small.json", report_of(samples_of({"a": "cccc"}))))
    corrupt = report_of(samples_of(THEN))
    del cast(dict[str, Any], corrupt["samples"][0])["outcome"]
    write(tmp_path / "corrupt.json", corrupt)
    (tmp_path / "text.json").write_bytes(b"\xff{")
    typed = [argument.format(**names) for argument in arguments]
    try:
        code = main(typed)
    except SystemExit as end:  # argparse's own way out
        code = int(end.code or 0)
    assert code == 4
    error = capsys.readouterr().err
    assert f"{message.format(**names)}" in error
    assert len([line for line in error.splitlines() if "ERROR: " in line]) == 1


def test_export_is_one_row_a_sample(reports: tuple[str, str], tmp_path: Path) -> None:
    csv, parquet = tmp_path / "rows.csv", tmp_path / "rows.parquet"
    assert main(["export", reports[1], "--csv", str(csv), "--parquet", str(parquet)]) == 0
    rows = json.loads(Path(reports[1]).read_text(encoding="utf-8"))["samples"]
    table, frame = pandas.read_csv(csv), pandas.read_parquet(parquet)
    assert list(table.columns) == list(frame.columns) == list(COLUMNS)
    assert table["id"].tolist() == frame["id"].tolist() == [row["id"] for row in rows]
    assert json.loads(table["options"][0]) == frame["options"][0].tolist() == rows[0]["options"]
    assert table["input"].tolist() == [row["input"] for row in rows]
    assert numpy.array_equal(frame["outcome"], [row["outcome"] for row in rows])
