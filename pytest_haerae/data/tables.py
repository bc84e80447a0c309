"""Rows of .jsonl, .json, .csv, .tsv and .parquet files, with their places and their texts in NFC."""

from __future__ import annotations

import codecs
import json
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pytest_haerae.data.cells import class_names, composed, nfc, with_names
from pytest_haerae.data.json_files import read_json, read_jsonl
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.separated import read_separated
from pytest_haerae.errors import UsageError

PlacedDict = tuple[RowPlace, dict[str, Any]]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a table's rows.

    Raises:
        UsageError: As `read_placed_rows`.
    """
    for _, row in read_placed_rows(path):
        yield row


def read_placed_rows(path: Path) -> Iterator[PlacedDict]:
    """Read a table's rows with their places.

    Raises:
        UsageError: The file is not readable as its ending says, or a row is malformed; line and column are named where
            known.
    """
    try:
        yield from READERS[path.suffix.lower()](path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from None


def read_text(path: Path) -> str:
    """A text file's content in NFC, without a byte order mark.

    Raises:
        UsageError: It is no UTF-8.
        OSError: It cannot be read.
    """
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError(f"{path}: UTF-16, not UTF-8 (byte 0); save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        korean = "; it looks like CP949, as Korean Excel writes it" if _is_cp949(content) else ""
        excel = " (in Excel the file type CSV UTF-8; or by iconv -f cp949 -t utf-8)" if korean else ""
        raise UsageError(f"{path}: not UTF-8 (byte {error.start}){korean}; save it as UTF-8{excel}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{path}, line {line}: has NUL characters, as UTF-16 has; take them out, or save it as UTF-8")
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    # Line by line, as most lines are, which is told ten times sooner than it is made so.
    return "\n".join([line if unicodedata.is_normalized("NFC", line) else nfc(line) for line in text.split("\n")])


def _is_cp949(content: bytes) -> bool:
    try:
        return any("가" <= sign <= "힣" for sign in content.decode("cp949"))
    except UnicodeDecodeError:
        return False


def _read_text_rows(reader: Callable[[str, Path], Iterator[PlacedDict]], path: Path) -> Iterator[PlacedDict]:
    return reader(read_text(path), path)


def _read_parquet(path: Path) -> Iterator[PlacedDict]:
    import pyarrow as arrow
    from pyarrow import parquet

    number, source = 0, str(path)
    try:
        file = parquet.ParquetFile(path)
        names = [nfc(name) for name in file.schema_arrow.names]
        repeated = next((name for name in names if names.count(name) > 1), None)
        if repeated is not None:
            raise UsageError(f"{path}: has the column '{repeated}' twice")
        classes = {name: class_names(each) for name, each in _features(file.schema_arrow.metadata).items()}
        for batch in file.iter_batches():
            columns = [
                _composed_column(with_names(column.to_pylist(), classes.get(name)))
                for name, column in zip(names, batch.columns, strict=True)
            ]
            for values in zip(*columns, strict=True):
                number += 1
                yield RowPlace(source, number), dict(zip(names, values, strict=True))
    except UnicodeDecodeError:
        raise UsageError(f"{path}, row {number + 1} or a later one: a text is not UTF-8") from None
    except arrow.ArrowException as error:
        raise UsageError(f"{path}: no readable parquet file ({str(error).splitlines()[0]})") from None


def _features(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    """What `datasets` says of the columns of a file that it wrote; empty for any other file."""
    try:
        found = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        return {nfc(name): each for name, each in found.items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}


def _composed_column(values: list[Any]) -> list[Any]:
    """A column's values in NFC; most columns are all text and in NFC, which one look at all of it tells."""
    try:
        if unicodedata.is_normalized("NFC", "\n".join(values)):
            return values
    except TypeError:
        pass
    return [composed(value) for value in values]


READERS: dict[str, Callable[[Path], Iterator[PlacedDict]]] = {
    ".jsonl": partial(_read_text_rows, read_jsonl),
    ".json": partial(_read_text_rows, read_json),
    ".csv": partial(_read_text_rows, partial(read_separated, separator=",")),
    ".tsv": partial(_read_text_rows, partial(read_separated, separator="\t")),
    ".parquet": _read_parquet,
}
"""One reader a file ending."""
