"""Where items come from: the hub, local files, or the embedded sample."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from pytest_haerae.catalogue.benchmarks import find_benchmark
from pytest_haerae.data.hub import HubDataset, refuse_unknown
from pytest_haerae.data.layouts import make_items
from pytest_haerae.data.local import SAMPLE_FOLDER, LocalDataset
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import Item

_HUB_ID = re.compile(r"^[A-Za-z0-9][\w.\-]*/[\w.\-]+$")


class Dataset(Protocol):
    """A source of rows, in named subsets."""

    name: str
    split: str
    revision: str | None

    def subsets(self) -> tuple[str, ...]:
        """The subsets' names."""
        ...

    def source(self, subset: str) -> str:
        """Where a subset's rows come from, for messages."""
        ...

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        """The rows of one subset, always in the same order."""
        ...


def open_dataset(name: str, split: str = "test", revision: str | None = None, folder: Path | None = None) -> Dataset:
    """Find a data set by its name.

    Args:
        name: A benchmark's name, ``sample``, a folder or file, or a hub id ``owner/name``.
        split: The split to read.
        revision: A hub revision; None for the pinned or default one.
        folder: Where relative paths begin: the folder of the suite that names the data set, where a file of a
            benchmark's name is meant as such; None for the current folder.

    Raises:
        UsageError: There is no such data set, or a revision or split that it can not have.
    """
    path = (folder or Path()) / Path(name).expanduser()
    benchmark = find_benchmark(name)
    if name == "sample" or ((folder or benchmark is None) and path.exists()):
        if revision:
            raise UsageError(f"--dataset-revision: {name} is local and has no revisions")
        if name == "sample":
            if split != "test":
                raise UsageError(f"dataset sample: {unknown('split', split, ['test'])}")
            path = SAMPLE_FOLDER
        return LocalDataset(path, split, name)
    if benchmark or _HUB_ID.match(name):
        return HubDataset(name, split, revision)
    if Path(name).suffix or name.startswith((".", "/", "~")):
        raise UsageError(f"dataset {name}: there is no such file or folder")
    raise refuse_unknown(name)


class ItemLoader:
    """Loads each subset of a data set once and remembers its fingerprint."""

    def __init__(self, dataset: Dataset, columns: Mapping[str, Any]) -> None:
        self.dataset = dataset
        self._columns = columns
        self._items: dict[str, list[Item]] = {}
        self._fingerprints: dict[str, str] = {}

    def items(self, subset: str) -> list[Item]:
        """All items of a subset, in the data set's order.

        Raises:
            UsageError: The subset does not exist or has no rows, or one of them is malformed.
        """
        if subset not in self._items:
            if subset not in self.dataset.subsets():
                raise UsageError(f"dataset {self.dataset.name}: {unknown('subset', subset, self.dataset.subsets())}")
            source = self.dataset.source(subset)
            items = list(make_items(subset, self.dataset.rows(subset), source, self._columns))
            if not items:
                raise UsageError(f"{source}: there are no rows")
            self._items[subset] = items
        return self._items[subset]

    def fingerprint(self, subset: str) -> str:
        """Hash of what a subset asks and expects: it changes when any question, option or answer does."""
        if subset not in self._fingerprints:
            digest = hashlib.sha256()
            for item in self.items(subset):
                digest.update(json.dumps([item.id, item.query, item.options, item.reference]).encode())
            self._fingerprints[subset] = digest.hexdigest()[:16]
        return self._fingerprints[subset]
