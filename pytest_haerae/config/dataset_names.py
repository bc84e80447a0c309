"""The data sets that ``--dataset`` names: several are asked in one run."""

from __future__ import annotations

from typing import Any

from pytest_haerae.config.parsing import texts
from pytest_haerae.errors import UsageError

ALL = "all"
"""Stands for the catalogue's benchmarks, where no file or folder has this name."""


def parse_datasets(option: str, values: Any) -> tuple[str, ...]:  # noqa: ANN401 - text, path, or a list of them
    """Read comma-separated names of data sets from one text or several, in order, each once.

    A text that is the path of a file or folder is one name, also where it has a comma.

    Raises:
        UsageError: There is no name among them.
    """
    names = tuple(dict.fromkeys(name for text in texts(values) for name in _split(text)))
    if not names:
        raise UsageError(f"{option}: names no data set; write NAME or NAME,NAME")
    return names


def _split(text: str) -> list[str]:
    if "," not in text or _exists(text):
        return [text]
    return [name for part in text.split(",") if (name := part.strip())]


def expand_all(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names with the benchmarks of the catalogue in the place of ``all``, but for those that are not for it.

    Raises:
        UsageError: ``all`` is among them, and a benchmark cannot be loaded.
    """
    # Imported here: every pytest start imports this module.
    from pytest_haerae.catalogue.registry import benchmark_names, find_benchmark

    if ALL not in names or ALL in benchmark_names() or _exists(ALL):
        return names
    meant = [name for name in benchmark_names() if (benchmark := find_benchmark(name)) and benchmark.in_all]
    return tuple(dict.fromkeys(each for name in names for each in (meant if name == ALL else (name,))))


def _exists(name: str) -> bool:
    # Imported here: every pytest start imports this module.
    from pytest_haerae.data.paths import located

    return located(name).exists()
