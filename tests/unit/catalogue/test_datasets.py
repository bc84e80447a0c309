from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pytest

from pytest_haerae.catalogue import registry
from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.datasets import (
    PRIVATE_SUBSETS,
    known_layouts,
    known_names,
    open_dataset,
    open_items,
    unknown_subset,
)
from pytest_haerae.catalogue.registry import (
    benchmark_names,
    benchmark_of_repository,
    find_benchmark,
    own_benchmarks,
)
from pytest_haerae.data.choice_layouts import KOREAN_LAYOUTS
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.data.layouts import LAYOUTS, make_items
from pytest_haerae.data.local import LocalDataset
from pytest_haerae.data.texts import TEXTS_ALONE
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import MADE_UP
from tests.unit.fakes import question, write_rows


def test_subsets_are_known_and_misspelt_ones_refused_without_a_download() -> None:
    dataset = open_dataset("kmmlu")
    assert isinstance(dataset, HubDataset)
    assert dataset.subsets()[0] == "Accounting"
    assert (dataset.repository.name, dataset.revision) == ("HAERAE-HUB/KMMLU", None)
    assert open_dataset("kmmlu", revision="main").revision == "main"
    assert find_benchmark("EleutherAI/kmmlu") is None


@pytest.mark.parametrize("name", ["owner/name", "O-1/n.a_m-e"])
def test_a_hub_id_is_a_repository_as_it_is(name: str) -> None:
    dataset = open_dataset(name, "dev", "abc")
    assert isinstance(dataset, HubDataset)
    assert (dataset.repository.name, dataset.split, dataset.revision) == (name, "dev", "abc")
    assert dataset.repository.configurations is None


def test_a_folder_goes_before_the_hub_but_not_before_a_benchmark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("owner/name", "kmmlu"):
        write_rows(tmp_path / folder / "law.jsonl", [question(0)])
    assert isinstance(open_dataset("owner/name"), LocalDataset)
    assert isinstance(open_dataset("kmmlu"), HubDataset)
    assert isinstance(open_dataset("./kmmlu"), LocalDataset)


def test_e3_a_name_that_is_nearly_that_of_a_file_is_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "data/quiz.jsonl", [question(0)])
    for name, folder in (("data/quizz", None), ("data/quiz", None), ("data/quiz.csv", None), ("data/quizz", tmp_path)):
        with pytest.raises(
            UsageError, match=rf"dataset {name}: there is no such .*; did you mean .*data/quiz\.jsonl\?"
        ):
            open_dataset(name, folder=folder)
    for name in ("none/law.CSV", "a/b/c", "owner/name.xlsx"):
        with pytest.raises(UsageError, match=f"dataset {name}: there is no such file or folder$"):
            open_dataset(name)
    assert isinstance(open_dataset("owner/name.v1"), HubDataset)
    assert isinstance(open_dataset("data/kobest_v1"), HubDataset), "nothing here is like it"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_b6_a_file_is_found_however_its_characters_are_written(tmp_path: Path, form: Literal["NFC", "NFD"]) -> None:
    write_rows(tmp_path / normalize("NFD", "한국사.jsonl"), [question(0)])
    assert open_dataset(normalize(form, "한국사.jsonl"), folder=tmp_path).subsets() == ("한국사",)


def test_beside_a_suite_a_file_of_a_benchmarks_name_is_meant(tmp_path: Path) -> None:
    write_rows(tmp_path / "kmmlu/law.jsonl", [question(0)])
    assert isinstance(open_dataset("kmmlu", folder=tmp_path), LocalDataset)
    assert isinstance(open_dataset("kmmlu", folder=tmp_path / "kmmlu"), HubDataset)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("kmlu", {}, "unknown dataset 'kmlu': did you mean 'kmmlu'.*, a hub id such as owner/name, or a folder"),
        ("none.jsonl", {}, "dataset none.jsonl: there is no such file or folder"),
        ("./none", {}, "dataset ./none: there is no such file or folder"),
        ("~/none", {}, "dataset ~/none: there is no such file or folder"),
        ("/none", {}, "dataset /none: there is no such file or folder"),
        ("sample", {"split": "dev"}, "dataset sample: unknown split 'dev'"),
        ("sample", {"revision": "main"}, "--dataset-revision: sample is local and has no revisions"),
        (".", {"revision": "main"}, "--dataset-revision: . is local and has no revisions"),
    ],
)
def test_what_is_not_there_is_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        open_dataset(name, **options)


def test_the_sample_is_a_name_wherever_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(tmp_path / "sample/law.jsonl", [question(0)])
    monkeypatch.chdir(tmp_path)
    assert "law" not in open_dataset("sample").subsets()
    assert known_names() == (*benchmark_names(), "sample")


@pytest.mark.parametrize("columns", [None, {"question": "b", "answer": "a"}])
def test_a_benchmarks_columns_are_read_unless_the_user_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: dict[str, Any] | None
) -> None:
    write_rows(tmp_path / "law.jsonl", [{"a": "뜻은?", "b": "봄"}])
    mine = Benchmark(name="mine", folder=tmp_path, columns={"question": "a", "answer": "b"})
    monkeypatch.setattr(registry, "_REGISTERED", {"mine": mine})
    (item,) = open_items("mine", columns=columns).items("law")
    assert (item.query, item.reference) == (("봄", "뜻은?") if columns else ("뜻은?", "봄"))


def test_every_layout_is_known_and_none_hides_one_that_needs_more() -> None:
    layouts = known_layouts()
    described = [layout for benchmark in own_benchmarks() if benchmark.shares_layouts for layout in benchmark.layouts]
    assert {id(reader) for _, reader in (*LAYOUTS, *KOREAN_LAYOUTS, *described, TEXTS_ALONE)} == {
        id(reader) for _, reader in layouts
    }
    for place, (columns, _) in enumerate(layouts):
        assert not any(columns < later for later, _ in layouts[place + 1 :])


@pytest.mark.parametrize("name", PRIVATE_SUBSETS)
def test_a_subset_that_is_not_public_is_told_with_the_way_to_have_it(name: str) -> None:
    text = unknown_subset(name, ["b", "a"])
    assert f"put {name}.jsonl" in text
    assert "Valid here: a, b" in text


def test_another_unknown_subset_is_told_with_the_nearest() -> None:
    assert unknown_subset("histori", ["history"]) == "unknown subset 'histori': did you mean 'history'? Valid: history"


@pytest.mark.parametrize("repository", MADE_UP)
def test_a_copy_of_a_benchmarks_rows_is_read_from_a_folder_as_from_the_hub(tmp_path: Path, repository: str) -> None:
    benchmark = benchmark_of_repository(repository)
    assert benchmark is not None
    rows = [{"question": f"{number}번 문제는?", **MADE_UP[repository](number)} for number in range(6)]
    write_rows(tmp_path / "rows" / "s-test.jsonl", rows)
    copied = open_items(str(tmp_path / "rows")).items("s")
    assert copied == list(make_items("s", rows, "made-up", {}, known_layouts(benchmark)))
    assert all(item.options for item in copied)
