"""Data sets in a local folder or file; the embedded sample is one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_haerae.data.tables import READERS, read_rows
from pytest_haerae.errors import UsageError

SPLITS = ("train", "dev", "validation", "valid", "val", "test")
SAMPLE = "sample"
"""The name of the questions that come with the package."""
SAMPLE_FOLDER = Path(__file__).parent / "sample"

_SPLIT_SUFFIX = re.compile(rf"^(?P<subset>.+)[-_.](?P<split>{'|'.join(SPLITS)})$")
_HUB_SHARD = re.compile(r"^(?P<stem>.+?)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?$")


class LocalDataset:
    """Files below a folder, or one file: a subset each.

    The subset and the split are read from names: ``<subset>.csv``, ``<subset>-<split>.csv``, ``<subset>_<split>.csv``
    or ``<subset>/<split>.csv``. A file without a split in its name serves every split.

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
        return str(self._files[subset][0])

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        """The rows of one subset, in the file's order."""
        for path in self._files[subset]:
            yield from read_rows(path)


def _files_by_subset(path: Path, split: str) -> dict[str, list[Path]]:
    if path.is_file():
        if path.suffix.lower() not in READERS:
            raise UsageError(f"dataset {path}: not one of the file kinds {', '.join(READERS)}")
        return {_subset_and_split(path, path.parent)[0]: [path]}
    found: dict[str, list[Path]] = {}
    splits: set[str] = set()
    for file in sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in READERS):
        subset, its_split = _subset_and_split(file, path)
        splits.add(its_split or split)
        if its_split in (None, split):
            found.setdefault(subset, []).append(file)
    if not found:
        if splits:
            raise UsageError(f"dataset {path}: no split '{split}'; there is {', '.join(sorted(splits))}")
        raise UsageError(f"dataset {path}: the folder has no file of the kinds {', '.join(READERS)}")
    return found


def _subset_and_split(file: Path, top: Path) -> tuple[str, str | None]:
    shard = _HUB_SHARD.match(file.stem)
    stem = shard["stem"] if shard else file.stem
    if stem in SPLITS and file.parent != top:
        return file.parent.name, stem
    match = _SPLIT_SUFFIX.match(stem)
    return (match["subset"], match["split"]) if match else (stem, None)
