"""Data sets of the Hugging Face hub, through `datasets` with its cache, tokens and offline mode."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_haerae.data.cells import class_names, composed, with_names
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.rows import Row
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import redact_text


@dataclass(frozen=True, slots=True)
class Repository:
    """A data set repository of the hub, and what is known of it without asking.

    Attributes:
        name: Its id, ``owner/name``.
        revision: The commit, branch or tag that is read; None for the default branch.
        configurations: Each subset, and the configuration that has its rows (None: the default one); None where a
            configuration is a subset.
        splits: What the repository calls a split, where it is not what the user calls it: ``{"test": "train"}``.
        belongs: Whether a row is a subset's, where subsets share a configuration; None where they do not.
    """

    name: str
    revision: str | None = None
    configurations: Mapping[str, str | None] | None = None
    splits: Mapping[str, str] = field(default_factory=dict)
    belongs: Callable[[str, Row], bool] | None = None


class HubDataset:
    """The rows of a repository of the hub.

    Attributes:
        name: The name as the user typed it.
        split: The split as the user named it.
        revision: The commit, branch or tag that is read; None for the default branch.
    """

    def __init__(self, name: str, split: str, repository: Repository) -> None:
        self.name = name
        self.split = split
        self.revision = repository.revision
        self.repository = repository
        configurations = repository.configurations
        self._subsets = None if configurations is None else tuple(configurations)
        self._loaded: dict[str | None, Any] = {}
        self._numbers: dict[str, list[int] | UsageError] = {}

    def subsets(self) -> tuple[str, ...]:
        """The subsets' names; known without a download where the repository's configurations are."""
        if self._subsets is None:
            from datasets import get_dataset_config_names

            try:
                self._subsets = tuple(sorted(get_dataset_config_names(self.repository.name, revision=self.revision)))
            except Exception as error:
                raise self._refusal(error) from None
        return self._subsets

    def source(self, subset: str) -> str:
        """The repository and subset, for messages."""
        return f"{self.repository.name}/{subset}"

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        """The rows of one subset, in the hub's order.

        Raises:
            UsageError: The data set cannot be had (not found, gated, no network) or has no such split.
        """
        configurations, belongs = self.repository.configurations, self.repository.belongs
        configuration = subset if configurations is None else configurations[subset]
        if configuration not in self._loaded:
            self._loaded[configuration] = self._load(configuration)
        loaded = self._loaded[configuration]
        if belongs is None:
            yield from _named(loaded)
            return
        subsets = [each for each, where in (configurations or {}).items() if where == configuration]
        if len(subsets) == 1:
            yield from (row for number, row in enumerate(_named(loaded), 1) if self._has(subset, row, number))
            return
        if subset not in self._numbers:
            self._split(loaded, subsets)
        if isinstance(numbers := self._numbers[subset], UsageError):
            raise numbers
        yield from _named(loaded.select(numbers))

    def _split(self, loaded: Any, subsets: Sequence[str]) -> None:  # noqa: ANN401 - as `_load` gives it
        """Note which rows of a configuration are whose: to read them again for each subset takes as long each time."""
        found: dict[str, list[int] | UsageError] = {subset: [] for subset in subsets}
        for index, row in enumerate(_named(loaded)):
            for subset, numbers in found.items():
                try:
                    if not isinstance(numbers, UsageError) and self._has(subset, row, index + 1):
                        numbers.append(index)
                except UsageError as error:
                    found[subset] = error
        self._numbers |= found

    def _has(self, subset: str, row: Row, number: int) -> bool:
        """Whether a subset has a row, of which number it is in the configuration."""
        belongs = self.repository.belongs
        try:
            return belongs is None or belongs(subset, row)
        except UsageError as error:
            raise UsageError(f"{RowPlace(self.repository.name, number)}: {error}") from None

    def placed_rows(self, subset: str) -> Iterator[tuple[RowPlace, Row]]:
        """The rows of one subset with their places, their texts in NFC.

        Raises:
            UsageError: As `rows`.
        """
        source = self.source(subset)
        for number, row in enumerate(self.rows(subset), 1):
            yield RowPlace(source, number), composed(row)

    def _load(self, configuration: str | None) -> Any:  # noqa: ANN401 - a data set of `datasets`
        from datasets import load_dataset
        from datasets.utils import disable_progress_bars

        disable_progress_bars()
        if "HF_HUB_VERBOSITY" not in os.environ:
            # Each attempt would be a warning of its own; what they end in is told in one line.
            logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        split = self.repository.splits.get(self.split, self.split)
        try:
            loaded = load_dataset(self.repository.name, name=configuration, revision=self.revision, split=split)
            return _with_bytes(loaded)
        except Exception as error:
            raise self._refusal(error) from None

    def _refusal(self, error: Exception) -> UsageError:
        message = redact_text(str(error).strip().split("\n")[0])
        if isinstance(error, ValueError) and "split" in message.lower():
            return UsageError(f"dataset {self.name}: no split '{self.split}' ({message})")
        if isinstance(error, ValueError) and "BuilderConfig" in message:
            return UsageError(f"dataset {self.name}: {message}")
        return UsageError(
            f"dataset {self.name} ({self.repository.name}) cannot be had from the hub: {type(error).__name__}:"
            f" {message}. Check the name, HF_TOKEN for private or gated data, and the network; or use --dataset=sample"
        )


def _named(loaded: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a data set of `datasets`
    """Its rows, with the names of classes beside their numbers."""
    classes = {name: names for name, each in loaded.features.items() if (names := class_names(each))}
    for row in loaded:
        for name, names in classes.items():
            row[name] = with_names([row[name]], names)[0]
        yield row


def _with_bytes(loaded: Any) -> Any:  # noqa: ANN401 - a data set of `datasets`
    """A data set whose images are the bytes that it has: decoded, they would be others, and need a library."""
    for name, feature in loaded.features.items():
        as_stored = _as_stored(feature)
        if as_stored is not feature:
            loaded = loaded.cast_column(name, as_stored)
    return loaded


def _as_stored(feature: Any) -> Any:  # noqa: ANN401 - a feature of `datasets`
    kind = type(feature)
    if kind.__name__ == "Image":
        return kind(decode=False)
    if kind.__name__ in {"List", "LargeList", "Sequence"}:
        inner = _as_stored(feature.feature)
        return feature if inner is feature.feature else kind(inner)
    return feature
