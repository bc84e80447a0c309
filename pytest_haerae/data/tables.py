"""Rows of .jsonl, .csv, .tsv and .parquet files, read one by one."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a table's rows.

    Raises:
        UsageError: The file is not readable as its ending says; line and column are named where known.
    """
    try:
        yield from READERS[path.suffix.lower()](path)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from None


def _read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(f"{path}: malformed JSON at line {number} column {error.colno}: {error.msg}") from None
            if not isinstance(row, dict):
                raise UsageError(f"{path}: line {number} is no JSON object")
            yield row


def _read_separated(separator: str) -> Callable[[Path], Iterator[dict[str, Any]]]:
    def read(path: Path) -> Iterator[dict[str, Any]]:
        # Questions with long passages exceed the csv module's default limit of 128 KiB a field.
        csv.field_size_limit(1 << 30)
        with path.open(encoding="utf-8-sig", newline="") as file:
            try:
                yield from csv.DictReader(file, delimiter=separator)
            except csv.Error as error:
                raise UsageError(f"{path}: malformed table ({error})") from None

    return read


def _read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as arrow
    from pyarrow import parquet

    try:
        for batch in parquet.ParquetFile(path).iter_batches():
            yield from batch.to_pylist()
    except arrow.ArrowInvalid as error:
        raise UsageError(f"{path}: no readable parquet file ({str(error).splitlines()[0]})") from None


READERS: dict[str, Callable[[Path], Iterator[dict[str, Any]]]] = {
    ".jsonl": _read_jsonl,
    ".csv": _read_separated(","),
    ".tsv": _read_separated("\t"),
    ".parquet": _read_parquet,
}
"""One reader a file ending."""
