from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.init.files import write_new
from pytest_haerae.errors import UsageError


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    assert write_new({tmp_path / "a" / "b.txt": "가\n", tmp_path / "c.txt": ""}) == 2
    assert (tmp_path / "a" / "b.txt").read_bytes() == "가\n".encode()
    assert write_new({}) == 0


def test_what_came_into_being_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"a\.txt: cannot be written \(File exists\)"):
        write_new({tmp_path / "a.txt": "ours"})
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "mine"
