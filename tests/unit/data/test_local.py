from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

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
    kinds = ".jsonl, .json, .csv, .tsv, .parquet"
    with pytest.raises(UsageError, match=f"a.txt: not one of the file kinds {kinds}$"):
        LocalDataset(tmp_path / "a.txt", "test", "x")
    (tmp_path / "a.xlsx").write_text("x")
    with pytest.raises(UsageError, match=f"{kinds}; save the sheet as CSV UTF-8$"):
        LocalDataset(tmp_path / "a.xlsx", "test", "x")
    (tmp_path / "a.xlsx").unlink()
    with pytest.raises(UsageError, match=f"the folder has no file of the kinds {kinds}"):
        LocalDataset(tmp_path, "test", "x")
    with pytest.raises(UsageError, match="no split 'test'; there is dev, train"):
        dataset(tmp_path, "law-train.jsonl", "law-dev.jsonl")


@pytest.mark.parametrize(
    ("one", "other"),
    [("q.csv", "q.jsonl"), ("q.jsonl", "q-test.jsonl"), ("a/q.jsonl", "b/q.jsonl"), ("q.jsonl", "q/test.jsonl")],
)
def test_b4_two_files_of_one_subset_are_refused_and_never_merged(tmp_path: Path, one: str, other: str) -> None:
    for name in (one, other):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("question,answer\n가,나\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"q.* and .*q.* are both the subset 'q'; rename or remove one"):
        LocalDataset(tmp_path, "test", "mine")


def test_b4_hidden_files_and_folders_are_no_subsets(tmp_path: Path) -> None:
    hidden = (".ipynb_checkpoints/law-checkpoint.jsonl", "._law.jsonl", "a/.b/c.jsonl", "__MACOSX/law.jsonl")
    assert dataset(tmp_path, "law.jsonl", *hidden).subsets() == ("law",)
    (tmp_path / ".data").mkdir()
    assert dataset(tmp_path / ".data", "law.jsonl").subsets() == ("law",), "a folder that the user names is read"


def test_b5_a_json_file_that_holds_no_questions_is_no_subset(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x", "files": ["a"]}')
    (tmp_path / "report.json").write_text('{\n"metrics": {},\n"samples": [{"id": "x"}]\n}')
    (tmp_path / "wrapped.json").write_text('{"data": [{"question": "가?", "answer": "나"}]}', encoding="utf-8")
    (tmp_path / "array.json").write_text('[{"question": "가?", "answer": "나"}]', encoding="utf-8")
    (tmp_path / "lines.json").write_text('{"question": "가?", "answer": "나"}\n' * 2, encoding="utf-8")
    assert LocalDataset(tmp_path, "test", "mine").subsets() == ("array", "lines", "wrapped")


def test_b6_a_name_is_in_nfc_however_the_disk_has_it(tmp_path: Path) -> None:
    data = dataset(tmp_path, normalize("NFD", "한국사-test.jsonl"))
    assert data.subsets() == ("한국사",)
    assert len(list(data.rows("한국사"))) == 1
    write_rows(tmp_path / "한국사.jsonl", [question(0)])
    with pytest.raises(UsageError, match="are both the subset '한국사'"):
        LocalDataset(tmp_path, "test", "mine")


def test_a_mistake_in_a_later_shard_names_that_shard(tmp_path: Path) -> None:
    data = dataset(tmp_path, "law-00000-of-00002.jsonl", "law-00001-of-00002.jsonl")
    places = [str(place) for place, _ in data.placed_rows("law")]
    assert [Path(place).name for place in places] == [f"law-0000{each}-of-00002.jsonl, row 1" for each in range(2)]
