"""The images of a row: by a path beside the data file, an address, a ``data:`` URL, or their bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytest_haerae.data.cells import is_missing, plain
from pytest_haerae.data.fields import Row
from pytest_haerae.data.literals import parse_literal
from pytest_haerae.data.places import RowPlace
from pytest_haerae.images import LARGEST, Image, image_of
from pytest_haerae.redact import redact_text

_COLUMN = re.compile(r"(?:images?|이미지|그림)(?:[ _#-]?\d+)?", re.IGNORECASE)
"""The names of columns that have images: ``image``, ``images``, ``image_1``."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_DATA_URL = re.compile(r"data:(?P<kind>[\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*;base64,", re.IGNORECASE)
_BYTES, _PATH = "bytes", "path"
"""The parts of an image as `datasets` stores it."""


def image_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of a row's columns that have images, in the row's order."""
    return tuple(name for name in names if _COLUMN.fullmatch(name.strip()))


def read_images(row: Row, columns: Iterable[str], place: RowPlace) -> tuple[Image, ...]:
    """The images of a row; an empty cell has none, a list has several.

    Raises:
        UsageError: A cell has something else, or a file that may not be read or is no image.
    """
    return tuple(image for column in columns for image in _of_cell(row.get(column), column, place))


def _of_cell(value: Any, column: str, place: RowPlace) -> Iterator[Image]:  # noqa: ANN401 - a cell
    value = plain(value)
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = parse_literal(value.strip())
        except ValueError:
            raise place.error(column, f"{_short(value)} is no list of images") from None
    for each in value if isinstance(value, list | tuple) else [value]:
        if not is_missing(each):
            yield _read(each, column, place)


def _read(value: Any, column: str, place: RowPlace) -> Image:  # noqa: ANN401 - a cell, or a part of one
    if isinstance(value, Mapping) and value.get(_BYTES) is None and isinstance(value.get(_PATH), str):
        value = value[_PATH]
    try:
        if isinstance(value, Mapping) and isinstance(value.get(_BYTES), bytes):
            name = value.get(_PATH)
            content = value[_BYTES]
            return image_of(Path(name).name if isinstance(name, str) and name else column, content, content)
        if isinstance(value, bytes):
            return image_of(column, value, value)
        if isinstance(value, str):
            return _of_text(value.strip(), column, place)
    except ValueError as error:
        raise place.error(column, str(error)) from None
    kind = type(value).__name__
    words = f"is of type {kind}; give a path, an http(s) address, a data: URL, or the bytes as datasets stores them"
    raise place.error(column, words)


def _of_text(text: str, column: str, place: RowPlace) -> Image:
    if _ADDRESS.match(text):
        if not _has_host(text):
            raise ValueError(f"{_short(text)} is an address without a host")
        return Image(redact_text(text), hashlib.sha256(text.encode()).hexdigest(), "", 0, text)
    if text[:5].lower() == "data:":
        content = _decoded(text)
        return image_of(column, content, content)
    path = _path(text, place)
    if path.stat().st_size > LARGEST:  # before it is read
        raise ValueError(
            f"{path.name} has {path.stat().st_size / (1 << 20):.1f} MiB, and {LARGEST >> 20} MiB is the most"
        )
    try:
        return image_of(path.name, path.read_bytes(), path)
    except OSError as error:
        raise ValueError(f"{_short(text)} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{_short(text)} {error}") from None


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False


def _decoded(text: str) -> bytes:
    match = _DATA_URL.match(text)
    if match is None or not (match["kind"] or "image/").lower().startswith("image/"):
        raise ValueError(f"{_short(text)} is no data: URL of an image, such as data:image/png;base64,…")
    try:
        return base64.b64decode(text[match.end() :], validate=True)
    except binascii.Error:
        raise ValueError(f"{_short(text)} is no base64 behind its comma") from None


def _path(text: str, place: RowPlace) -> Path:
    """The file that a row names. It lies in the data file's folder or below: data may come from anywhere."""
    source = Path(place.source)
    if not source.is_file():
        raise ValueError(f"{_short(text)} is a path, and these rows are in no folder: give the bytes or an address")
    folder = source.parent.resolve()
    try:
        path = (folder / text).resolve()
        inside, there = path.is_relative_to(folder), path.is_file()
    except (OSError, ValueError):  # a name that is too long, or has a NUL
        inside, there = True, False
    if not inside or Path(text).is_absolute():
        raise ValueError(f"{_short(text)} lies outside of the data file's folder {folder}")
    if not there:
        raise ValueError(f"there is no file {_short(text)} in {folder}")
    return path


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}…")  # noqa: PLR2004 - of a line
