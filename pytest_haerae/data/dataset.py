"""A data set as the rest of the house sees it: named subsets of items."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from pytest_haerae.collector import without_collector
from pytest_haerae.data.cells import nfc
from pytest_haerae.data.layouts import PlacedRow, ascii_slug, make_placed_items
from pytest_haerae.data.rows import Layout
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import Item


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

    def placed_rows(self, subset: str) -> Iterator[PlacedRow]:
        """The rows of one subset, each with its place; their texts are in NFC."""
        ...


class ItemLoader:
    """Loads each subset of a data set once and remembers its fingerprint.

    Args:
        dataset: Where the rows come from.
        columns: The user's column mapping; empty to recognise the layout by the first row's columns.
        layouts: The layouts that are recognised.
        metadata: What is known of a subset's items by its name; None where nothing is.
    """

    def __init__(
        self,
        dataset: Dataset,
        columns: Mapping[str, Any],
        layouts: Sequence[Layout],
        metadata: Callable[[str], Mapping[str, Any]] | None = None,
    ) -> None:
        self.dataset = dataset
        self._columns = columns
        self._layouts = layouts
        self._metadata = metadata
        self._items: dict[str, list[Item]] = {}
        self._fingerprints: dict[str, str] = {}

    @cached_property
    def _slugs(self) -> Mapping[str, str]:
        """Each subset's name in ASCII; told apart by a hash where another subset's is the same."""
        slugs = {name: ascii_slug(name) for name in self.dataset.subsets()}
        times = Counter(slugs.values())
        return {
            name: slug
            if slug == name or times[slug] == 1
            else f"{slug}.{hashlib.sha256(name.encode()).hexdigest()[:6]}"
            for name, slug in slugs.items()
        }

    def items(self, subset: str) -> list[Item]:
        """All items of a subset, in the data set's order.

        Args:
            subset: Its name; which of two spellings of its characters it has (NFC or NFD) does not matter.

        Raises:
            UsageError: The subset does not exist or has no rows, or one of them is malformed.
        """
        subset = nfc(subset)
        if subset not in self._items:
            if subset not in self._slugs:
                raise UsageError(f"dataset {self.dataset.name}: {unknown('subset', subset, self._slugs)}")
            with without_collector():
                rows = self.dataset.placed_rows(subset)
                known = self._metadata(subset) if self._metadata else None
                items = make_placed_items(subset, rows, self._columns, self._layouts, self._slugs[subset], known=known)
            if not items:
                raise UsageError(f"{self.dataset.source(subset)}: there are no rows")
            self._items[subset] = items
        return self._items[subset]

    def read_rows(self, rows: Iterable[PlacedRow]) -> list[Item]:
        """Rows that another program read of this data set, as items of no subset.

        Raises:
            UsageError: One is malformed, or of another layout.
        """
        return make_placed_items("", rows, self._columns, self._layouts)

    def fingerprint(self, subset: str) -> str:
        """Hash of what a subset asks and expects: it changes when any question, option or answer does."""
        subset = nfc(subset)
        if subset not in self._fingerprints:
            digest = hashlib.sha256()
            for item in self.items(subset):
                images = [image.digest for image in item.images]
                further = [each for each in (images, item.turns) if each]
                digest.update(json.dumps([item.id, item.query, item.options, item.reference, *further]).encode())
            self._fingerprints[subset] = digest.hexdigest()[:16]
        return self._fingerprints[subset]
