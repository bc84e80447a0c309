from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.catalogue import registry
from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.registry import all_benchmarks, benchmark_names, find_benchmark, register_benchmark
from pytest_haerae.errors import UsageError
from pytest_haerae.prompts.registry import find_prompt, refuse_method
from pytest_haerae.scoring.registry import find_scorer
from tests.helpers import ROOT

COUNTS = {
    "click": 11,
    "csat_qa": 6,
    "haerae_bench": 13,
    "hrm8k": 5,
    "kbl": 65,
    "kmmlu": 45,
    "kobest": 5,
    "kormedmcqa": 4,
}
MINE = Benchmark(name="mine", folder=Path("mine"))


def test_every_benchmark_is_whole() -> None:
    assert {benchmark.name: len(benchmark.configurations) for benchmark in all_benchmarks()} == COUNTS
    assert benchmark_names() == tuple(COUNTS)
    for benchmark in all_benchmarks():
        for method, name in benchmark.prompts.items():
            refuse_method(find_prompt(name), method)
        for method, name in benchmark.scorers.items():
            find_scorer(method, name)
        for subset in benchmark.configurations:
            path, _, function = benchmark.suite_of(subset).partition("::")
            suite = (ROOT / path).read_text(encoding="utf-8")
            assert f"def {function}(" in suite
            named = f'subset="{subset}"' if benchmark.name == "haerae_bench" else f'dataset="{benchmark.name}"'
            assert f"@pytest.mark.haerae({named})" in suite
            # Node ids hold the names as they are.
            assert re.fullmatch(r"[A-Za-z0-9._-]+", subset)


def test_the_subsets_that_share_a_configuration_are_told_apart() -> None:
    for benchmark in all_benchmarks():
        configurations = list(benchmark.configurations.values())
        assert benchmark.belongs or len(set(configurations)) == len(configurations)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(registry, "_REGISTERED", {})


class Point:
    """An entry point of another package."""

    value = "package:BENCHMARK"

    def __init__(self, loaded: object) -> None:
        self._loaded = loaded

    def load(self) -> object:
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The entry points of other packages."""
    found: dict[str, Any] = {}
    monkeypatch.setattr(registry, "_entry_points", lambda: found)
    registry._from_entry_point.cache_clear()
    yield found
    registry._from_entry_point.cache_clear()


@pytest.mark.usefixtures("registered")
def test_one_of_a_conftest_is_found_listed_and_replaced_by_the_next() -> None:
    assert find_benchmark("mine") is None
    assert register_benchmark(MINE) is MINE
    assert find_benchmark("mine") is MINE
    assert benchmark_names() == tuple(sorted((*COUNTS, "mine")))
    assert MINE in list(all_benchmarks())
    again = register_benchmark(Benchmark(name="mine", folder=Path("other")))
    assert find_benchmark("mine") is again


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("name", COUNTS)
def test_no_name_of_the_package_can_be_taken(name: str) -> None:
    with pytest.raises(UsageError, match=f"benchmark {name}: the package has one of this name"):
        register_benchmark(Benchmark(name=name, folder=Path("mine")))


@pytest.mark.usefixtures("registered")
def test_one_of_another_package_is_found_and_gives_way_to_a_conftests(points: dict[str, Any]) -> None:
    theirs = Benchmark(name="mine", folder=Path("theirs"))
    points["mine"] = Point(theirs)
    assert find_benchmark("mine") is theirs
    assert "mine" in benchmark_names()
    register_benchmark(MINE)
    assert find_benchmark("mine") is MINE


@pytest.mark.parametrize(
    ("loaded", "problem"),
    [
        (ImportError("no such module"), r"package:BENCHMARK cannot be loaded \(ImportError\('no such module'\)\)"),
        ("text", "package:BENCHMARK is no Benchmark but str"),
    ],
)
def test_a_package_without_its_benchmark_is_refused_when_it_is_named(
    points: dict[str, Any], loaded: object, problem: str
) -> None:
    points["theirs"] = Point(loaded)
    assert "theirs" in benchmark_names()
    with pytest.raises(UsageError, match=f"benchmark theirs: {problem}"):
        find_benchmark("theirs")
