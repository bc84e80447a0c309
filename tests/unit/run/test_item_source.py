from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.run import item_source
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.types import DataKey, Selected
from tests.unit.fakes import question, write_rows


def source_of(folder: Path, **options: Any) -> ItemSource:  # noqa: ANN401 - an option's value
    return ItemSource(build_config({"model": "random", "dataset": str(folder), **options}, folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_rows(tmp_path / "data/history.jsonl", [question(number) for number in range(5)])
    write_rows(tmp_path / "data/law-test.jsonl", [question(number) for number in range(3)])
    write_rows(tmp_path / "data/law-dev.jsonl", [question(number + 100) for number in range(2)])
    return tmp_path / "data"


def test_a_subset_has_the_first_items_up_to_the_limit(folder: Path) -> None:
    data = DataKey(str(folder))
    every, some = source_of(folder).items(data, "history"), source_of(folder, limit=2).items(data, "history")
    assert (len(every), some) == (5, every[:2])
    assert source_of(folder).subsets(data) == ("history", "law")


def test_rows_are_of_the_configured_split_unless_another_is_named(folder: Path) -> None:
    source, data = source_of(folder), DataKey(str(folder))
    assert len(source.items(data, "law")) == 3
    assert "100번" in source.loader(data, "dev").items("law")[0].query
    assert "100번" in source_of(folder, split="dev").items(data, "law")[0].query


def test_a_data_set_is_opened_once(folder: Path) -> None:
    source, data = source_of(folder), DataKey(str(folder))
    assert source.loader(data) is source.loader(data, "test")
    assert source.loader(data) is not source.loader(data, "dev")


def test_the_revision_is_that_of_the_runs_data_and_of_no_suites_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[Any, ...]] = []
    monkeypatch.setattr(item_source, "open_items", lambda *arguments: opened.append(arguments))
    source = source_of(folder, dataset_revision="abc", dataset_columns="question=q,answer=a")
    source.loader(DataKey("kmmlu"))
    source.loader(DataKey("mine", str(folder)))
    source.loader(DataKey("own", str(folder), '{"question": "Q"}'))
    columns = {"question": "q", "answer": "a"}
    assert opened.pop() == ("own", "test", None, folder, {"question": "Q"})
    assert opened == [("kmmlu", "test", "abc", None, columns), ("mine", "test", None, folder, columns)]


def test_a_subset_that_no_opened_data_set_has_is_refused(folder: Path) -> None:
    source = source_of(folder, subset="histori")
    source.loader(DataKey(str(folder)))
    with pytest.raises(UsageError, match="--subset: unknown subset 'histori': did you mean 'history'"):
        source.check_subsets()
    good = source_of(folder, subset="history,law")
    good.loader(DataKey(str(folder)))
    good.check_subsets()


def selected(source: ItemSource, data: DataKey, *subsets: str) -> list[Selected]:
    return [Selected(item, item.id, data) for subset in subsets for item in source.items(data, subset)]


def test_fingerprints_are_of_the_subsets_that_were_used(folder: Path) -> None:
    source, data = source_of(folder), DataKey(str(folder))
    loader = source.loader(data)
    both = selected(source, data, "history", "law")
    assert source.subset_fingerprints(both) == {name: loader.fingerprint(name) for name in ("history", "law")}
    assert source.fingerprint(both) == source.fingerprint(both[::-1])
    one = source.fingerprint(selected(source, data, "history"))
    assert one != source.fingerprint(both)
    assert len(one) == 16  # as in every earlier report
    write_rows(folder / "history.jsonl", [question(number) for number in range(4)])
    changed = source_of(folder)
    assert changed.fingerprint(selected(changed, data, "history")) != one


def test_subsets_of_one_name_have_the_fingerprints_of_both(folder: Path) -> None:
    write_rows(folder.parent / "other/history.jsonl", [question(9)])
    source, data, other = source_of(folder), DataKey(str(folder)), DataKey(str(folder.parent / "other"))
    found = source.subset_fingerprints([*selected(source, data, "history"), *selected(source, other, "history")])
    hashes = {source.loader(key).fingerprint("history") for key in (data, other)}
    assert set(found["history"].split("+")) == hashes
    assert len(hashes) == 2


def test_a1_files_of_one_name_outside_the_rootdir_are_told_apart(tmp_path: Path) -> None:
    """A1: two suites outside the rootdir, each with its ``questions.jsonl``: the gate paired 20 of 40 items."""
    for name in ("a", "b", "project/c"):
        write_rows(tmp_path / name / "questions.jsonl", [question(0)])
    source = source_of(tmp_path / "project", dataset="sample")
    named = [source.name_of(DataKey("questions.jsonl", str(tmp_path / name))) for name in ("a", "b", "project/c")]
    assert named == ["../a/questions.jsonl", "../b/questions.jsonl", "c/questions.jsonl"]


def test_what_was_typed_and_lies_outside_the_rootdir_is_called_as_it_was_typed(tmp_path: Path) -> None:
    path = str(write_rows(tmp_path / "a/questions.jsonl", [question(0)]))
    assert source_of(tmp_path / "project", dataset=path).name_of(DataKey(path)) == path
