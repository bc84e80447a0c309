from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.files import (
    check_writable,
    is_page,
    is_report,
    is_summary,
    replacing,
    same_file,
    write_report,
    write_text,
)
from pytest_haerae.report.show.html import make_page
from pytest_haerae.report.show.markdown import render_markdown
from tests.unit.reports import make, sample


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_report_is_as_readable_as_any_file_of_the_user(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_report(make([sample(0)]), tmp_path / "report.json")
        assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == mode
        assert os.umask(mask) == mask
    finally:
        os.umask(before)


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")

    def pieces() -> Iterator[str]:
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_text(pieces(), path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_half_of_a_surrogate_pair_is_written_as_json_means_it(tmp_path: Path) -> None:
    report = make([sample(0, raw_output="a\ud800b")])
    write_report(report, tmp_path / "new" / "report.json")
    assert json.loads((tmp_path / "new" / "report.json").read_text(encoding="utf-8")) == report


def test_a_full_disk_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(UsageError, match=r"cannot be written \(No space left on device\); the answers are stored"):
        write_text("new", tmp_path / "report.json")


def test_what_can_not_be_written_is_found_out_before_the_run(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "report.json")
    with pytest.raises(UsageError, match=r"^--csv .*: is a folder; name a file$"):
        check_writable(tmp_path, "--csv")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"^--output-file .*: the folder cannot be written \("):
        check_writable(tmp_path / "file" / "report.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "new"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_report_stays_as_readable_as_the_one_before_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "report.json"
    path.touch(mode)
    path.chmod(mode)
    write_report(make([sample(0)]), path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_an_exported_file_is_as_readable_as_any_file_of_the_user(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        with replacing(tmp_path / "rows.csv") as new:
            new.write_text("rows", encoding="utf-8")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "rows.csv").stat().st_mode) == 0o666 & ~mask


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to("far")
    (tmp_path / "report.json").symlink_to("near/report.json")
    write_text("new", tmp_path / "report.json")
    assert (tmp_path / "report.json").is_symlink()
    assert (tmp_path / "far" / "report.json").read_text(encoding="utf-8") == "new"


def test_a_pipe_is_written_through_and_one_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    check_writable(pipe)
    with pytest.raises(UsageError, match=r"cannot be written \(No such device or address\)"):
        write_text("new", pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(["new", " text \ud83d"], pipe)
        assert os.read(reading, 100) == b"new text \\ud83d"
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("by_link", [False, True])
def test_a_device_is_written_through(tmp_path: Path, by_link: bool) -> None:
    null, full = Path("/dev/null"), Path("/dev/full")
    if by_link:
        for name in ("null", "full"):
            (tmp_path / name).symlink_to(f"/dev/{name}")
        null, full = tmp_path / "null", tmp_path / "full"
    check_writable(null)
    write_text("gone", null)
    with pytest.raises(UsageError, match="cannot be written"):
        write_text("x" * 10_000, full)
    assert stat.S_ISCHR(null.stat().st_mode)
    assert stat.S_ISCHR(full.stat().st_mode)


def test_what_a_process_has_open_is_appended_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with path.open("w+", encoding="utf-8") as file:
        file.write("before ")
        file.flush()
        write_text("new", Path(f"/dev/fd/{file.fileno()}"))
        assert path.read_text(encoding="utf-8") == "before new"
        assert path.stat().st_ino == os.fstat(file.fileno()).st_ino


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        with pytest.raises(UsageError, match=r"^--csv s: is a socket; name a file$"):
            check_writable(Path("s"), "--csv")


@pytest.mark.parametrize(
    ("is_earlier", "ours", "foreign"),
    [
        (is_report, '{\n "schema_version": 1,\n "metrics": {}', '[{"question": "metrics"}]'),
        (
            is_report,
            '{"info": {}, "metrics": {}, "samples": [' + " " * 5000 + '], "schema_version": 1}',
            '{"metrics": 1}',
        ),
        (is_report, '\ufeff {"schema_version": 2, "metrics": 1}', 'question,"schema_version","metrics","samples"'),
        (is_page, make_page(make([sample(0)])), "<!DOCTYPE html><title>another</title>"),
        (is_summary, render_markdown(make([sample(0)])), "# README"),
    ],
)
def test_only_an_earlier_file_of_the_same_kind_is_written_over(
    tmp_path: Path, is_earlier: Callable[[bytes, Path], bool], ours: str, foreign: str
) -> None:
    path = tmp_path / "file"
    check_writable(path, "--out", is_earlier)
    for text in ("", ours):
        path.write_text(text, encoding="utf-8")
        check_writable(path, "--out", is_earlier)
    path.write_text(foreign, encoding="utf-8")
    with pytest.raises(UsageError, match=r"^--out .*: this file is no earlier one of pytest-haerae and is not written"):
        check_writable(path, "--out", is_earlier)
    check_writable(path, "--out")


def test_one_file_is_known_by_all_its_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a", encoding="utf-8")
    (tmp_path / "hard").hardlink_to(tmp_path / "a")
    (tmp_path / "soft").symlink_to("a")
    (tmp_path / "dangling").symlink_to("later")
    (tmp_path / "folder").symlink_to(".")
    for one, other in (("a", "hard"), ("a", "soft"), ("a", "folder/a"), ("later", "dangling"), ("new", "folder/new")):
        assert same_file(tmp_path / one, tmp_path / other), (one, other)
        assert same_file(tmp_path / other, tmp_path / one), (one, other)
    for one, other in (("a", "b"), ("new", "newer"), ("a", "folder"), ("folder/x", "x2")):
        assert not same_file(tmp_path / one, tmp_path / other), (one, other)
    (tmp_path / "Case").mkdir()
    assert not same_file(tmp_path / "Case/new", tmp_path / "Case/NEW")
    (tmp_path / "cASE").symlink_to("Case")
    assert same_file(tmp_path / "Case/new", tmp_path / "Case/NEW"), "as on a disk that takes both for one"
