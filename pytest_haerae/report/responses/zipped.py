"""The members of a zip file, those in zstd too, which Python's own module reads from 3.14 on."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.fields import decoded

_ZSTD = 93
"""Its number in the specification of zip files (APPNOTE 6.3.8)."""
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_MOST = 1 << 30
"""Bytes of a member: a damaged one may promise any number."""


def read_members(path: Path, place: str) -> Mapping[str, Callable[[], str]]:
    """The members of a zip file by their names; each is read where it is called.

    Args:
        path: The file.
        place: What messages begin with.

    Raises:
        UsageError: It is no zip file, or a member cannot be read or is no UTF-8.
    """
    try:
        with ZipFile(path) as file:
            # Of two of one name the later one counts, as for whoever rewrote it.
            infos = {info.filename: info for info in file.infolist()}
    except (OSError, BadZipFile, ValueError) as error:
        raise UsageError(f"{place}: no readable zip file ({error})") from None
    return {name: partial(_text, path, info, f"{place}, {name}") for name, info in infos.items()}


def _text(path: Path, info: ZipInfo, place: str) -> str:
    if info.file_size > _MOST:
        raise UsageError(f"{place}: has more than {_MOST >> 30} GiB")
    try:
        content = _zstd(path, info) if info.compress_type == _ZSTD else _other(path, info)
    except (OSError, BadZipFile, ValueError, EOFError, RuntimeError, struct.error) as error:
        raise UsageError(f"{place}: cannot be read ({error})") from None  # RuntimeError: it needs a password
    return decoded(content, place)


def _other(path: Path, info: ZipInfo) -> bytes:
    import lzma
    import zlib

    try:
        with ZipFile(path) as file:
            return file.read(info)
    except (zlib.error, lzma.LZMAError) as error:
        raise BadZipFile(str(error)) from None


def _zstd(path: Path, info: ZipInfo) -> bytes:
    """A member by the library that reads parquet, which brings zstd along; large ones are in several frames."""
    import zlib

    import pyarrow as arrow

    with path.open("rb") as file:
        file.seek(info.header_offset)
        *_, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(info.header_offset + _LOCAL_HEADER.size + name + extra)
        packed = file.read(info.compress_size)
    with arrow.CompressedInputStream(arrow.BufferReader(packed), "zstd") as stream:
        content: bytes = stream.read(info.file_size + 1)
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise BadZipFile("it is damaged")
    return content
