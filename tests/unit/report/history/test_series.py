from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_haerae.report.history.folder import kept_runs
from pytest_haerae.report.history.series import run_entry, series_of
from tests.unit.kept import keep, run_of
from tests.unit.reports import benchmarks_of, report_of


def test_a_series_is_of_one_model_measured_in_one_way(tmp_path: Path) -> None:
    for day, info in enumerate(({}, {"model": "other"}, {"prompt": "letter"}, {"git_branch": "x"}), 1):
        keep(tmp_path, run_of(day, **info))
    keep(tmp_path, run_of(5, selection={"items": 4, "by_hand": False, "limit": 4}))
    found = series_of(kept_runs(tmp_path, pytest.fail))
    assert [(each.title, [run.info["started"][9] for run in each.runs]) for each in found] == [
        ("a-model · questions.jsonl · string_match · answer_letter · --limit=4", ["5"]),
        ("a-model · questions.jsonl · string_match · answer_letter", ["1", "4"]),
        ("a-model · questions.jsonl · string_match · letter", ["3"]),
        ("other · questions.jsonl · string_match · answer_letter", ["2"]),
    ]


def test_a_run_in_json_has_the_reports_numbers(tmp_path: Path) -> None:
    name = keep(tmp_path, run_of(outcomes="cwe"))
    (run,) = kept_runs(tmp_path, pytest.fail)
    entry, metrics = run_entry(run), run_of(outcomes="cwe")["metrics"]
    assert (entry["hash"], entry["model"], entry["benchmarks"]) == (name, "a-model", ["questions.jsonl"])
    assert (entry["n"], entry["accuracy"], entry["ci95"]) == (metrics["n"], metrics["accuracy"], metrics["ci95"])
    assert (entry["git_branch"], entry["gates"]) == ("main", {"measurable": "unmeasurable"})
    assert "protocol" not in entry


def test_several_benchmarks_stand_beside_each_other(tmp_path: Path) -> None:
    report = report_of(benchmarks_of({"kmmlu": {"a": "cw"}, "kobest": {"a": "c"}}))
    report["info"]["protocol"] = {"name": "p@1", "fingerprint": "f", "deviations": [], "published": []}
    keep(tmp_path, report)
    (run,) = kept_runs(tmp_path, pytest.fail)
    entry = run_entry(run)
    assert {name: part["accuracy"] for name, part in entry["parts"].items()} == {"kmmlu": 0.5, "kobest": 1.0}
    assert entry["protocol"] == "p@1"
    (series,) = series_of([run])
    assert series.title == "a-model · kmmlu, kobest · p@1 · answer_letter"


def test_other_items_and_other_parameters_are_other_series_that_can_be_told_apart(tmp_path: Path) -> None:
    warm = {"temperature": 0.7, "top_p": 0.9}
    keep(tmp_path, run_of(1))
    keep(tmp_path, run_of(2))
    keep(tmp_path, run_of(3, model_params=warm))
    keep(tmp_path, run_of(4, subset_fingerprints={"a": "f" * 16}))
    keep(tmp_path, run_of(5, model="other", model_params=warm))
    found = [(each.title, len(each.runs)) for each in series_of(kept_runs(tmp_path, pytest.fail))]
    title, items = "a-model · questions.jsonl · string_match · answer_letter", r" · items [0-9a-f]{8}"
    expected = [
        ("other · questions.jsonl · string_match · answer_letter", 1),
        (title + items, 1),
        (title + r" · temperature=0\.7 · top_p=0\.9" + items, 1),
        (title + items, 2),
    ]
    assert [count for _, count in found] == [count for _, count in expected]
    assert all(re.fullmatch(pattern, told) for (told, _), (pattern, _) in zip(found, expected, strict=True)), found
    assert len({told for told, _ in found}) == 4
