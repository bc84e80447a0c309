"""The items that a configuration is about: data sets, opened when they are needed and loaded once."""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from pytest_haerae.catalogue.datasets import open_items, unknown_subset
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.data.local import LocalDataset
from pytest_haerae.data.paths import located
from pytest_haerae.errors import UsageError
from pytest_haerae.run.scoped_items import check_item_scope, chosen, scoped
from pytest_haerae.types import DataKey, Item, Selected, grouped


class ItemSource:
    """Data sets as a configuration reads them: its split, revision, columns and limit, whichever set it names.

    Args:
        config: The configuration.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._loaders: dict[tuple[DataKey, str], ItemLoader] = {}
        self._names: dict[DataKey, str] = {}
        self._scoped: dict[tuple[DataKey, str], list[Item]] = {}

    def loader(self, data: DataKey, split: str | None = None) -> ItemLoader:
        """A data set.

        Args:
            data: Which; one that a suite brings along has a folder, no revision, and may have columns.
            split: Its split; None for the configuration's.

        Raises:
            UsageError: There is no such data set.
        """
        config = self._config
        split = split or config.split
        if (data, split) not in self._loaders:
            folder = Path(data.folder) if data.folder else None
            revision = None if folder else config.dataset_revision
            columns = config.dataset_columns if data.columns is None else json.loads(data.columns)
            self._loaders[data, split] = open_items(data.name, split, revision, folder, columns)
        return self._loaders[data, split]

    def name_of(self, data: DataKey) -> str:
        """What a data set is called in reports: its name; of a local one its path, seen from the rootdir.

        Two suites may each name their ``questions.jsonl``, inside the rootdir or outside; a path of one machine would
        tell nothing on another. What somebody typed that lies outside is called as it was typed.
        """
        if data not in self._names:
            self._names[data] = self._find_name(data)
        return self._names[data]

    def names_of(self, data: Iterable[DataKey]) -> str:
        """What several data sets are called together, each name once."""
        return ",".join(dict.fromkeys(map(self.name_of, data)))

    def _find_name(self, data: DataKey) -> str:
        dataset = self.loader(data).dataset
        # What a benchmark or the sample reads has their name, wherever it lies.
        if not isinstance(dataset, LocalDataset) or located(data.name, data.folder) != dataset.path:
            return data.name
        path, root = dataset.path.resolve(), self._config.rootdir.resolve()
        if path.is_relative_to(root):
            name = path.relative_to(root).as_posix()
        elif data.folder is not None and path.anchor == root.anchor:
            name = Path(os.path.relpath(path, root)).as_posix()
        else:
            name = data.name
        return unicodedata.normalize("NFC", name)

    def subsets(self, data: DataKey) -> tuple[str, ...]:
        """The subsets that a data set has."""
        return self.loader(data).dataset.subsets()

    def items(self, data: DataKey, subset: str) -> list[Item]:
        """The items of a subset that are in scope: of those that ``--dataset-params`` means the first `limit`."""
        place = data, subset
        if place not in self._scoped:
            self._scoped[place] = scoped(self.loader(data).items(subset), self._config.item_scope)
        return self._scoped[place][: self._config.limit]

    def chosen(self, data: DataKey, subset: str) -> list[Item]:
        """The items of a subset that have the values that ``--dataset-params`` wants, all of them."""
        return chosen(self.loader(data).items(subset), self._config.item_scope)

    def wanted(self, data: DataKey) -> tuple[str, ...]:
        """The subsets of a data set that are in scope: all, or those that are named, alone or as ``kmmlu/Law``."""
        names = self._config.subset
        return tuple(
            subset
            for subset in self.subsets(data)
            if not names or subset in names or grouped(self.name_of(data), subset) in names
        )

    def check_subsets(self) -> None:
        """Refuse a subset that none of the opened data sets has.

        Raises:
            UsageError: With the nearest match and the valid ones.
        """
        known: set[str] = set()
        with_benchmark: set[str] = set()
        for (data, _), loader in list(self._loaders.items()):
            known.update(loader.dataset.subsets())
            with_benchmark.update(grouped(self.name_of(data), subset) for subset in loader.dataset.subsets())
        for name in self._config.subset:
            if name not in known | with_benchmark:
                raise UsageError(f"--subset: {unknown_subset(name, known)}")

    def check_item_scope(self) -> None:
        """Refuse a column of ``--dataset-params`` that a data set does not have, and a value that no item has.

        The subsets that were asked for are looked at.

        Raises:
            UsageError: With the nearest match.
        """
        if self._config.item_scope.to_json() and self._scoped:
            datasets: dict[str, list[Item]] = {}
            for data, subset in self._scoped:
                datasets.setdefault(self.name_of(data), []).extend(self.loader(data).items(subset))
            check_item_scope(self._config.item_scope, datasets)

    def fingerprint(self, selection: Sequence[Selected]) -> str:
        """One hash of all rows of the subsets that were used."""
        hashes = [self.loader(data).fingerprint(subset) for data, subset in _used(selection)]
        return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:16]

    def subset_fingerprints(self, selection: Sequence[Selected]) -> dict[str, str]:
        """The hash of each subset's rows; where two data sets have a subset that is called alike, of both."""
        called = {(entry.data, entry.item.subset): entry.group for entry in selection}
        found: dict[str, list[str]] = {}
        for data, subset in sorted(called, key=str):
            found.setdefault(called[data, subset], []).append(self.loader(data).fingerprint(subset))
        return {subset: "+".join(hashes) for subset, hashes in found.items()}


def _used(selection: Sequence[Selected]) -> list[tuple[DataKey, str]]:
    return sorted({(entry.data, entry.item.subset) for entry in selection}, key=str)
