from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.schema import Report
from pytest_haerae.report.trackers.tracked import TrackedRun, clean, tracked_run
from tests.unit.kept import run_of
from tests.unit.reports import HOSTILE, benchmarks_of, hostile, report_of, samples_of, write

MLFLOW = re.compile(r"^[/\w.\- :]*$")
"""MLflow's own rule of names."""


def tracked(folder: Path, report: Report) -> TrackedRun:
    return tracked_run(report, write(folder / "report.json", report))


def test_the_numbers_are_the_reports(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "cwie", "법률": "ccw"}))
    run, metrics = tracked(tmp_path, report), report["metrics"]
    assert run.metrics["accuracy"] == metrics["accuracy"]
    assert [run.metrics["ci95_low"], run.metrics["ci95_high"]] == metrics["ci95"]
    assert run.metrics["macro_accuracy"] == metrics["macro_accuracy"]
    assert run.metrics["n"] == metrics["n"] == 6
    assert run.metrics["subsets/법률/accuracy"] == metrics["subsets"]["법률"]["accuracy"]
    assert run.metrics["subsets/a/errors"] == 1
    assert run.metrics["elapsed_seconds"] == report["info"]["elapsed_seconds"]
    assert "cost_usd" not in run.metrics


def test_what_decided_the_run_is_its_parameters(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "c"}), model_params={"seed": 3}, limit=5, min_accuracy=["0.1"])
    report["info"]["git_branch"], report["info"]["git_commit"] = "main", "1" * 40
    run = tracked(tmp_path, report)
    assert run.name == "a-model questions.jsonl"
    assert {name: run.params[name] for name in ("model", "method", "prompt", "limit", "model_params.seed")} == {
        "model": "a-model",
        "method": "string_match",
        "prompt": "answer_letter",
        "limit": "5",
        "model_params.seed": "3",
    }
    assert "reasoning" not in run.params
    assert (run.tags["git_branch"], run.tags["git_commit"]) == ("main", "1" * 40)
    assert run.tags["gate.min-accuracy"] == "passed"
    assert run.tags["report_sha256"] == hashlib.sha256(run.report.read_bytes()).hexdigest()
    assert (run.ended - run.started).total_seconds() == report["info"]["elapsed_seconds"]


def test_several_benchmarks_have_theirs(tmp_path: Path) -> None:
    run = tracked(tmp_path, report_of(benchmarks_of({"kmmlu": {"a": "cw"}, "kobest": {"a": "c"}})))
    assert run.metrics["benchmarks/kmmlu/accuracy"] == run.metrics["subsets/kmmlu/a/accuracy"] == 0.5
    assert run.params["benchmarks/kobest/method"] == "string_match"


def test_several_answers_have_their_numbers(tmp_path: Path) -> None:
    report = run_of()
    repeats: Any = {"k": 4, "pass_at": {"1": 0.5, "2": 0.6}, "all_at": {"4": 0.25}}
    report["metrics"]["repeats"] = repeats
    run = tracked(tmp_path, report)
    assert {name: value for name, value in run.metrics.items() if name.startswith("repeats/")} == {
        "repeats/k": 4,
        "repeats/pass_at/1": 0.5,
        "repeats/pass_at/2": 0.6,
        "repeats/all_at/4": 0.25,
    }


def test_keys_leave_no_report_that_somebody_else_wrote(tmp_path: Path) -> None:
    key = "sk-never-to-be-seen-987"
    report = run_of(model_params={"api_key": key, "headers": {"Authorization": f"Bearer {key}"}, "seed": 1})
    run = tracked(tmp_path, report)
    assert key not in repr((run.params, run.metrics, run.tags, run.name))
    assert (run.params["model_params.api_key"], run.params["model_params.seed"]) == ("***", "1")


def test_names_are_permitted_everywhere(tmp_path: Path) -> None:
    report = hostile()
    report["metrics"]["subsets"] |= {HOSTILE: report["metrics"]["subsets"][next(iter(report["metrics"]["subsets"]))]}
    run = tracked(tmp_path, report)
    for name in (*run.params, *run.metrics, *run.tags):
        assert MLFLOW.fullmatch(name), name
        assert len(name) <= 250
    for value in (*run.params.values(), *run.tags.values(), run.name):
        assert len(value) <= 5001
    for value in run.params.values():
        value.encode("utf-8")


def test_names_that_become_one_are_told_apart(tmp_path: Path) -> None:
    run = tracked(tmp_path, report_of(samples_of({"a+b": "cc", "a*b": "cw", "a_b": "ww"})))
    assert [run.metrics[f"subsets/{name}/accuracy"] for name in ("a_b", "a_b")] == [1.0, 1.0]
    assert [run.metrics["subsets/a_b/accuracy_2"], run.metrics["subsets/a_b/accuracy_3"]] == [0.5, 0.0]


@given(st.text(min_size=1, max_size=300))
def test_no_step_of_a_name_leads_up(text: str) -> None:
    name = clean(text)
    assert MLFLOW.fullmatch(name)
    assert not {"", ".", ".."} & {*name.split("/")} or not name
    assert clean(name) == name


@pytest.mark.parametrize(("name", "cleaned"), [("../a", "_/a"), ("/a//b/", "_/a/_/b/_"), ("법률 1:2", "법률 1_2")])
def test_paths_stay_inside(name: str, cleaned: str) -> None:
    assert clean(name) == cleaned
