from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.history.folder import given_back, kept_runs, named_run, run_file, write_back
from pytest_haerae.report.stream import json_text
from tests.unit.kept import keep, run_of


def test_runs_are_listed_the_newest_first(tmp_path: Path) -> None:
    names = [keep(tmp_path, run_of(day)) for day in (2, 1, 3)]
    found = kept_runs(tmp_path, pytest.fail)
    assert [run.name for run in found] == [names[2], names[0], names[1]]
    assert found[0].info == run_of(3)["info"]
    assert found[0].metrics == run_of(3)["metrics"]
    assert kept_runs(tmp_path / "none", pytest.fail) == []


@pytest.mark.parametrize("damage", ["empty", "cut", "byte", "other", "no_report"])
def test_what_cannot_be_read_is_set_aside(tmp_path: Path, damage: str) -> None:
    kept, name = keep(tmp_path, run_of(1)), keep(tmp_path, run_of(2))
    path = run_file(tmp_path, name)
    content = path.read_bytes()
    beginning = content.index(b"\x1f\x8b", 2)
    path.write_bytes(
        {
            "empty": b"",
            "cut": content[: beginning - 9],
            "byte": content[:100] + bytes([content[100] ^ 1]) + content[101:],
            "other": b"PK\x03\x04" + content,
            "no_report": content[beginning:],
        }[damage]
    )
    told: list[str] = []
    assert [run.name for run in kept_runs(tmp_path, told.append)] == [kept]
    (line,) = told
    assert line.startswith(f"{path}: damaged (")
    assert line.endswith("; it is set aside, and this run is left out")
    assert not path.exists()
    assert path.with_name(path.name + ".unreadable").exists()
    assert [run.name for run in kept_runs(tmp_path, pytest.fail)] == [kept]


@pytest.mark.parametrize("damage", ["cut", "byte", "part", "no_part"])
def test_damage_behind_the_beginning_is_found_when_it_is_read(tmp_path: Path, damage: str) -> None:
    name = keep(tmp_path, run_of(1, "cw" * 50))
    path = run_file(tmp_path, name)
    (part,) = (tmp_path / "parts").iterdir()
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-40])
    elif damage == "byte":
        path.write_bytes(content[:-60] + bytes([content[-60] ^ 4]) + content[-59:])
    elif damage == "part":
        part.write_bytes(content)
    else:
        part.unlink()
    (run,) = kept_runs(tmp_path, pytest.fail)
    target = tmp_path / "back.json"
    target.write_text("before", encoding="utf-8")
    with pytest.raises(UsageError, match=r"damaged \(.*it is set aside"):
        write_back(tmp_path, run.name, target)
    assert target.read_text(encoding="utf-8") == "before"
    assert kept_runs(tmp_path, pytest.fail) == []


def test_who_only_looks_leaves_what_is_damaged(tmp_path: Path) -> None:
    kept, name = keep(tmp_path, run_of(1)), keep(tmp_path, run_of(2))
    run_file(tmp_path, name).write_bytes(b"")
    before = sorted(tmp_path.rglob("*"))
    assert [run.name for run in kept_runs(tmp_path, pytest.fail, only_look=True)] == [kept]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_report_is_given_back_for_a_while(tmp_path: Path) -> None:
    name = keep(tmp_path, run_of())
    with given_back(tmp_path, name) as path:
        assert path.read_text(encoding="utf-8") == json_text(run_of())
    assert not path.exists()


def test_a_run_is_named_by_the_beginning_of_its_hash(tmp_path: Path) -> None:
    names = [keep(tmp_path, run_of(day)) for day in (1, 2)]
    assert [named_run(tmp_path, name[:12].upper()) for name in names] == names
    for typed in ("", "abc", "zzzz", "../../x", "*"):
        with pytest.raises(UsageError, match="has no such run"):
            named_run(tmp_path, typed)
    twin = names[0][:8] + names[1][8:]
    run_file(tmp_path, twin).write_bytes(b"")
    with pytest.raises(UsageError, match="2 runs begin so"):
        named_run(tmp_path, names[0][:8])


def test_other_files_are_nobodys_runs(tmp_path: Path) -> None:
    keep(tmp_path, run_of())
    (tmp_path / "runs" / "notes.gz").write_bytes(b"mine")
    assert len(kept_runs(tmp_path, pytest.fail)) == 1
    assert (tmp_path / "runs" / "notes.gz").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (b"history 1\n", b"history 2\n"),
        (b'"schema_version": 2', b'"schema_version": 3'),
        (b'"method": "string_match"', b'"method": "a_newer_one"'),
    ],
)
def test_what_another_version_wrote_stays(tmp_path: Path, then: bytes, now: bytes) -> None:
    name = keep(tmp_path, run_of())
    path = run_file(tmp_path, name)
    text = gzip.decompress(path.read_bytes()).replace(then, now)
    beginning, samples = text.split(b'"samples": ')
    path.write_bytes(gzip.compress(beginning + b'"samples": ') + gzip.compress(samples))
    told: list[str] = []
    assert kept_runs(tmp_path, told.append) == []
    assert told == [f"{path}: of another version of pytest-haerae; this run is left out"]
    assert path.exists()
