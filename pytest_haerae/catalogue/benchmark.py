"""What is known of a benchmark without opening its data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_haerae.catalogue.examination import Examination
from pytest_haerae.data.dataset import Dataset
from pytest_haerae.data.hub import HubDataset, Repository
from pytest_haerae.data.local import LocalDataset
from pytest_haerae.data.rows import Layout, Row
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Method

GENERIC_SUITE = "suites/test_dataset.py::test_dataset"
"""The test that asks what no other suite does."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A data set with a name of its own, and how it is asked where the user does not say.

    Attributes:
        name: What ``--dataset`` calls it.
        repository: Its data set on the hub; empty where its rows are in `folder`.
        configurations: Each subset, and the configuration of the repository that has its rows (None: the default one).
            A benchmark in a folder leaves it empty: a file there is a subset.
        revision: The commit that is read where the user names none; None for the default branch.
        splits: What the repository calls a split, where it is not what the user calls it: ``{"test": "train"}``.
        belongs: Whether a row is a subset's, where subsets share a configuration; None where they do not.
        layouts: The layouts of its rows that no other benchmark has.
        shares_layouts: Whether other data sets of these columns are read so, too, where it is the package's own: not
            where a layout knows what the numbers of classes stand for, which they may number otherwise.
        columns: What its columns mean where that is simpler than a layout, as ``--dataset-columns`` takes it.
        prompts: How it is asked where ``--prompt`` does not say, by method.
        scorers: What judges it where ``--evaluator-params`` does not say, by method.
        scorer_params: What that scorer takes where ``--evaluator-params`` does not say, by method.
        further_metrics: What is told beside its accuracy, by the names that the evaluator parameter of this name takes.
        suite: The test that asks a subset's items, as a node id without parameters; ``{subset}`` stands for its name.
        folder: A folder with its rows, a file a subset, for a benchmark that brings them along.
        description: What it asks, in a line for people.
        metadata: What a subset's name says of its items beside what their rows say, such as the field it belongs to:
            ``--by`` takes it like a column. None where it says nothing.
        method: The method where ``--method`` does not say; None for the default one.
        num_few_shot: Few-shot examples before each item where ``--num-few-shot`` does not say; None for none.
        few_shot_split: The split that they come from where ``--few-shot-split`` does not say; None for the items' own.
        in_all: Whether ``--dataset=all`` stands for it, too.
        notice: What is to be known of its rows before they are asked, in a line; None for nothing.
        cite: From the metadata of items that were asked, the BibTeX entries of what to cite with their numbers; None
            for none. The Markdown summary ends with them.
        examination: What it takes to pass the examinations that its questions are of; None where they are of none.

    Raises:
        ValueError: It names both a repository and a folder, or neither, or a folder that is no path.
    """

    name: str
    repository: str = ""
    configurations: Mapping[str, str | None] = field(default_factory=dict)
    revision: str | None = None
    splits: Mapping[str, str] = field(default_factory=dict)
    belongs: Callable[[str, Row], bool] | None = None
    layouts: tuple[Layout, ...] = ()
    shares_layouts: bool = True
    columns: Mapping[str, Any] = field(default_factory=dict)
    prompts: Mapping[Method, str] = field(default_factory=dict)
    scorers: Mapping[Method, str] = field(default_factory=dict)
    scorer_params: Mapping[Method, Mapping[str, Any]] = field(default_factory=dict)
    further_metrics: tuple[str, ...] = ()
    suite: str = GENERIC_SUITE
    folder: Path | None = None
    description: str | None = None
    metadata: Callable[[str], Mapping[str, Any]] | None = None
    method: Method | None = None
    num_few_shot: int | None = None
    few_shot_split: str | None = None
    in_all: bool = True
    notice: str | None = None
    cite: Callable[[Iterable[Mapping[str, Any]]], Sequence[str]] | None = None
    examination: Examination | None = None

    def __post_init__(self) -> None:
        if bool(self.repository) == (self.folder is not None):
            raise ValueError(f"benchmark {self.name}: name either a repository or a folder")
        if self.folder is not None and not isinstance(self.folder, Path):
            raise ValueError(f"benchmark {self.name}: folder is a pathlib.Path, such as Path(__file__).parent / 'rows'")

    def citations(self, metadata: Iterable[Mapping[str, Any]]) -> list[str]:
        """The BibTeX entries of what to cite with the numbers of items; of a function that gives one text, that.

        Args:
            metadata: That of the items that were asked.

        Raises:
            UsageError: `cite` gives something else.
            Exception: Whatever `cite` raises.
        """
        found = self.cite(metadata) if self.cite else ()
        entries = [found] if isinstance(found, str) else list(found)
        for entry in entries:
            if not isinstance(entry, str):
                raise UsageError(f"benchmark {self.name}: cite gives texts, not {type(entry).__name__}")
        return entries

    def suite_of(self, subset: str) -> str:
        """The test that asks a subset's items."""
        return self.suite.format(subset=subset)

    def open(self, split: str, revision: str | None) -> Dataset:
        """Open its rows; nothing is downloaded before they are read.

        Args:
            split: The split, as the user calls it.
            revision: The hub revision that the user names; None for the benchmark's own.

        Raises:
            UsageError: A revision is named of rows that are in a folder.
        """
        if self.folder is not None:
            if revision:
                raise UsageError(f"--dataset-revision: {self.name} is local and has no revisions")
            return LocalDataset(self.folder, split, self.name)
        return HubDataset(self.name, split, self._repository(revision))

    def _repository(self, revision: str | None) -> Repository:
        return Repository(
            self.repository, revision or self.revision, self.configurations or None, self.splits, self.belongs
        )
