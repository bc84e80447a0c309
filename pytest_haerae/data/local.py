"""Data sets in a local folder or file; the embedded sample is one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_haerae.data.cells import nfc
from pytest_haerae.data.json_files import holds_rows
from pytest_haerae.data.paths import from_here
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.tables import READERS, read_placed_rows, read_text
from pytest_haerae.errors import UsageError

SPLITS = ("train", "dev", "validation", "valid", "val", "test")
SAMPLE = "sample"
"""The name of the questions that come with the package."""
SAMPLE_FOLDER = Path(__file__).parent / "sample"

_SPLIT_SUFFIX = re.compile(rf"^(?P<subset>.+)[-_.](?P<split>{'|'.join(SPLITS)})$")
_HUB_SHARD = re.compile(r"^(?P<stem>.+?)-\d{5}-of-(?P<count>\d{5})(?:-[0-9a-f]+)?$")
_NO_DATA = ("__MACOSX", "__pycache__", "node_modules")
"""Folders that hold no data, beside the hidden ones."""


class LocalDataset:
    """Files below a folder, or one file: a subset each.

    The subset and the split are read from names: ``<subset>.csv``, ``<subset>-<split>.csv``, ``<subset>_<split>.csv``
    or ``<subset>/<split>.csv``. A file without a split in its name serves every split. Hidden files and folders, such
    as an editor's checkpoints, are passed over.

    Attributes:
        name: The folder or file as the user named it.
        path: Where it is.
        revision: None; the content's fingerprint stands for it.
    """

    revision: str | None = None

    def __init__(self, path: Path, split: str, name: str) -> None:
        self.name = name
        self.path = path
        self.split = split
        self._files = _files_by_subset(path, split)

    def subsets(self) -> tuple[str, ...]:
        """The subsets' names, sorted."""
        return tuple(sorted(self._files))

    def source(self, subset: str) -> str:
        """The file that a subset's rows come from, for messages."""
        return str(from_here(self._files[subset][0]))

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        """The rows of one subset, in the file's order."""
        for _, row in self.placed_rows(subset):
            yield row

    def placed_rows(self, subset: str) -> Iterator[tuple[RowPlace, dict[str, Any]]]:
        """The rows of one subset, in the file's order, each with its file, row and line."""
        for path in self._files[subset]:
            yield from read_placed_rows(from_here(path))


@dataclass(frozen=True, slots=True)
class _Named:
    """What a file's name says: its subset, its split, and of what shards it is one."""

    subset: str
    split: str | None
    shards: str | None


def _files_by_subset(path: Path, split: str) -> dict[str, list[Path]]:
    if path.is_file():
        if path.suffix.lower() not in READERS:
            excel = "; save the sheet as CSV UTF-8" if path.suffix.lower() in (".xlsx", ".xls") else ""
            raise UsageError(f"dataset {from_here(path)}: not one of the file kinds {', '.join(READERS)}{excel}")
        return {_read_name(path, path.parent).subset: [path]}
    found: dict[str, list[Path]] = {}
    splits: set[str] = set()
    for file in _tables_below(path):
        named = _read_name(file, path)
        splits.add(named.split or split)
        if named.split not in (None, split):
            continue
        files = found.setdefault(named.subset, [])
        if files and not (named.shards and named.shards == _read_name(files[0], path).shards):
            both = " and ".join(str(each.relative_to(path)) for each in (files[0], file))
            raise UsageError(
                f"dataset {from_here(path)}: {both} are both the subset '{named.subset}'; rename or remove one"
            )
        files.append(file)
    if not found:
        if splits:
            raise UsageError(f"dataset {from_here(path)}: no split '{split}'; there is {', '.join(sorted(splits))}")
        raise UsageError(f"dataset {from_here(path)}: the folder has no file of the kinds {', '.join(READERS)}")
    return found


def _tables_below(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if file.suffix.lower() not in READERS or any(part.startswith(".") or part in _NO_DATA for part in parts):
            continue
        # Many a .json beside the data describes something else: a package, a model, what a repository holds.
        if file.is_file() and (file.suffix.lower() != ".json" or _is_table(file)):
            yield file


def _is_table(file: Path) -> bool:
    try:
        return holds_rows(read_text(file))
    except (OSError, UsageError):
        return True  # It is refused in words where it is read.


def _read_name(file: Path, top: Path) -> _Named:
    stem, folder = nfc(file.stem), nfc(file.parent.name)
    shard = _HUB_SHARD.match(stem)
    shards = f"{file.parent}/{shard['stem']}/{shard['count']}{file.suffix}" if shard else None
    stem = shard["stem"] if shard else stem
    if stem in SPLITS and file.parent != top:
        return _Named(folder, stem, shards)
    match = _SPLIT_SUFFIX.match(stem)
    return _Named(match["subset"], match["split"], shards) if match else _Named(stem, None, shards)
