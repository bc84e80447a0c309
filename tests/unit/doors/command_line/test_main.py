from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.unit.doors.command_line.pair import THEN
from tests.unit.reports import report_of, samples_of, write

MISTAKES = [
    (["gate", "{now}"], "no gate is named: add --min-accuracy, --min-hangul or --baseline"),
    (["gate", "{now}", "--baseline=none.json"], "--baseline none.json: cannot be read (No such file or directory)"),
    (["gate", "{now}", "--min-accuracy=c=0.5"], "--min-accuracy: unknown subset 'c'. Valid: a, b"),
    (["gate", "{now}", "--min-accuracy=60"], "--min-accuracy: 60 is not between 0 and 1; for 60 percent write 0.6"),
    (
        ["gate", "{now}", "--baseline={corrupt}"],
        "--baseline {corrupt}: no report of schema version 1 or 2 (samples.0.outcome: Field required)",
    ),
    (["gate", "{now}", "--baseline={small}"], "--baseline {small}: incompatible: it has none of this run's "),
    (["compare", "{now}", "{text}"], "{text}: corrupt, no JSON report"),
    (["export", "{now}"], "no file is named: add --csv PATH, --parquet PATH, or --format NAME"),
    (["export", "{now}", "--format=cvs"], "--format: unknown format 'cvs': did you mean 'csv'? Valid: csv, "),
    (["export", "{now}", "--output=a.csv"], "--output a.csv: in which format? Add --format, one of csv, "),
    (["export", "{now}", "--csv=/proc/none/a.csv"], "--csv /proc/none/a.csv: the folder cannot be written"),
    (["export", "{now}", "--csv={now}"], "--csv {now}: is the report itself"),
    (["export", "{now}", "--csv=a", "--parquet=./a"], "--parquet a: is the file of --csv, too; name two"),
    (["gate", "{now}", "--api_key=s3cretvalue"], "unrecognized arguments: --api_key=***"),
    (["gate", "no\x1b[2J\n::error::x", "--min-accuracy=0.5"], r"no\x1b[2J\n::error::x: cannot be read"),
    (["compare", "{now}"], "the following arguments are required: B.json"),
    (["comapre"], "invalid choice: 'comapre'"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES])
def test_a_mistake_is_one_line_and_exit_code_4(
    reports: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    names = {"now": reports[1], "corrupt": str(tmp_path / "corrupt.json"), "text": str(tmp_path / "text.json")}
    names["small"] = str(write(tmp_path / "small.json", report_of(samples_of({"z": "cccc"}))))
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


@pytest.mark.parametrize("threshold", ["0.3", "0.99"])
@pytest.mark.parametrize("buffering", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "unbuffered"])
def test_a_verdict_stands_whoever_reads_it(reports: tuple[str, str], threshold: str, buffering: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = ["gate", reports[1], f"--min-accuracy={threshold}"]
    program = f"import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main({words!r}))"
    ended = subprocess.run(
        [sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, env=os.environ | buffering, check=False
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (int(threshold == "0.99"), b"")


def test_a_broken_connection_is_no_reader_who_has_left(
    reports: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("pytest_haerae.report.read.read_outlines", broken)
    assert main(["gate", reports[1], "--min-accuracy=0.3"]) == 1
    assert capsys.readouterr().err == "ERROR: [Errno 32] Broken pipe\n"
