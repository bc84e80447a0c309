"""Benchmarks by name: a module each of this package's folder, an entry point each of others, and those registered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from pytest_haerae.catalogue import benchmarks
from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.local import SAMPLE
from pytest_haerae.entry_points import entry_point_names, find_entry_point, has_entry_point, load_entry_point
from pytest_haerae.errors import UsageError

ENTRY_POINT_GROUP = "pytest_haerae.benchmarks"
"""The entry points of benchmarks: a benchmark's name, and the `Benchmark`."""

_REGISTERED: dict[str, Benchmark] = {}


@cache
def _own_names() -> frozenset[str]:
    """The names of the package's benchmarks; none of them is imported for it."""
    return frozenset(module.name for module in iter_modules(benchmarks.__path__))


def register_benchmark(benchmark: Benchmark) -> Benchmark:
    """Make a benchmark known by its name, in a conftest.py; a package does it by an entry point.

    Args:
        benchmark: The benchmark. It hides one of the same name that an installed package has; a run that asks for one
            that has the name of one of the package's own data sets is refused.
    """
    _REGISTERED[benchmark.name] = benchmark
    return benchmark


def benchmark_names() -> tuple[str, ...]:
    """The names of all benchmarks, sorted; none of them is imported for it."""
    return tuple(sorted({*_own_names(), *entry_point_names(ENTRY_POINT_GROUP), *_REGISTERED}))


def is_benchmark(name: str) -> bool:
    """Whether a name is a benchmark's, usable or not; none is imported for it."""
    return name in _own_names() or (name != SAMPLE and _is_others(name))


def _is_others(name: str) -> bool:
    return name in _REGISTERED or has_entry_point(ENTRY_POINT_GROUP, name)


def find_benchmark(name: str) -> Benchmark | None:
    """Look a benchmark up, which imports no other one; None where there is none of this name.

    Raises:
        UsageError: Its name is also one of the package's own data sets, or its entry point cannot be loaded or is no
            benchmark of this name.
    """
    place = f"benchmark {name}"
    if name in _own_names() or name == SAMPLE:
        if _is_others(name):
            whose = "a conftest.py" if name in _REGISTERED else "an installed package"
            raise UsageError(
                f"{place}: pytest-haerae has a data set of this name, and {whose} another: rename that one"
            )
        return None if name == SAMPLE else _own(name)
    if name in _REGISTERED:
        return _REGISTERED[name]
    point = find_entry_point(ENTRY_POINT_GROUP, name, place)
    if point is None:
        return None
    found = load_entry_point(point, place)
    if not isinstance(found, Benchmark):
        raise UsageError(f"{place}: {point.value} is no Benchmark but {type(found).__name__}")
    if found.name != name:
        raise UsageError(f"{place}: {point.value} is named '{found.name}'; the entry point has to have the same name")
    return found


def own_benchmarks() -> Iterator[Benchmark]:
    """The package's benchmarks, in the order of their names."""
    return map(_own, sorted(_own_names()))


def benchmark_of_repository(repository: str) -> Benchmark | None:
    """The benchmark whose rows a repository of the hub has; None where it is no benchmark's.

    The package's own and those of a conftest.py are looked at: no installed package is imported for it.

    Args:
        repository: Its id, ``owner/name``, in letters of either case, as the hub takes it.
    """
    known = (*own_benchmarks(), *_REGISTERED.values())
    return next((each for each in known if each.repository.casefold() == repository.casefold()), None)


def _own(name: str) -> Benchmark:
    found: Benchmark = import_module(f"{benchmarks.__name__}.{name}").BENCHMARK
    return found
