"""Data sets of the Hugging Face hub, through `datasets` with its cache, tokens and offline mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pytest_haerae.catalogue.benchmarks import benchmark_names, find_benchmark
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.redact import redact_text

PRIVATE_SUBSETS = ("csat_eng", "csat_kor", "csat_math")
"""Subsets that tutorials name and no public data set has."""


def unknown_subset(name: str, known: Iterable[str]) -> str:
    """Word the error for a subset that a data set does not have."""
    if name in PRIVATE_SUBSETS:
        valid = ", ".join(sorted(known))
        return (
            f"subset '{name}' is in no public data set: put {name}.jsonl (.csv, .tsv, .parquet) into a folder and name"
            f" it with --dataset=FOLDER. Valid here: {valid}"
        )
    return unknown("subset", name, known)


class HubDataset:
    """One repository of the hub; a configuration of it is a subset, unless the catalogue of benchmarks says otherwise.

    Attributes:
        name: The name as the user typed it.
        split: The split as the user named it.
        revision: The commit, branch or tag that is read; None for the default branch.
    """

    def __init__(self, name: str, split: str, revision: str | None) -> None:
        self.name = name
        self.split = split
        self._benchmark = find_benchmark(name)
        self.repository = self._benchmark.repository if self._benchmark else name
        self.revision = revision or (self._benchmark.revision if self._benchmark else None)
        self._subsets = tuple(self._benchmark.configurations) if self._benchmark else None
        self._loaded: dict[str | None, Any] = {}

    def subsets(self) -> tuple[str, ...]:
        """The subsets' names; known without a download for the benchmarks of the catalogue."""
        if self._subsets is None:
            from datasets import get_dataset_config_names

            try:
                self._subsets = tuple(sorted(get_dataset_config_names(self.repository, revision=self.revision)))
            except Exception as error:
                raise self._refusal(error) from None
        return self._subsets

    def source(self, subset: str) -> str:
        """The repository and subset, for messages."""
        return f"{self.repository}/{subset}"

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        """The rows of one subset, in the hub's order.

        Raises:
            UsageError: The data set can not be had (not found, gated, no network) or has no such split.
        """
        benchmark = self._benchmark
        configuration = benchmark.configurations[subset] if benchmark else subset
        if configuration not in self._loaded:
            self._loaded[configuration] = self._load(configuration)
        belongs = benchmark.belongs if benchmark else None
        for row in self._loaded[configuration]:
            if belongs is None or belongs(subset, row):
                yield row

    def _load(self, configuration: str | None) -> Any:  # noqa: ANN401 - a data set of `datasets`
        from datasets import load_dataset
        from datasets.utils import disable_progress_bars

        disable_progress_bars()
        split = self._benchmark.splits.get(self.split, self.split) if self._benchmark else self.split
        try:
            return load_dataset(self.repository, name=configuration, revision=self.revision, split=split)
        except Exception as error:
            raise self._refusal(error) from None

    def _refusal(self, error: Exception) -> UsageError:
        message = redact_text(str(error).strip().split("\n")[0])
        if isinstance(error, ValueError) and "split" in message.lower():
            return UsageError(f"dataset {self.name}: no split '{self.split}' ({message})")
        if isinstance(error, ValueError) and "BuilderConfig" in message:
            return UsageError(f"dataset {self.name}: {message}")
        return UsageError(
            f"dataset {self.name} ({self.repository}) can not be had from the hub: {type(error).__name__}: {message}."
            " Check the name, HF_TOKEN for private or gated data, and the network; or use --dataset=sample"
        )


def known_names() -> tuple[str, ...]:
    """The data sets that have a name of their own."""
    return (*benchmark_names(), "sample")


def refuse_unknown(name: str) -> UsageError:
    """Word the error for a name that is no data set, no path and no hub id."""
    return UsageError(f"{unknown('dataset', name, known_names())}, a hub id such as owner/name, or a folder or file")
