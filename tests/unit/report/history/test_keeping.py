from __future__ import annotations

import hashlib
import io
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.report.history import keeping
from pytest_haerae.report.history.folder import kept_runs, part_file, read_lines, run_file
from pytest_haerae.report.history.keeping import Keeper
from pytest_haerae.report.stream import json_pieces, json_text
from tests.unit.kept import keep, run_of
from tests.unit.reports import HOSTILE, hostile, make, report_of, samples_of


def given_back(folder: Path, name: str) -> bytes:
    return b"".join(read_lines(folder, name))


def as_written(report: Any) -> bytes:  # noqa: ANN401 - a report
    return json_text(report).encode("utf-8", "backslashreplace")


@pytest.mark.parametrize("made", [hostile(), make([]), report_of(samples_of({"a": "cwi", "b": "e" * 700}, passages=3))])
def test_a_report_is_given_back_byte_for_byte(tmp_path: Path, made: Any) -> None:  # noqa: ANN401 - a report
    name = keep(tmp_path, made)
    assert name == hashlib.sha256(as_written(made)).hexdigest()
    assert given_back(tmp_path, name) == as_written(made)


def test_questions_are_kept_once(tmp_path: Path) -> None:
    first = keep(tmp_path, run_of(1, "cw" * 300))
    parts = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()}
    second = keep(tmp_path, run_of(2, "wc" * 300))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()} == parts
    assert len({first, second}) == 2
    sizes = [run_file(tmp_path, name).stat().st_size for name in (first, second)]
    assert max(sizes) < len(as_written(run_of(1, "cw" * 300))) / 20
    # Another subset beside it adds its own questions alone.
    keep(tmp_path, report_of(samples_of({"a": "cw" * 300, "b": "c"})))
    assert len({*(tmp_path / "parts").iterdir()} - parts.keys()) == 1


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    name = keep(tmp_path, run_of())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.gz")}
    assert keep(tmp_path, run_of()) == name
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.gz")} == before


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b\x08 nothing", b"whatever"])
def test_damaged_questions_are_written_anew(tmp_path: Path, damage: bytes) -> None:
    name = keep(tmp_path, run_of(1))
    (path,) = (tmp_path / "parts").iterdir()
    path.write_bytes(damage)
    later = keep(tmp_path, run_of(2))
    assert path.with_name(path.name + ".unreadable").read_bytes() == damage
    # The run before is whole again, too.
    assert given_back(tmp_path, name) == as_written(run_of(1))
    assert given_back(tmp_path, later) == as_written(run_of(2))


def test_nothing_is_there_before_it_is_whole(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    pieces = keeper.through(json_pieces(run_of(1, "cw" * 600)))
    for _ in range(1100):
        next(pieces)
    assert kept_runs(tmp_path, pytest.fail) == []
    assert all(path.name.startswith(".") for path in (tmp_path / "runs").iterdir())
    keeper.drop()
    assert list((tmp_path / "runs").iterdir()) == []


def test_its_owner_alone_can_read_what_is_kept(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        keep(tmp_path, run_of())
    finally:
        os.umask(mask)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600] * 2


def test_what_killed_processes_left_is_deleted_a_day_later(tmp_path: Path) -> None:
    old, new = (run_file(tmp_path, f".{name}") for name in ("1-old", "2-new"))
    for path in (old, new):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    os.utime(old, (time.time() - 90_000,) * 2)
    keep(tmp_path, run_of())
    assert (old.exists(), new.exists()) == (False, True)


def test_a_full_disk_costs_the_history_and_not_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "_new_file", full)
    keeper, report = Keeper(tmp_path), run_of()
    assert "".join(keeper.through(json_pieces(report))) == json_text(report)
    assert keeper.keep() is None
    assert keeper.problem is not None
    assert keeper.problem.strerror == "No space left on device"


class Full(io.BufferedIOBase):
    """A file on a disk that is full: nothing of it can be flushed, by closing neither."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        path.touch()

    def write(self, content: object) -> int:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_disk_that_fills_up_costs_the_history_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_new_file", lambda folder: Full(tmp_path / "begun"))
    keeper, report = Keeper(tmp_path), run_of()
    assert "".join(keeper.through(json_pieces(report))) == json_text(report)
    assert keeper.keep() is None
    assert keeper.problem is not None
    assert not (tmp_path / "begun").exists()


def test_two_at_once_keep_both(tmp_path: Path) -> None:
    reports = [run_of(day, "cwi" * 200) for day in range(1, 7)]
    threads = [threading.Thread(target=keep, args=(tmp_path, report)) for report in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = kept_runs(tmp_path, pytest.fail)
    assert [given_back(tmp_path, run.name) for run in found] == [as_written(report) for report in reports[::-1]]
    assert [path for path in tmp_path.rglob("*") if path.name.startswith(".") or "unreadable" in path.name] == []


def test_half_a_surrogate_pair_stays_as_it_is_written(tmp_path: Path) -> None:
    assert "\ud800" in HOSTILE
    name = keep(tmp_path, hostile())
    assert b"\\ud800" in given_back(tmp_path, name)
    assert all(
        path.exists() for path in [part_file(tmp_path, path.name[:-3]) for path in (tmp_path / "parts").iterdir()]
    )
