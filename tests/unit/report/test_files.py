from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.files import check_writable, write_report, write_text
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
