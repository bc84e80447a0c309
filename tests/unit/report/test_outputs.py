from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.run_config import RunConfig, build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.report.outputs import STEP_SUMMARY, check_outputs, shown, write_outputs
from tests.unit.reports import report_of, samples_of


def config(folder: Path, **options: Any) -> RunConfig:  # noqa: ANN401 - options as typed
    return build_config({"model": "random", "output_file": folder / "report.json", **options}, folder)


@pytest.fixture(autouse=True)
def outside_of_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STEP_SUMMARY, raising=False)


def test_each_named_file_is_written_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = report_of(samples_of({"a": "cw"}))
    files = {"report_html": tmp_path / "a.html", "report_md": tmp_path / "b.md", "baseline_write": tmp_path / "c.json"}
    notes = write_outputs(report, config(tmp_path, **files))
    assert notes == ["page: a.html", "Markdown summary: b.md", "baseline written: c.json"]
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report
    assert (tmp_path / "c.json").read_bytes() == (tmp_path / "report.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.md", "c.json", "report.json"]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"by_hand": True}, "items were selected by hand"),
        ({"min_accuracy": ["0.9"]}, "because of gate min-accuracy"),
        ({"missing": 1}, "because of gate measurable"),
    ],
)
def test_only_a_whole_run_whose_gates_held_becomes_a_baseline(tmp_path: Path, how: dict[str, Any], why: str) -> None:
    path = tmp_path / "base.json"
    (note,) = write_outputs(report_of(samples_of({"a": "cw"}), **how), config(tmp_path, baseline_write=path))
    assert note == f"--baseline-write {path}: not written, {why}"
    assert not path.exists()


def test_the_summary_goes_to_github_where_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv(STEP_SUMMARY, str(summary))
    write_outputs(report_of(samples_of({"a": "cw"})), config(tmp_path, report_md=tmp_path / "b.md"))
    assert summary.read_text(encoding="utf-8") == f"before\n{(tmp_path / 'b.md').read_text(encoding='utf-8')}\n"
    monkeypatch.setenv(STEP_SUMMARY, str(tmp_path / "none" / "summary.md"))
    notes = write_outputs(report_of(samples_of({"a": "cw"})), config(tmp_path, report_md=tmp_path / "b.md"))
    assert notes[-1].endswith("cannot be written (No such file or directory)")


@pytest.mark.parametrize("option", ["output_file", "report_html", "report_md", "baseline_write"])
def test_a_file_that_can_not_be_written_is_found_out_before(tmp_path: Path, option: str) -> None:
    with pytest.raises(UsageError, match=f"^--{option.replace('_', '-')} .*: is a folder; name a file$"):
        check_outputs(config(tmp_path, **{option: tmp_path}))


def test_paths_are_told_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "a" / "b") == Path("a/b")
    assert shown(Path("/elsewhere/b")) == Path("/elsewhere/b")
