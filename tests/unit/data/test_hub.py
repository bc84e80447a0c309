from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unicodedata import normalize

import pyarrow as arrow
import pytest
from pyarrow import parquet

from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.data.hub import HubDataset, Repository
from pytest_haerae.data.layouts import LAYOUTS
from pytest_haerae.errors import UsageError
from tests.helpers import HubRows
from tests.unit.pictures import JPEG, PNG

ROWS = [{"id": f"{kind}-{number}"} for number in range(3) for kind in "ab"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the library was asked for; it has the same rows in every configuration."""
    calls: list[tuple[Any, ...]] = []

    def load_dataset(repository: str, *, name: str | None, revision: str | None, split: str) -> list[dict[str, str]]:
        calls.append((repository, name, revision, split))
        return HubRows(ROWS)

    def names(repository: str, *, revision: str | None) -> list[str]:
        calls.append((repository, revision))
        return ["law", "history"]

    library = SimpleNamespace(load_dataset=load_dataset, get_dataset_config_names=names)
    monkeypatch.setitem(sys.modules, "datasets", library)
    monkeypatch.setitem(sys.modules, "datasets.utils", SimpleNamespace(disable_progress_bars=lambda: None))
    return calls


def test_a_configuration_is_a_subset_where_nothing_else_is_known(asked: list[tuple[Any, ...]]) -> None:
    dataset = HubDataset("me/mine", "test", Repository("me/mine", "abc"))
    assert dataset.subsets() == ("history", "law")
    assert dataset.subsets() == ("history", "law")
    assert list(dataset.rows("law")) == ROWS
    assert asked == [("me/mine", "abc"), ("me/mine", "law", "abc", "test")]


def test_known_subsets_are_told_without_asking_and_read_where_they_are(asked: list[tuple[Any, ...]]) -> None:
    repository = Repository("me/mine", None, {"b": "two", "a": None}, {"test": "train"})
    dataset = HubDataset("mine", "test", repository)
    assert (dataset.subsets(), asked) == (("b", "a"), [])
    assert (dataset.name, dataset.source("a")) == ("mine", "me/mine/a")
    list(dataset.rows("a"))
    list(dataset.rows("b"))
    assert asked == [("me/mine", None, None, "train"), ("me/mine", "two", None, "train")]
    assert dataset.split == "test", "a report names the split as the user does"
    list(HubDataset("mine", "dev", repository).rows("a"))
    assert asked[-1][-1] == "dev"


def test_subsets_that_share_a_configuration_have_their_own_rows_and_load_it_once(asked: list[tuple[Any, ...]]) -> None:
    shared = Repository("me/mine", None, {"a": None, "b": None}, belongs=lambda subset, row: row["id"][0] == subset)
    dataset = HubDataset("mine", "test", shared)
    for subset in "ab":
        assert [row["id"] for row in dataset.rows(subset)] == [f"{subset}-{number}" for number in range(3)]
    assert len(asked) == 1


def test_rows_of_a_shared_configuration_are_told_apart_once_and_a_strange_one_is_named(
    asked: list[tuple[Any, ...]],
) -> None:
    seen: list[tuple[str, str]] = []

    def belongs(subset: str, row: Mapping[str, Any]) -> bool:
        seen.append((subset, row["id"]))
        if (subset, row["id"]) == ("c", "b-1"):
            raise UsageError("the id 'b-1' is none")
        return str(row["id"]).startswith(subset)

    shared = Repository("me/mine", None, {"a": None, "b": None, "c": None, "d": "other"}, belongs=belongs)
    dataset = HubDataset("mine", "test", shared)
    assert [row["id"] for row in dataset.rows("b")] == ["b-0", "b-1", "b-2"]
    assert {subset for subset, _ in seen} == {"a", "b", "c"}
    count = len(seen)
    assert [row["id"] for row in dataset.rows("a")] == ["a-0", "a-1", "a-2"]
    with pytest.raises(UsageError, match=r"^me/mine, row 4: the id 'b-1' is none$"):
        list(dataset.rows("c"))
    assert len(seen) == count
    alone = HubDataset("mine", "test", replace(shared, configurations={"c": None}))
    with pytest.raises(UsageError, match=r"^me/mine, row 4: the id 'b-1' is none$"):
        list(alone.rows("c"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError('Unknown split "dev". Should be one of ["test"].'), "dataset mine: no split 'dev' (Unknown split"),
        (ValueError("BuilderConfig 'x' not found."), "dataset mine: BuilderConfig 'x' not found."),
        (
            ConnectionError("no route with hf_abcdefghijklmnopqrst\nmore"),
            "dataset mine (me/mine) cannot be had from the hub: ConnectionError: no route with ***. Check the name",
        ),
        (RuntimeError("split"), "cannot be had from the hub: RuntimeError: split. Check"),
    ],
)
def test_what_cannot_be_had_is_one_line(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def fail(*arguments: object, **settings: object) -> None:
        raise error

    monkeypatch.setattr(sys.modules["datasets"], "load_dataset", fail)
    monkeypatch.setattr(sys.modules["datasets"], "get_dataset_config_names", fail)
    dataset = HubDataset("mine", "dev", Repository("me/mine"))
    with pytest.raises(UsageError) as of_rows:
        list(dataset.rows("x"))
    with pytest.raises(UsageError) as of_names:
        dataset.subsets()
    assert str(of_rows.value) == str(of_names.value)
    assert message in str(of_rows.value)
    assert "\n" not in str(of_rows.value)


def test_b6_rows_have_their_number_and_their_texts_are_in_nfc(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"question": normalize("NFD", "한글"), "choices": [normalize("NFD", "가"), "나"], "n": 1}]
    monkeypatch.setattr(sys.modules["datasets"], "load_dataset", lambda *_, **__: HubRows(rows))
    ((place, row),) = HubDataset("mine", "test", Repository("me/mine")).placed_rows("law")
    assert str(place) == "me/mine/law, row 1"
    assert row == {"question": "한글", "choices": ["가", "나"], "n": 1}


def test_b2_the_numbers_of_classes_have_their_names(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Classes(HubRows):
        features = {"label": {"_type": "ClassLabel", "names": ["부산", "서울"]}, "n": None}  # noqa: RUF012

    rows = Classes([{"label": 1, "n": 1}])
    monkeypatch.setattr(sys.modules["datasets"], "load_dataset", lambda *_, **__: rows)
    (row,) = HubDataset("mine", "test", Repository("me/mine")).rows("law")
    assert (row["label"], row["label"].name, type(row["n"])) == (1, "서울", int)


def test_images_are_the_bytes_that_the_hub_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoded they would be others; and that needs a library, which is not needed here."""
    from datasets import Features, Image, List, Value, load_dataset

    columns = {"question": Value("string"), "answer": Value("string"), "image": Image(), "images": List(Image())}
    rows: list[dict[str, Any]] = [
        {"question": "q", "answer": "봄", "image": {"bytes": PNG, "path": None}, "images": []},
        {"question": "r", "answer": "봄", "image": None, "images": [{"bytes": JPEG, "path": "/home/me/x.jpg"}] * 2},
    ]
    parquet.write_table(arrow.Table.from_pylist(rows, Features(columns).arrow_schema), tmp_path / "rows.parquet")
    places = {"data_files": str(tmp_path / "rows.parquet"), "cache_dir": str(tmp_path / "cache")}
    loaded = load_dataset("parquet", split="train", **places)
    assert isinstance(loaded.features["image"], Image)
    monkeypatch.setattr("datasets.load_dataset", lambda *_, **__: loaded)
    monkeypatch.setattr("datasets.get_dataset_config_names", lambda *_, **__: ["default"])
    items = ItemLoader(HubDataset("mine", "train", Repository("me/mine")), {}, LAYOUTS).items("default")
    assert [[image.content() for image in item.images] for item in items] == [[PNG], [JPEG, JPEG]]


def test_the_hubs_columns_stay_with_the_items_classes_by_their_names(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Classes(HubRows):
        features = {"kind": {"_type": "ClassLabel", "names": ["지리", "역사"]}}  # noqa: RUF012

    told = {"tags": [normalize("NFD", "한글"), None], "picture": object(), "level": None, "score": 0.5}
    rows = Classes([{"question": "q", "choices": ["가", "나"], "answer": "나", "kind": 1, **told}])
    monkeypatch.setattr(sys.modules["datasets"], "load_dataset", lambda *_, **__: rows)
    (item,) = ItemLoader(HubDataset("mine", "test", Repository("me/mine")), {}, LAYOUTS).items("law")
    assert item.metadata == {"tags": ["한글", None], "kind": "역사", "score": 0.5}


def test_a_benchmark_says_more_of_its_subsets(asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"question": "q", "A": "가", "B": "나", "C": "다", "D": "라", "answer": 1, "Category": "Law"}
    monkeypatch.setattr(sys.modules["datasets"], "load_dataset", lambda *_, **__: HubRows([row]))
    (item,) = open_items("kmmlu").items("Law")
    assert item.metadata == {"Category": "Law", "supercategory": "HUMSS"}
