"""Which benchmarks' suites a command line names, read from their modules before one of them is collected.

The ids of all tests tell whether the run asks several, and the first is given before the last suite is collected.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.scope import DEFAULT_DATASET, MARKER, Suite, named_paths, read_suite


def named_benchmarks(arguments: Iterable[str], start: Path, patterns: Sequence[str]) -> tuple[str, ...]:
    """The benchmarks that a command line's suites ask, in its order; none where these are suites of the default alone.

    A suite counts where its module is named or lies in a folder that is, as `Suite.is_named_in` has it, and where its
    marker says what it asks in so many words.

    Args:
        arguments: Paths and node ids as pytest has them; the folder where it was started if it was given none.
        start: The folder where it was started.
        patterns: What the names of test modules are like, as pytest's ``python_files``.
    """
    suites = [suite for module in _modules(arguments, start, patterns) for suite in _written_out(module)]
    benchmarks = dict.fromkeys(suite.benchmark for suite in suites if suite.benchmark)
    found = [suite.benchmark or _default_of(suite, list(benchmarks)) for suite in suites]
    names = tuple(dict.fromkeys(name for name in found if name))
    return () if names == (DEFAULT_DATASET,) else names


def _default_of(suite: Suite, benchmarks: Iterable[str]) -> str | None:
    """The default benchmark, where a suite that names none asks subsets that it has and none of the others."""
    asked = set(suite.subsets or ())
    if suite.dataset is not None or not asked & _subsets_of(DEFAULT_DATASET):
        return None
    return None if any(asked & _subsets_of(name) for name in benchmarks) else DEFAULT_DATASET


def _subsets_of(name: str) -> set[str]:
    benchmark = find_benchmark(name)
    return set(benchmark.configurations) if benchmark else set()


def _modules(arguments: Iterable[str], start: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """The modules that are named, and those in named folders, each once."""
    seen: set[Path] = set()
    for path in named_paths(tuple(arguments), start):
        inside = sorted(path.glob("*.py")) if path.is_dir() else []
        for module in [path] if path.is_file() else inside:
            if module not in seen and (module == path or any(fnmatch(module.name, pattern) for pattern in patterns)):
                seen.add(module)
                yield module


def _written_out(module: Path) -> Iterator[Suite]:
    """The suites of a module whose markers are written out; pytest tells what is wrong with it, or with them."""
    try:
        content = module.read_bytes()
        tree = ast.parse(content) if MARKER.encode() in content else None
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == MARKER:
            try:
                keywords = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords}
                yield read_suite(getattr(pytest.mark, MARKER)(**keywords).mark, module, module.name)
            except (UsageError, ValueError, TypeError, RecursionError):
                continue
