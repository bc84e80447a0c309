from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.data.local import SPLITS, LocalDataset
from pytest_haerae.errors import UsageError
from tests.unit.fakes import question, write_rows


def dataset(folder: Path, *names: str, split: str = "test") -> LocalDataset:
    """A folder with these files; the one row of each says which file it is of."""
    for name in names:
        write_rows(folder / name, [question(0, question=name)])
    return LocalDataset(folder, split, "mine")


def files_of(data: LocalDataset) -> dict[str, list[str]]:
    return {subset: [row["question"] for row in data.rows(subset)] for subset in data.subsets()}


@pytest.mark.parametrize("name", ["law.jsonl", "law-test.jsonl", "law_test.jsonl", "law.test.jsonl", "law/test.jsonl"])
def test_a_name_says_subset_and_split(tmp_path: Path, name: str) -> None:
    data = dataset(tmp_path, name)
    assert (files_of(data), data.source("law"), data.name) == ({"law": [name]}, str(tmp_path / name), "mine")


@pytest.mark.parametrize("split", SPLITS)
def test_a_run_reads_its_split_and_files_without_one(tmp_path: Path, split: str) -> None:
    names = [f"law-{each}.jsonl" for each in SPLITS] + [f"kbl/{each}.jsonl" for each in SPLITS]
    data = dataset(tmp_path, "history.jsonl", *names, split=split)
    assert files_of(data) == {
        "history": ["history.jsonl"],
        "kbl": [f"kbl/{split}.jsonl"],
        "law": [f"law-{split}.jsonl"],
    }


def test_a_split_at_the_top_is_a_subset_and_so_is_an_unknown_one(tmp_path: Path) -> None:
    assert files_of(dataset(tmp_path, "test.jsonl", "law-final.jsonl")) == {
        "law-final": ["law-final.jsonl"],
        "test": ["test.jsonl"],
    }


def test_the_hubs_shards_are_one_subset_in_their_order(tmp_path: Path) -> None:
    shards = [f"law/test-{number:05d}-of-00002{suffix}.jsonl" for number, suffix in ((1, ""), (0, "-0a1b"))]
    assert files_of(dataset(tmp_path, *shards)) == {"law": sorted(shards)}


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Data")
    assert dataset(tmp_path, "law.JSONL").subsets() == ("law",)


def test_a_file_is_a_subset_by_itself_whatever_its_split(tmp_path: Path) -> None:
    write_rows(tmp_path / "law-dev.jsonl", [question(0)])
    write_rows(tmp_path / "other.jsonl", [question(0)])
    assert LocalDataset(tmp_path / "law-dev.jsonl", "test", "x").subsets() == ("law",)


def test_what_holds_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    kinds = ".jsonl, .csv, .tsv, .parquet"
    with pytest.raises(UsageError, match=f"a.txt: not one of the file kinds {kinds}"):
        LocalDataset(tmp_path / "a.txt", "test", "x")
    with pytest.raises(UsageError, match=f"the folder has no file of the kinds {kinds}"):
        LocalDataset(tmp_path, "test", "x")
    with pytest.raises(UsageError, match="no split 'test'; there is dev, train"):
        dataset(tmp_path, "law-train.jsonl", "law-dev.jsonl")
