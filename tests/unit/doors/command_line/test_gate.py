from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.types import Outcome
from tests.unit.doors.command_line.pair import NOW, THEN
from tests.unit.reports import report_of, samples_of, write


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (["--min-accuracy=0.6"], 0, "gate min-accuracy: PASSED - accuracy 0.6308 is at least 0.6"),
        (["--min-accuracy", "a=0.6"], 1, "gate min-accuracy a: FAILED - accuracy 0.5200 is below 0.6"),
        (["--baseline={then}"], 1, "gate baseline: FAILED - all items: accuracy fell by 0.0615 (12 lost, 4 gained), *"),
        (
            ["--baseline={then}", "--significance=0.2"],
            1,
            "gate baseline: FAILED - all items: *\nwarning: accuracy fell in *: a -0.0800 (12 lost, 4 gained); *",
        ),
        (
            ["--baseline={then}", "--max-drop=0.03"],
            0,
            "gate baseline: INCONCLUSIVE - change -0.0615 on 130 paired items (12 lost, 4 gained): the drop may be up*",
        ),
        (["--baseline={then}", "--max-drop=0.03", "--inconclusive=fail"], 1, "gate baseline: INCONCLUSIVE - *"),
        (
            ["--baseline={then}", "--max-drop=0.2", "--max-drop", "a=0.04"],
            0,
            "gate baseline: PASSED - *\ngate baseline a: INCONCLUSIVE - *",
        ),
        (
            ["--baseline={now}"],
            0,
            "gate baseline: PASSED - change +0.0000 on 130 paired items (0 lost, 0 gained): no item changed its *",
        ),
    ],
)
def test_gate_judges_again(
    reports: tuple[str, str], capsys: pytest.CaptureFixture[str], options: list[str], code: int, line: str
) -> None:
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
    assert result["warnings"] == []


def test_gate_tells_as_json_what_it_warns_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    then, now = (report_of(samples_of({"a": a, "b": "c" * 300})) for a in ("c" * 30, "w" * 30))
    write(tmp_path / "then.json", then)
    command = ["gate", str(write(tmp_path / "now.json", now)), "--baseline", str(tmp_path / "then.json")]
    main([*command, "--max-drop=0.5"])
    warned = [line.removeprefix("warning: ") for line in capsys.readouterr().out.splitlines() if "warning" in line]
    assert len(warned) == 1
    main([*command, "--max-drop=0.5", "--json"])
    assert json.loads(capsys.readouterr().out)["warnings"] == warned


@pytest.mark.parametrize(
    ("how", "code", "verdict"), [({"by_hand": True}, 0, "NOT EVALUATED"), ({"missing": 3}, 1, "UNMEASURABLE")]
)
def test_gate_knows_partial_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: dict[str, Any], code: int, verdict: str
) -> None:
    path = write(tmp_path / "now.json", report_of(samples_of(NOW), **how))
    assert main(["gate", str(path), "--min-accuracy=0.1"]) == code
    assert f"gate min-accuracy: {verdict} - " in capsys.readouterr().out


@pytest.mark.parametrize("outcome", ["correct", "wrong"])
def test_a_gate_reads_the_outcomes_and_nothing_that_could_contradict_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outcome: Outcome
) -> None:
    """A: an accuracy written into a report's metrics passed the gate, whatever its samples said."""
    report = report_of(samples_of({"a": "ccww"}))
    path = write(
        tmp_path / "now.json", {**report, "samples": [{**row, "outcome": outcome} for row in report["samples"]]}
    )
    assert main(["gate", str(path), "--min-accuracy=a=0.75"]) == (outcome == "wrong")
    assert "accuracy 0.5" not in capsys.readouterr().out
