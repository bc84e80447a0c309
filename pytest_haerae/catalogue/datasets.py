"""A data set by its name: a benchmark, the sample, a folder or file, or a repository of the hub."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.registry import (
    benchmark_names,
    benchmark_of_repository,
    find_benchmark,
    own_benchmarks,
)
from pytest_haerae.data.choice_layouts import KOREAN_LAYOUTS
from pytest_haerae.data.dataset import Dataset, ItemLoader
from pytest_haerae.data.hub import HubDataset, Repository
from pytest_haerae.data.layouts import LAYOUTS
from pytest_haerae.data.local import SAMPLE, SAMPLE_FOLDER, LocalDataset
from pytest_haerae.data.paths import located, nearest
from pytest_haerae.data.rows import Layout
from pytest_haerae.data.tables import READERS
from pytest_haerae.data.texts import TEXTS_ALONE
from pytest_haerae.errors import UsageError, unknown

PRIVATE_SUBSETS = ("csat_eng", "csat_kor", "csat_math")
"""Subsets that tutorials name and no public data set has."""

_FILE_ENDINGS = frozenset({*READERS, ".txt", ".xlsx", ".xls", ".jsonlines", ".ndjson", ".yaml", ".yml", ".gz", ".zip"})
"""Endings of a name that is a file's, not a repository's."""
_HUB_ID = re.compile(r"^[A-Za-z0-9][\w.\-]*/[\w.\-]+$")


def open_items(
    name: str,
    split: str = "test",
    revision: str | None = None,
    folder: Path | None = None,
    columns: Mapping[str, Any] | None = None,
) -> ItemLoader:
    """Open a data set as items; the arguments are those of `open_dataset`, and the user's column mapping.

    Raises:
        UsageError: As `open_dataset`.
    """
    benchmark = None if folder else find_benchmark(name)
    described = columns or (benchmark.columns if benchmark else {})
    metadata = benchmark.metadata if benchmark else None
    dataset = open_dataset(name, split, revision, folder)
    # Whoever names the repository in place of the benchmark has the same rows.
    whose = benchmark or (benchmark_of_repository(name) if isinstance(dataset, HubDataset) else None)
    return ItemLoader(dataset, described, known_layouts(whose), metadata)


def open_dataset(name: str, split: str = "test", revision: str | None = None, folder: Path | None = None) -> Dataset:
    """Find a data set by its name.

    Args:
        name: A benchmark's name, ``sample``, a folder or file, or a hub id ``owner/name``.
        split: The split to read.
        revision: A hub revision; None for the pinned or default one.
        folder: Where relative paths begin: the folder of the suite that names the data set, where a file of a
            benchmark's name is meant as such; None for the current folder.

    Raises:
        UsageError: There is no such data set, or a revision or split that it cannot have.
    """
    path = located(name, folder)
    there = path.exists()
    benchmark = None if folder and there else find_benchmark(name)
    if name == SAMPLE or (benchmark is None and there):
        if revision:
            raise UsageError(f"--dataset-revision: {name} is local and has no revisions")
        if name == SAMPLE:
            if split != "test":
                raise UsageError(f"dataset sample: {unknown('split', split, ['test'])}")
            path = SAMPLE_FOLDER
        return LocalDataset(path, split, name)
    if benchmark:
        return benchmark.open(split, revision)
    # What is no hub id, or names a table, or nearly names what is here, is not asked for at the hub.
    alike = nearest(path, tuple(READERS))
    local = path.suffix.lower() in _FILE_ENDINGS or name.startswith((".", "/", "~")) or name.count("/") > 1
    if _HUB_ID.match(name) and not local and not (alike and alike.parent != Path(folder or "")):
        return HubDataset(name, split, Repository(name, revision))
    if local or Path(name).suffix or "/" in name:
        hint = f"; did you mean {alike}?" if alike else ""
        raise UsageError(f"dataset {name}: there is no such file or folder{hint}")
    raise UsageError(f"{unknown('dataset', name, known_names())}, a hub id such as owner/name, or a folder or file")


def known_names() -> tuple[str, ...]:
    """The data sets that have a name of their own."""
    return (*benchmark_names(), SAMPLE)


def known_layouts(benchmark: Benchmark | None = None) -> tuple[Layout, ...]:
    """The layouts in the order in which they are tried.

    Those that need more columns come first: a KMMLU row with a fifth option is another layout. What an installed
    package describes is for its own rows: no other data set is read in another way because it is there. So are layouts
    that a benchmark does not share.

    Args:
        benchmark: The benchmark whose rows are read; its own layouts come before all others.
    """
    described = (layout for each in own_benchmarks() if each.shares_layouts for layout in each.layouts)
    own = benchmark.layouts if benchmark else ()
    return (*_widest_first(own), *_widest_first((*LAYOUTS, *described)), *_widest_first(KOREAN_LAYOUTS), TEXTS_ALONE)


def _widest_first(layouts: Iterable[Layout]) -> list[Layout]:
    return sorted(layouts, key=lambda layout: -len(layout[0]))


def unknown_subset(name: str, known: Iterable[str]) -> str:
    """Word the error for a subset that a data set does not have."""
    if name in PRIVATE_SUBSETS:
        valid = ", ".join(sorted(known))
        return (
            f"subset '{name}' is in no public data set: put {name}.jsonl (.json, .csv, .tsv, .parquet) into a folder"
            f" and name it with --dataset=FOLDER. Valid here: {valid}"
        )
    return unknown("subset", name, known)
