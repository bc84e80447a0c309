from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.catalogue.benchmark import GENERIC_SUITE, Benchmark
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.data.local import LocalDataset
from pytest_haerae.errors import UsageError
from tests.unit.fakes import question, write_rows


@pytest.mark.parametrize("places", [{}, {"repository": "me/mine", "folder": Path("mine")}])
def test_it_has_a_repository_or_a_folder(places: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="benchmark mine: name either a repository or a folder"):
        Benchmark(name="mine", **places)


def test_a_subset_has_its_test() -> None:
    own = Benchmark(name="mine", repository="me/mine", suite="suites/test_{subset}.py::test_{subset}")
    assert own.suite_of("law") == "suites/test_law.py::test_law"
    assert Benchmark(name="mine", repository="me/mine").suite_of("law") == GENERIC_SUITE


@pytest.mark.parametrize(("typed", "read"), [(None, "pinned"), ("main", "main")])
def test_a_repository_is_read_as_it_is_described(typed: str | None, read: str) -> None:
    def belongs(subset: str, row: object) -> bool:
        return True

    benchmark = Benchmark(
        name="mine",
        repository="me/mine",
        configurations={"law": "one", "history": None},
        revision="pinned",
        splits={"test": "train"},
        belongs=belongs,
    )
    dataset = benchmark.open("test", typed)
    assert isinstance(dataset, HubDataset)
    assert (dataset.name, dataset.revision, dataset.subsets()) == ("mine", read, ("law", "history"))
    repository = dataset.repository
    assert (repository.name, repository.splits, repository.belongs) == ("me/mine", {"test": "train"}, belongs)


def test_without_configurations_the_repositorys_own_are_subsets() -> None:
    dataset = Benchmark(name="mine", repository="me/mine").open("test", None)
    assert isinstance(dataset, HubDataset)
    assert dataset.repository.configurations is None


def test_a_folder_is_read_by_its_split_and_has_no_revisions(tmp_path: Path) -> None:
    write_rows(tmp_path / "law-test.jsonl", [question(0)])
    write_rows(tmp_path / "more-dev.jsonl", [question(0)])
    benchmark = Benchmark(name="mine", folder=tmp_path)
    dataset = benchmark.open("test", None)
    assert isinstance(dataset, LocalDataset)
    assert (dataset.name, dataset.subsets()) == ("mine", ("law",))
    with pytest.raises(UsageError, match="--dataset-revision: mine is local and has no revisions"):
        benchmark.open("test", "main")
