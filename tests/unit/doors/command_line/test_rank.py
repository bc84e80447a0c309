from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.unit.reports import report_of, samples_of, write


def test_the_ranking_is_shown(
    reports: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["rank", *reports]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["model", "rank"]
    assert [line.split()[2] for line in lines[1:3]] == ["(then.json)", "(now.json)"]


def test_json_has_what_was_promised(reports: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", *reports, "--json", "--significance=0.1"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["rank"], each["group"]) for each in result["models"]] == [
        ("a-model (then.json)", [1, 1], "a"),
        ("a-model (now.json)", [2, 2], "b"),
    ]
    assert all(len(each["ci95"]) == 2 for each in result["models"])
    assert main(["compare", *reversed(reports), "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)["total"]
    (pair,) = result["pairs"]
    assert (pair["p_value"], pair["difference"]) == (compared["p_value"], pytest.approx(compared["difference"]))


def test_the_page_is_written_and_named(
    reports: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "new" / "ranks.html"
    assert main(["rank", *reports, f"--html={page}"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"page: {page}"
    first = page.read_text(encoding="utf-8")
    assert main(["rank", *reports, "--html", str(page), "--json"]) == 0
    json.loads(capsys.readouterr().out)
    assert page.read_text(encoding="utf-8") == first, "an earlier page is written over"


@pytest.mark.parametrize("name", ["then.json", "notes.txt"])
def test_the_page_takes_the_place_of_nothing_else(
    reports: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    before = (tmp_path / name).read_bytes()
    assert main(["rank", *reports, f"--html={tmp_path / name}"]) == 4
    assert (tmp_path / name).read_bytes() == before
    assert capsys.readouterr().err.startswith(f"ERROR: --html {tmp_path / name}: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: REPORT.json"),
        (["{now}"], "{now}: is one report; name two or more to rank their models"),
        (["{now}", "{gone}"], "{gone}: cannot be read (No such file or directory)"),
        (["{now}", "{then}", "--significance=2"], "--significance"),
        (["{now}", "{other}"], "{now} and {other} cannot be ranked together: their prompt differs:"),
    ],
)
def test_bad_input_is_one_line(
    reports: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    then, now = reports
    other = write(tmp_path / "other.json", report_of(samples_of({"a": "cw"}), prompt="letter"))
    places = {"then": then, "now": now, "gone": str(tmp_path / "gone.json"), "other": str(other)}
    try:
        code = main(["rank", *(argument.format(**places) for argument in arguments)])
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 4
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("ERROR: ")
    assert said.format(**places) in error
