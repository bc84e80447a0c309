"""The benchmarks that have a name of their own: a module of this folder each, found by listing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from pytest_haerae.data.rows import Layout, Row
from pytest_haerae.types import Method


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is known of a benchmark without asking the hub.

    Attributes:
        name: What ``--dataset`` calls it; its module here has the same name.
        repository: Its data set on the hub.
        configurations: Each subset, and the configuration of the repository that has its rows (None: the default one).
        revision: The commit that is read where the user names none; None for the default branch.
        splits: What the repository calls a split, where it is not what the user calls it: ``{"test": "train"}``.
        belongs: Whether a row is a subset's, where subsets share a configuration; None where they do not.
        layouts: The layouts of its rows that no other benchmark has.
        prompts: How it is asked where ``--prompt`` does not say, by method.
        scorers: What judges it where ``--evaluator-params`` does not say, by method.
        suite: The test that asks a subset's items, as a node id without parameters; ``{subset}`` stands for its name.
    """

    name: str
    repository: str
    configurations: Mapping[str, str | None]
    revision: str | None = None
    splits: Mapping[str, str] = field(default_factory=dict)
    belongs: Callable[[str, Row], bool] | None = None
    layouts: tuple[Layout, ...] = ()
    prompts: Mapping[Method, str] = field(default_factory=dict)
    scorers: Mapping[Method, str] = field(default_factory=dict)
    suite: str = ""

    def suite_of(self, subset: str) -> str:
        """The test that asks a subset's items: in the folder of the benchmark's name, unless it says otherwise."""
        return (self.suite or f"suites/{self.name}/test_{self.name}.py::test_{self.name}").format(subset=subset)


@cache
def benchmark_names() -> tuple[str, ...]:
    """The names of all benchmarks, sorted; none of them is imported for it."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def find_benchmark(name: str) -> Benchmark | None:
    """Look a benchmark up; None where there is none of this name."""
    if name not in benchmark_names():
        return None
    return cast(Benchmark, import_module(f"{__name__}.{name}").BENCHMARK)


def all_benchmarks() -> Iterator[Benchmark]:
    """Every benchmark, in the order of their names."""
    for name in benchmark_names():
        benchmark = find_benchmark(name)
        assert benchmark is not None  # noqa: S101 - it was just listed
        yield benchmark
