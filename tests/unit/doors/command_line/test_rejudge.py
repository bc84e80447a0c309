from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.doors.command_line.rejudge import options_of
from pytest_haerae.doors.evaluator import Evaluator
from pytest_haerae.errors import UsageError
from pytest_haerae.report.read import read_outlines
from tests.unit.fakes import question, write_rows
from tests.unit.reports import benchmarks_of, report_of, samples_of, write


def test_a_report_is_judged_as_its_run_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        write_rows(tmp_path / f"data/{name}.jsonl", [question(number) for number in range(5)])
    Evaluator(progress=False).run("random", dataset="data", subset=["b"], limit=3, num_few_shot=1, output_file="r.json")
    options = options_of(read_outlines(Path("r.json"), "r.json"), "r.json")
    assert {name: BY_NAME[name].read(options) for name in options} == {
        "method": "string_match",
        "dataset": ("data",),
        "subset": ("b",),
        "limit": 3,
        "num_few_shot": 1,
    }
    assert main(["rejudge", "r.json"]) == 0
    first, second = (json.loads(Path(name).read_text(encoding="utf-8")) for name in ("r.json", "r.rejudged.json"))
    assert (second["metrics"], second["samples"]) == (first["metrics"], first["samples"])


def test_several_benchmarks_are_named(tmp_path: Path) -> None:
    samples = benchmarks_of({"one": {"a": "cw"}, "two": {"b": "cwc"}})
    write(tmp_path / "r.json", report_of(samples, dataset="one,two"))
    options = options_of(read_outlines(tmp_path / "r.json", "r.json"), "r.json")
    assert (options["dataset"], options["subset"], options["limit"]) == (["one", "two"], ["one/a", "two/b"], 3)


def test_a_report_without_its_command_says_it_otherwise(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "cw"}))
    del report["info"]["rerun_options"]
    write(tmp_path / "r.json", report)
    options = options_of(read_outlines(tmp_path / "r.json", "r.json"), "r.json")
    assert (options["method"], options["prompt"], options["split"]) == ("string_match", "answer_letter", "test")


def test_a_whole_run_alone_has_a_limit(tmp_path: Path) -> None:
    write(tmp_path / "r.json", report_of(samples_of({"a": "cw"}), missing=1))
    assert "limit" not in options_of(read_outlines(tmp_path / "r.json", "r.json"), "r.json")


def test_items_selected_by_hand_are_no_scope(tmp_path: Path) -> None:
    write(tmp_path / "r.json", report_of(samples_of({"a": "cw"}), by_hand=True))
    with pytest.raises(UsageError, match="selected by hand"):
        options_of(read_outlines(tmp_path / "r.json", "r.json"), "r.json")
