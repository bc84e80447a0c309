"""Benchmarks by name: a module each of this package's folder, an entry point each of others, and those registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules

from pytest_haerae.catalogue import benchmarks
from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.errors import UsageError

ENTRY_POINT_GROUP = "pytest_haerae.benchmarks"
_REGISTERED: dict[str, Benchmark] = {}


@cache
def _own_names() -> frozenset[str]:
    """The names of the package's benchmarks; none of them is imported for it."""
    return frozenset(module.name for module in iter_modules(benchmarks.__path__))


@cache
def _entry_points() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}


def register_benchmark(benchmark: Benchmark) -> Benchmark:
    """Make a benchmark known by its name, in a conftest.py; a package does it by an entry point.

    Raises:
        UsageError: The package has a benchmark of this name: two data sets by one name would be one question.
    """
    if benchmark.name in _own_names():
        raise UsageError(f"benchmark {benchmark.name}: the package has one of this name; choose another")
    _REGISTERED[benchmark.name] = benchmark
    return benchmark


def benchmark_names() -> tuple[str, ...]:
    """The names of all benchmarks, sorted; none of them is imported for it."""
    return tuple(sorted({*_own_names(), *_entry_points(), *_REGISTERED}))


def find_benchmark(name: str) -> Benchmark | None:
    """Look a benchmark up; None where there is none of this name.

    Raises:
        UsageError: The entry point of this name cannot be loaded, or is no benchmark.
    """
    if name in _own_names():
        found: Benchmark = import_module(f"{benchmarks.__name__}.{name}").BENCHMARK
        return found
    return _REGISTERED.get(name) or _from_entry_point(name)


@cache
def _from_entry_point(name: str) -> Benchmark | None:
    point = _entry_points().get(name)
    if point is None:
        return None
    try:
        found = point.load()
    except Exception as error:
        raise UsageError(f"benchmark {name}: {point.value} cannot be loaded ({error!r})") from None
    if not isinstance(found, Benchmark):
        raise UsageError(f"benchmark {name}: {point.value} is no Benchmark but {type(found).__name__}")
    return found


def all_benchmarks() -> Iterator[Benchmark]:
    """Every benchmark, in the order of their names."""
    for name in benchmark_names():
        if (benchmark := find_benchmark(name)) is not None:
            yield benchmark
