from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.report.ranking import read_ranking
from pytest_haerae.report.ranking_entry import ranking_entry
from tests.unit.rankings import models, written
from tests.unit.reports import benchmarks_of, report_of


def test_an_entry_says_what_the_ranking_has(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "c" * 50, "b": "c" * 30 + "w" * 20}, {"a": "w" * 40 + "c" * 10, "b": "t" + "w" * 49})
    ranking = read_ranking(paths, 0.01)
    entry = ranking_entry(ranking)
    assert entry["significance"] == 0.01
    first, second = entry["models"]
    assert (first["name"], first["report"], first["rank"], first["group"]) == ("model A", str(paths[0]), [1, 1], "a")
    assert (second["accuracy"], second["rank"], second["group"], second["cut"]) == (0.1, [2, 2], "b", 1)
    assert first["ci95"] is not None
    assert first["ci95"][0] < 0.8 < first["ci95"][1]
    assert first["tokens"] == {"prompt": None, "completion": None}
    (pair,) = entry["pairs"]
    assert (pair["first"], pair["second"], pair["n"], pair["difference"]) == ("model A", "model B", 100, 0.7)
    assert (pair["first_only"], pair["second_only"], pair["different"]) == (70, 0, True)
    assert pair["p_value"] == pair["p_value_holm"]
    assert list(entry["subsets"]) == ["a", "b"]
    assert entry["subsets"]["a"]["pairs"][0]["p_value_holm"] == pytest.approx(
        2 * min(entry["subsets"][name]["pairs"][0]["p_value"] for name in "ab")
    )
    assert "report" not in entry["subsets"]["a"]["models"][0]
    assert "benchmarks" not in entry


def test_benchmarks_stand_beside_the_subsets(tmp_path: Path) -> None:
    both = {"kmmlu": {"a": "c" * 20}, "kobest": {"a": "cw" * 10}}
    entry = ranking_entry(read_ranking(written(tmp_path, [report_of(benchmarks_of(both)) for _ in range(2)]), 0.05))
    assert list(entry["benchmarks"]) == ["kmmlu", "kobest"]
    assert list(entry["subsets"]) == ["kmmlu/a", "kobest/a"]
