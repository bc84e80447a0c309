from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.run_config import RunConfig, build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.report.history import keeping
from pytest_haerae.report.outputs import STEP_SUMMARY, check_data, check_outputs, shown, write_outputs
from pytest_haerae.types import DataKey
from tests.unit.report.history.test_keeping import Full
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


OPTIONS = ["output_file", "report_html", "report_md", "baseline_write"]
FLAGS = {name: f"--{name.replace('_', '-')}" for name in OPTIONS}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("how", ["itself", "hard link", "symbolic link", "another way"])
@pytest.mark.parametrize("read", ["dataset", "baseline"])
def test_nothing_is_written_over_what_is_read(tmp_path: Path, option: str, how: str, read: str) -> None:
    source = tmp_path / "data.json"
    source.write_text("kept", encoding="utf-8")
    named = {"itself": source, "another way": tmp_path / "folder" / ".." / "data.json"}.get(
        how, tmp_path / "named.json"
    )
    (tmp_path / "folder").mkdir()
    if how == "hard link":
        named.hardlink_to(source)
    elif how == "symbolic link":
        named.symlink_to(source.name)
    flag = {"dataset": "--dataset", "baseline": "--baseline"}[read]
    with pytest.raises(UsageError, match=rf"^{FLAGS[option]} .*: would write over what is .*\({flag}\); "):
        check_outputs(config(tmp_path, **{option: named, read: str(source)}))
    assert source.read_text(encoding="utf-8") == "kept"


def test_the_default_report_does_not_replace_the_baseline_it_is_held_to(tmp_path: Path) -> None:
    """A5: the second run would pass against the report of the first, which failed."""
    default = build_config({"model": "random", "baseline": str(tmp_path / ".haerae/report.json")}, tmp_path)
    default.baseline.parent.mkdir()  # type: ignore[union-attr] # it is named
    (tmp_path / ".haerae/report.json").write_text("{}", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"--output-file .*: would write over what is read \(--baseline\); keep the base"
    ):
        check_outputs(default)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_nothing_is_written_over_the_store(tmp_path: Path, option: str, suffix: str) -> None:
    options = {"store": tmp_path / "s.sqlite", option: tmp_path / f"s.sqlite{suffix}"}
    with pytest.raises(UsageError, match=rf"^{FLAGS[option]} .*: is where responses are stored \(--store\)"):
        check_outputs(config(tmp_path, **options))


@pytest.mark.parametrize("read", ["dataset", "baseline"])
def test_the_store_is_not_opened_over_what_is_read(tmp_path: Path, read: str) -> None:
    (tmp_path / "data.json").write_text("kept", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^--store .*: would write over what is"):
        check_outputs(config(tmp_path, store=tmp_path / "data.json", **{read: str(tmp_path / "data.json")}))


@pytest.mark.parametrize("first", OPTIONS)
@pytest.mark.parametrize("second", OPTIONS)
def test_two_outputs_need_two_files(tmp_path: Path, first: str, second: str) -> None:
    if OPTIONS.index(first) < OPTIONS.index(second):
        with pytest.raises(UsageError, match=rf"^{FLAGS[second]} .*: is the file of {FLAGS[first]}, too; name two$"):
            check_outputs(config(tmp_path, **{first: tmp_path / "a", second: tmp_path / "." / "a"}))


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize(
    "name", ["test_mine.py", "pyproject.toml", "questions.csv", "model.gguf", "notes.md", "data.json"]
)
def test_a_foreign_file_is_not_written_over(tmp_path: Path, option: str, name: str) -> None:
    (tmp_path / name).write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"^{FLAGS[option]} .*{name}: this file is no earlier one of pytest-haerae"):
        check_outputs(config(tmp_path, **{option: tmp_path / name}))


def test_the_files_of_an_earlier_run_are_written_over(tmp_path: Path) -> None:
    files = {"report_html": tmp_path / "a.html", "report_md": tmp_path / "b.md", "baseline_write": tmp_path / "c.json"}
    for _ in range(2):
        check_outputs(config(tmp_path, **files))
        write_outputs(report_of(samples_of({"a": "cw"})), config(tmp_path, **files))


def test_a_file_of_the_sessions_other_plugins_is_held_to_the_same(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text("{}", encoding="utf-8")
    named = config(tmp_path, dataset=str(tmp_path / "data.jsonl"))
    for path, words in (
        (named.output_file, "is the file of --output-file, too"),
        (Path(named.dataset), "would write over"),
    ):
        with pytest.raises(UsageError, match=f"^--junitxml .*: {words}"):
            check_outputs(named, {"--junitxml": path})
    check_outputs(named, {"--junitxml": tmp_path / "junit.xml"})


def test_weights_and_a_suites_own_questions_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^--output-file .*: would write over what is read \(--model-params\)"):
        check_outputs(
            config(tmp_path, output_file=tmp_path / "w.json", model_params={"path": str(tmp_path / "w.json")})
        )
    for option in ("output_file", "store"):
        with pytest.raises(
            UsageError, match=r"^--[a-z-]+ .*: would write over what is the data set; name another file$"
        ):
            check_data(config(tmp_path, **{option: tmp_path / "w.json"}), [DataKey("w.json", str(tmp_path))])
    check_data(config(tmp_path), [DataKey("w.json", str(tmp_path)), DataKey("haerae_bench")])


def test_half_of_a_surrogate_pair_does_not_end_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STEP_SUMMARY, str(tmp_path / "summary.md"))
    report = report_of(samples_of({"a\ud83d": "cw"}))
    report["samples"][1]["prediction"] = "b\ud83d"
    write_outputs(report, config(tmp_path, report_md=tmp_path / "b.md", report_html=tmp_path / "c.html"))
    for name in ("summary.md", "b.md"):
        assert "a\\\\ud83d" in (tmp_path / name).read_text(encoding="utf-8")
    assert "ud83d" in (tmp_path / "c.html").read_text(encoding="utf-8")


def test_a_summary_that_is_githubs_own_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STEP_SUMMARY, str(tmp_path / "summary.md"))
    write_outputs(report_of(samples_of({"a": "cw"})), config(tmp_path, report_md=tmp_path / "summary.md"))
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").count("## pytest-haerae") == 1


def test_on_a_full_disk_the_reports_own_error_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_new_file", lambda folder: Full(tmp_path / "begun"))
    config = build_config({"model": "random", "output_file": "/dev/full"}, tmp_path)
    with pytest.raises(UsageError, match=r"^/dev/full: cannot be written \(No space left on device\)"):
        write_outputs(report_of(samples_of({"a": "c"})), config, whole=True)
    assert not (tmp_path / "begun").exists()


def test_on_a_full_disk_of_the_history_all_else_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_new_file", lambda folder: Full(tmp_path / "begun"))
    names = {"output_file": "r.json", "report_html": "r.html", "report_md": "r.md", "baseline_write": "b.json"}
    raw = {name: str(tmp_path / file) for name, file in names.items()}
    notes = write_outputs(
        report_of(samples_of({"a": "c"})), build_config({"model": "random", **raw}, tmp_path), whole=True
    )
    assert notes[0].startswith("not kept in the history (No space left on device): ")
    assert all((tmp_path / file).exists() for file in names.values())
