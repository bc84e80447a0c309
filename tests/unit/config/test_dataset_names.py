from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.catalogue.registry import benchmark_names
from pytest_haerae.config.dataset_names import expand_all, parse_datasets
from pytest_haerae.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("kmmlu", ("kmmlu",)),
        ("kmmlu,kobest", ("kmmlu", "kobest")),
        ("kmmlu, kobest ,", ("kmmlu", "kobest")),
        (["kmmlu", "kobest,kmmlu"], ("kmmlu", "kobest")),
        (("kmmlu", Path("a/b.jsonl")), ("kmmlu", "a/b.jsonl")),
        (Path("a/b.jsonl"), ("a/b.jsonl",)),
        (" kmmlu", (" kmmlu",)),
    ],
)
def test_names_come_in_order_and_each_once(typed: object, names: tuple[str, ...]) -> None:
    assert parse_datasets("--dataset", typed) == names


def test_a_path_with_a_comma_is_one_name_where_it_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_datasets("--dataset", "a,b.jsonl") == ("a", "b.jsonl")
    (tmp_path / "a,b.jsonl").touch()
    assert parse_datasets("--dataset", "a,b.jsonl") == ("a,b.jsonl",)
    assert parse_datasets("--dataset", ["a,b.jsonl", "kmmlu"]) == ("a,b.jsonl", "kmmlu")


def test_nothing_but_commas_is_refused() -> None:
    with pytest.raises(UsageError, match="--dataset: names no data set; write NAME or NAME,NAME"):
        parse_datasets("--dataset", " , ")


def test_all_is_every_benchmark_that_is_for_it_unless_something_has_this_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert expand_all(("kmmlu", "sample")) == ("kmmlu", "sample")
    left_out = {"haerae_vision", "hrc", "k2_eval", "komt_bench", "kosimpleqa", "kudge", "logickor", "sample_pairs"}
    left_out |= {"benchhub", "kormedlawqa", "ksm"}
    left_out |= {"haerae_bench_1_0", "kmmlu_hard", "kmmlu_pro", "kmmlu_redux", "ko_musr", "kobbq"}
    meant = tuple(name for name in benchmark_names() if name not in left_out)
    assert expand_all(("all",)) == meant
    assert expand_all(("kmmlu", "all", "sample")) == tuple(dict.fromkeys(("kmmlu", *meant, "sample")))
    (tmp_path / "all").mkdir()
    assert expand_all(("all",)) == ("all",)
