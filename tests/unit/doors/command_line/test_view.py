from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.report.files import write_report
from pytest_haerae.report.show.html import make_page
from tests.unit.reports import make, sample

REPORT = make([sample(number) for number in range(5)])
BASELINE = make([sample(number, outcome="correct") for number in range(5)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_report(REPORT, tmp_path / "report.json")
    write_report(BASELINE, tmp_path / "base.json")
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("opens", [True, False])
def test_the_page_is_written_beside_the_report_and_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], opens: bool
) -> None:
    opened: list[str] = []

    def browser(address: str) -> bool:
        opened.append(address)
        return opens

    monkeypatch.setattr(webbrowser, "open", browser)
    assert main(["view", "report.json"]) == 0
    page = folder / "report.html"
    assert page.read_text(encoding="utf-8") == make_page(REPORT) + "\n"
    assert opened == [page.as_uri()]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(page)
    assert len(lines) == (1 if opens else 2)


def test_without_a_name_it_is_the_report_of_the_last_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", "--no-open"]) == 4
    assert "ERROR: .haerae/report.json: cannot be read (No such file or directory)" in capsys.readouterr().err
    (folder / ".haerae").mkdir()
    (folder / "report.json").rename(folder / ".haerae/report.json")
    assert main(["view", "--no-open"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(folder / ".haerae/report.html")]


def test_the_baseline_and_the_place_can_be_chosen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: pytest.fail("opened a browser"))
    assert main(["view", "report.json", "--baseline=base.json", "--output=new/page.html", "--no-open"]) == 0
    text = (folder / "new" / "page.html").read_text(encoding="utf-8")
    assert text == make_page(REPORT, BASELINE) + "\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.json"], "ERROR: none.json: cannot be read (No such file or directory)"),
        (["bad.json"], "ERROR: bad.json: corrupt, no JSON report"),
        (["report.json", "--baseline=bad.json"], "ERROR: --baseline bad.json: corrupt, no JSON report"),
        (["report.json", "--output=report.json"], "ERROR: --output {folder}/report.json: is the report itself"),
        (
            ["report.json", "--baseline=base.json", "--output=base.json"],
            "ERROR: --output {folder}/base.json: is the baseline itself; name another file",
        ),
        (["report.json", "--output=other.html"], "ERROR: --output {folder}/other.html: this file is no earlier one of"),
        (["report.json", "--output=/proc/none/x.html"], "ERROR: --output /proc/none/x.html: the folder cannot be"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_4(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (folder / "other.html").write_text("<title>of somebody else</title>", encoding="utf-8")
    assert main(["view", *arguments, "--no-open"]) == 4
    error = capsys.readouterr().err
    assert error.startswith(message.format(folder=folder))
    assert len(error.splitlines()) == 1
