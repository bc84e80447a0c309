from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from pytest_haerae import Benchmark, register_benchmark
from pytest_haerae.catalogue import registry
from pytest_haerae.errors import UsageError
from pytest_haerae.run.identity import Identities, parameter_id, refuse_one_name
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


def test_a_benchmark_is_the_repository_of_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keys = [DataKey("kmmlu"), DataKey("HAERAE-HUB/KMMLU"), DataKey("HAERAE-HUB/KMMLU", str(tmp_path))]
    assert len({Identities().of(entry(key, item())) for key in keys}) == 1
    # A folder of that name is what is read in its place.
    (tmp_path / "HAERAE-HUB" / "KMMLU").mkdir(parents=True)
    assert len({Identities().of(entry(key, item())) for key in keys}) == 2


def test_two_benchmarks_of_one_repository_stay_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", {})
    register_benchmark(Benchmark(name="kmmlu_twice", repository="HAERAE-HUB/KMMLU"))
    assert Identities().of(entry(DataKey("kmmlu"), item())) != Identities().of(entry(DataKey("kmmlu_twice"), item()))


def test_the_tests_of_an_item_come_in_their_order() -> None:
    data = DataKey("set")
    entries = [entry(data, item(number), name) for number, name in ((0, "a"), (1, "b"), (0, "c"))]
    groups = Identities().grouped(entries)
    assert [[each.nodeid for each in group] for group in groups.values()] == [["a", "c"], ["b"]]


@pytest.mark.parametrize(
    ("benchmark", "expected"),
    [
        ("", "history-0000"),
        ("kmmlu", "kmmlu/history-0000"),
        ("owner/name", "owner/name/history-0000"),
        ("한 국.jsonl", "ud55c_uad6d.jsonl/history-0000"),
        ("a[b]::c", "au005bbu005du003au003ac/history-0000"),
    ],
)
def test_an_items_test_is_called_with_its_benchmark_where_there_are_several(benchmark: str, expected: str) -> None:
    assert parameter_id(item(), benchmark) == expected
    assert expected.isascii()


def test_two_data_sets_that_a_report_would_call_alike_are_refused(tmp_path: Path) -> None:
    hub, local = DataKey("kmmlu"), DataKey("./kmmlu", str(tmp_path))
    same = [Selected(item(number), "t", hub, benchmark="kmmlu") for number in range(2)]
    refuse_one_name([*same, Selected(item(0, "law"), "t", local, benchmark="other")])
    refuse_one_name([Selected(item(), "t", data) for data in (hub, local)])
    with pytest.raises(UsageError, match="would both be 'kmmlu/history' in the report: rename one, or run them one"):
        refuse_one_name([*same, Selected(item(), "t", local, benchmark="kmmlu")])


def test_one_file_by_two_paths_has_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.jsonl").touch()
    keys = [DataKey("q.jsonl"), DataKey("q.jsonl", str(tmp_path))]
    refuse_one_name([Selected(item(), "t", key, benchmark="q.jsonl") for key in keys])
