"""Reports of version 1, as they were written: whatever is made from reports reads them for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_haerae import EvaluationResult
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.report.read import read_report
from pytest_haerae.report.schema import load_json_schema
from pytest_haerae.report.show.ci import suite_properties, workflow_commands
from pytest_haerae.report.show.html import make_page
from pytest_haerae.report.show.markdown import render_markdown
from pytest_haerae.report.show.terminal import summary_lines
from pytest_haerae.report.stream import json_text
from tests.helpers import first_schema
from tests.unit.reports import outcomes_of

FOLDER = Path(__file__).parent / "golden"
GOLDEN = {
    "string_match_chat": 8,
    "log_likelihood": 10,
    "log_likelihood_baseline_and_gates": 10,
    "errors_and_skipped": 8,
    "strict_with_errors": 10,
    "promised_keys_alone": 10,
}
"""The reports, and how many items each has."""

reports = pytest.mark.parametrize("name", GOLDEN)


def test_the_table_has_every_file() -> None:
    assert sorted(GOLDEN) == sorted(path.stem for path in FOLDER.glob("*.json"))


@reports
def test_it_is_read_as_version_2_with_all_that_it_said(name: str) -> None:
    path = FOLDER / f"{name}.json"
    report, written = read_report(path, name), json.loads(path.read_text(encoding="utf-8"))
    if schema := first_schema():
        jsonschema.validate(written, schema)
    jsonschema.validate(json.loads(json_text(report)), load_json_schema())
    assert report["info"] == written["info"]
    assert without(dict(report["metrics"]), written["metrics"]) == {
        "cut": 0,
        "accuracy_uncut": report["metrics"]["accuracy"],
    }
    for now, then in zip(report["samples"], written["samples"], strict=True):
        added = without(dict(now), then)
        assert (now["key"], now["dataset"]) == ("", written["info"]["dataset"])
        assert added.keys() <= {"dataset", "key", "why", "reasoning", "tokens", "finish_reason"}


def without(now: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """What was added to an object whose values stand as they were."""
    assert {name: now[name] for name in then if name != "subsets"} == {
        name: value for name, value in then.items() if name != "subsets"
    }
    return {name: value for name, value in now.items() if name not in then}


@reports
def test_everything_that_shows_reports_shows_it(name: str) -> None:
    report = read_report(FOLDER / f"{name}.json", name)
    items = GOLDEN[name]
    accuracy = report["metrics"]["accuracy"]
    assert len(report["samples"]) == items
    assert accuracy is not None
    for width in (60, 100):
        assert any(line.text.startswith("total (micro)") for line in summary_lines(report, width))
    assert f"| total (micro) | {report['metrics']['n']} |" in render_markdown(report)
    page = make_page(report)
    assert all(row["id"] in page for row in report["samples"])
    assert dict(suite_properties(report))["haerae.accuracy"] == str(accuracy)
    assert all(line.startswith(("::error ", "::warning ")) for line in workflow_commands(report))
    assert f"{accuracy:.4f}" in repr(EvaluationResult(report))
    assert len(EvaluationResult(report).to_dataframe()) == items


@reports
def test_it_is_compared_and_judged_again(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(FOLDER / f"{name}.json")
    report = read_report(Path(path), path)
    assert main(["compare", path, path, "--json"]) == 0
    total = json.loads(capsys.readouterr().out)["total"]
    assert (total["n"], total["lost"], total["gained"]) == (report["metrics"]["n"], [], [])
    errors = report["metrics"]["errors"]
    assert Completeness.of_report(report["info"], outcomes_of(report)).errors == errors
    assert main(["gate", path, "--baseline", path, "--min-accuracy=0", "--max-error-rate=1"]) == 0
    assert main(["gate", path, "--min-accuracy=0"]) == (1 if errors else 0)
    assert make_page(report, report).count('class="differences"') == 0


def test_a_run_is_judged_again_by_the_tests_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    path, base = (str(FOLDER / f"{name}.json") for name in ("log_likelihood_baseline_and_gates", "log_likelihood"))
    report = read_report(Path(path), path)
    typed = ["--min-accuracy=0.05", "--min-accuracy=history=0.9", "--max-drop=0.1"]
    assert main(["gate", path, "--baseline", base, *typed, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    info = report["info"]
    *held, baseline = info["gates"]
    assert found["gates"][:-1] == held
    # Of ten items no test tells; when it was written, that passed.
    assert (baseline["verdict"], found["gates"][-1]["verdict"]) == ("passed", "inconclusive")
    assert {**found["gates"][-1], **dict.fromkeys(("verdict", "p_value", "detail"))} == {
        **baseline,
        **dict.fromkeys(("verdict", "p_value", "detail")),
    }
    changes = info.get("changes")
    assert changes is not None
    told = {name: found["changes"]["total"][name] for name in ("n", "change", "lost", "gained")}
    assert {**changes["total"], **told} == changes["total"]
