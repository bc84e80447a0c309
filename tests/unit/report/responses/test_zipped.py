from __future__ import annotations

import struct
import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pyarrow
import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.zipped import read_members

TEXT = '{"가": "나"}' * 1000


def zstd_zip(path: Path, name: str, text: str, *, frames: int = 1) -> Path:
    """A zip file with one member compressed by zstd, which Python's own module writes from 3.14 on."""
    content = text.encode()
    size = -(-len(content) // frames)
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    packed = b"".join(pyarrow.compress(piece, codec="zstd", asbytes=True) for piece in pieces)
    called, check = name.encode(), zlib.crc32(content)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 63, 0x800, 93, 0, 0, check, len(packed), len(content), len(called), 4)
    central = struct.pack(
        "<4s6H3I5H2I",
        b"PK\1\2",
        63,
        63,
        0x800,
        93,
        0,
        0x21,
        check,
        len(packed),
        len(content),
        len(called),
        *[0] * 4,
        0,
        0,
    )
    start = len(local) + len(called) + 4 + len(packed)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central) + len(called), start, 0)
    path.write_bytes(local + called + b"\0" * 4 + packed + central + called + end)
    return path


@pytest.mark.parametrize("kind", [ZIP_STORED, ZIP_DEFLATED])
def test_members_are_read_when_they_are_asked_for(tmp_path: Path, kind: int) -> None:
    with ZipFile(tmp_path / "a.zip", "w", kind) as file:
        file.writestr("a.json", TEXT)
        file.writestr("b.json", b"\xff")
    members = read_members(tmp_path / "a.zip", "--responses a.zip")
    assert list(members) == ["a.json", "b.json"]
    assert members["a.json"]() == TEXT
    with pytest.raises(UsageError, match=r"--responses a\.zip, b\.json: not UTF-8 \(byte 0\)"):
        members["b.json"]()


@pytest.mark.parametrize("frames", [1, 3])
def test_zstd_is_read_on_every_python(tmp_path: Path, frames: int) -> None:
    members = read_members(zstd_zip(tmp_path / "a.zip", "a.json", TEXT, frames=frames), "a.zip")
    assert members["a.json"]() == TEXT


@pytest.mark.parametrize("place", [60, -90])
def test_a_damaged_member_is_named(tmp_path: Path, place: int) -> None:
    path = zstd_zip(tmp_path / "a.zip", "a.json", TEXT)
    content = bytearray(path.read_bytes())
    content[place if place > 0 else 50] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"a\.zip, a\.json: cannot be read \("):
        read_members(path, "a.zip")["a.json"]()


def test_a_damaged_deflated_member_is_named(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w", ZIP_DEFLATED) as file:
        file.writestr("a.json", TEXT)
    content = bytearray((tmp_path / "a.zip").read_bytes())
    content[40:44] = b"\xff" * 4
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(UsageError, match=r"a\.json: cannot be read \("):
        read_members(tmp_path / "a.zip", "a.zip")["a.json"]()


def test_the_later_one_of_two_counts(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("a.json", "1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("a.json", "2")
    assert read_members(tmp_path / "a.zip", "a.zip")["a.json"]() == "2"
