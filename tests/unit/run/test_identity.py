from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from pytest_haerae.run.identity import Identities
from pytest_haerae.types import DataKey, Item, Selected
from tests.unit.fakes import item


def entry(data: DataKey, asked: Item, nodeid: str = "t") -> Selected:
    return Selected(asked, nodeid, data)


def test_data_set_subset_and_row_make_an_item() -> None:
    here, there = DataKey("one/set"), DataKey("other/set")
    entries = [entry(here, item(0)), entry(here, item(1)), entry(here, item(0, "geo")), entry(there, item(0))]
    found = {Identities().of(each) for each in entries}
    assert len(found) == 4
    changed = entry(here, item(0, query="?", id="x"), "another test")
    assert Identities().of(changed) == Identities().of(entries[0])


def test_one_file_by_several_paths_is_one_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.jsonl").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "q.jsonl")
    keys = [
        DataKey("q.jsonl"),
        DataKey(str(tmp_path / "q.jsonl")),
        DataKey("q.jsonl", str(tmp_path)),
        DataKey("./q.jsonl", str(tmp_path)),
        DataKey("../q.jsonl", str(tmp_path / "sub")),
        DataKey("link.jsonl", str(tmp_path)),
    ]
    identities = Identities()
    assert len({identities.of(entry(key, item())) for key in keys}) == 1
    (tmp_path / "r.jsonl").touch()
    assert identities.of(entry(DataKey("r.jsonl"), item())) != identities.of(entry(keys[0], item()))


def test_one_file_is_one_data_set_however_its_characters_are_written(tmp_path: Path) -> None:
    (tmp_path / normalize("NFD", "한국사.jsonl")).touch()
    keys = [DataKey(normalize(form, "한국사.jsonl"), str(tmp_path)) for form in ("NFC", "NFD")]
    assert Identities().of(entry(keys[0], item())) == Identities().of(entry(keys[1], item()))


def test_a_benchmark_is_not_the_folder_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("kmmlu", "sample"):
        (tmp_path / name).mkdir()
        hub, local = (entry(DataKey(name, folder), item()) for folder in (None, str(tmp_path)))
        assert Identities().of(hub) != Identities().of(local)


def test_the_tests_of_an_item_come_in_their_order() -> None:
    data = DataKey("set")
    entries = [entry(data, item(number), name) for number, name in ((0, "a"), (1, "b"), (0, "c"))]
    groups = Identities().grouped(entries)
    assert [[each.nodeid for each in group] for group in groups.values()] == [["a", "c"], ["b"]]
