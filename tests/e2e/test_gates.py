"""Recorded answers of real models against each other: through the scoring path, `compare`, `gate` and a gated run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.e2e.recorded import NEW, OLD, REPLAY, letter, recorded, write_data, write_recorded_report
from tests.helpers import shared, valid_report, write_questions

READ_HERE = {(OLD, 72): "A"}
"""The one answer of these two files that their makers' reader gave up and the rules here read: "지드래곤 (A)"."""

Counts = dict[str, tuple[int, int, int]]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The reports of both models, in one folder with their data and a suite."""
    folder = tmp_path_factory.mktemp("recorded")
    write_data(folder / "recorded")
    write_questions(folder)
    suite = (folder / "test_mine.py").read_text(encoding="utf-8").replace('dataset="questions.jsonl"', "")
    (folder / "test_mine.py").write_text(suite, encoding="utf-8")
    (folder / "conftest.py").write_text(REPLAY, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return write_recorded_report(folder, OLD), write_recorded_report(folder, NEW)


def ledger() -> Counts:
    """Pairs, lost and gained of each category, counted from the files' own predictions."""
    counts: Counts = {}
    for number, (old, new) in enumerate(zip(recorded(OLD), recorded(NEW), strict=True)):
        assert (old["category"], letter(old["answer"])) == (new["category"], letter(new["answer"]))
        before, after = (
            READ_HERE.get((model, number), letter(row["pred"])) == letter(row["answer"])
            for model, row in ((OLD, old), (NEW, new))
        )
        for name in (old["category"], "all"):
            n, lost, gained = counts.get(name, (0, 0, 0))
            counts[name] = n + 1, lost + (before and not after), gained + (after and not before)
    return counts


def compare(capsys: pytest.CaptureFixture[str], before: Path, after: Path) -> dict[str, Any]:
    assert main(["compare", str(before), str(after), "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def counts_of(entry: dict[str, Any]) -> tuple[int, int, int]:
    return entry["n"], len(entry["lost"]), len(entry["gained"])


def test_compare_counts_what_the_files_say(reports: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    result, expected = compare(capsys, *reports), ledger()
    assert counts_of(result["total"]) == expected.pop("all")
    assert {name: counts_of(entry) for name, entry in result["subsets"].items()} == expected
    total = result["total"]
    assert (round(total["accuracy_before"], 4), round(total["accuracy_after"], 4)) == (0.5273, 0.7640)
    assert total["ci95"][0] < total["difference"] < total["ci95"][1]
    assert total["p_value"] < 1e-9
    backwards = compare(capsys, reports[1], reports[0])["total"]
    assert backwards["difference"] == -total["difference"]
    assert (backwards["lost"], backwards["gained"]) == (total["gained"], total["lost"])


def test_compare_with_itself_is_all_ties(reports: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    total = compare(capsys, reports[1], reports[1])["total"]
    assert counts_of(total) == (1538, 0, 0)
    assert (total["difference"], total["p_value"]) == (0.0, 1.0)
    low, high = total["ci95"]
    assert low == -high
    assert 0 < high < 0.003, "that one of 1,538 items changed and was not seen is not ruled out"


@pytest.mark.parametrize(
    ("report", "baseline", "options", "code", "verdict"),
    [
        (1, 0, [], 0, "gate baseline: PASSED - change +0.2367 on 1538 paired items"),
        (1, 1, [], 0, "gate baseline: PASSED - change +0.0000 on 1538 paired items (0 lost, 0 gained)"),
        (0, 1, [], 1, "gate baseline: FAILED - all items: accuracy fell by 0.2367"),
        (0, 1, ["--max-drop=0.1"], 1, "gate baseline: FAILED - all items: accuracy fell by 0.2367"),
        (0, 1, ["--max-drop=0.6"], 0, "gate baseline: PASSED - change -0.2367"),
    ],
)
def test_the_gate_without_a_model(  # noqa: PLR0917 - the table's columns
    reports: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    report: int,
    baseline: int,
    options: list[str],
    code: int,
    verdict: str,
) -> None:
    assert main(["gate", str(reports[report]), f"--baseline={reports[baseline]}", *options]) == code
    assert capsys.readouterr().out.startswith(verdict)


@pytest.mark.server
@pytest.mark.parametrize(("now", "then", "code"), [(NEW, OLD, 0), (NEW, NEW, 0), (OLD, NEW, 1)])
@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_a_gated_run(reports: tuple[Path, Path], now: str, then: str, code: int, workers: list[str]) -> None:
    folder = reports[0].parent
    model = ["--model=replay", f"--model-params=recorded={shared(f'data/responses/{now}.csv')}", "--dataset=recorded"]
    command = [sys.executable, "-m", "pytest", "-q", *model, f"--baseline={then}.json", *workers]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == code, result.stdout[-3000:] + result.stderr
    report, offline = (valid_report(path) for path in (folder / ".haerae/report.json", folder / f"{now}.json"))
    assert (report["metrics"], report["samples"]) == (offline["metrics"], offline["samples"])
    (gate,) = report["info"]["gates"]
    assert gate["verdict"] == ("failed" if code else "passed")
    changes = {
        name: (entry["n"], entry["lost"], entry["gained"])
        for name, entry in report["info"]["changes"]["subsets"].items()
    }
    expected = ledger()
    if now == then:
        assert {(lost, gained) for _, lost, gained in changes.values()} == {(0, 0)}
    elif now == NEW:
        assert changes == {name: entry for name, entry in expected.items() if name != "all"}
    else:
        assert changes == {name: (n, gained, lost) for name, (n, lost, gained) in expected.items() if name != "all"}
