"""Which suites a run is about: those of its data set, and no other benchmark's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from unicodedata import normalize

import pytest

from pytest_haerae.catalogue.benchmark import GENERIC_SUITE
from pytest_haerae.catalogue.benchmarks.haerae_bench import SUBSETS as HAERAE_SUBSETS
from pytest_haerae.catalogue.registry import find_benchmark, is_benchmark
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.errors import UsageError, unknown

DEFAULT_DATASET: str = BY_NAME["dataset"].default


@dataclass(frozen=True, slots=True)
class Suite:
    """What a test's marker says of its items.

    Attributes:
        path: The module that the test is in.
        dataset: The data set that the marker names; None for the run's own.
        subsets: The subsets that the marker names; None for all that no other suite names.
    """

    path: Path
    dataset: str | None
    subsets: tuple[str, ...] | None

    @property
    def benchmark(self) -> str | None:
        """The benchmark that the marker names; None where a file or folder of that name is beside the module."""
        if self.dataset is None or not is_benchmark(self.dataset):
            return None
        return None if (self.path.parent / self.dataset).exists() else self.dataset

    def is_named_in(self, arguments: Iterable[str], start: Path) -> bool:
        """Whether a command line names this very module or its folder, or pytest was started in that folder.

        Args:
            arguments: Paths and node ids as pytest has them; the folder where it was started if it was given none.
            start: The folder where it was started.
        """
        return not _resolved(tuple(arguments), start).isdisjoint((self.path.resolve(), self.path.parent.resolve()))

    def candidates(self, dataset: str, present: Iterable[str], *, own: bool) -> list[str]:
        """The subsets that this suite asks, whether or not the data set has them.

        Args:
            dataset: The data set's name.
            present: The data set's subsets.
            own: Whether it is the run's data set.
        """
        if self.subsets is not None:
            return list(self.subsets)
        if self.dataset is not None or not own:
            return list(present)
        # A suite for all that no other asks: HAE-RAE's modules and the benchmarks' folders are beside it.
        # A benchmark without a suite of its own has none there, only, perhaps, its rows.
        benchmark = find_benchmark(dataset)
        if benchmark and benchmark.suite != GENERIC_SUITE and (self.path.parent / dataset).is_dir():
            return []
        return [subset for subset in present if subset not in HAERAE_SUBSETS]


@lru_cache(maxsize=1)
def _resolved(arguments: tuple[str, ...], start: Path) -> frozenset[Path]:
    """The paths that a command line names: a shell may have made a thousand of one pattern, for as many suites."""
    return frozenset((start / argument.partition("::")[0]).resolve() for argument in arguments)


class Scope:
    """Which benchmark a run is about, as far as its suites decide it.

    A benchmark's suite runs where the run's data set is that benchmark: where the user says so, or names no data set
    and, on the command line, this suite. So ``pytest suites/`` is HAE-RAE Bench and downloads nothing else.

    Attributes:
        dataset: The benchmark whose suite the command line names, where it names no data set.
    """

    def __init__(self) -> None:
        self.dataset: str | None = None
        self._left_out: set[str] = set()

    def admits(self, suite: Suite, chosen: str | None, named: bool, *, begun: bool) -> bool:
        """Whether a benchmark's suite is in scope; the first that the command line names decides `dataset`.

        Args:
            suite: A suite that names a benchmark.
            chosen: The run's data set where it is known: the user's choice, or `dataset`.
            named: Whether the command line names the suite.
            begun: Whether suites of the default data set were collected already.

        Raises:
            UsageError: The command line names suites of two benchmarks.
        """
        benchmark = suite.benchmark
        if benchmark == (chosen or DEFAULT_DATASET):
            return True
        if named and (self.dataset or begun):
            raise self._two(str(benchmark))
        if chosen or not named:
            self._left_out.add(str(benchmark))
            return False
        self.dataset = benchmark
        return True

    def check_default(self, suite: Suite, named: bool) -> None:
        """Refuse a suite for subsets that the benchmark of the command line's first suite does not have.

        Args:
            suite: A suite of the run's data set, whichever that is.
            named: Whether the command line names the suite.

        Raises:
            UsageError: It would be left out without a word.
        """
        benchmark = find_benchmark(self.dataset or "")
        if named and benchmark and suite.subsets and not set(suite.subsets) & benchmark.configurations.keys():
            raise self._two(DEFAULT_DATASET)

    def _two(self, other: str) -> UsageError:
        asked = f"{self.dataset or DEFAULT_DATASET} and {other}"
        return UsageError(f"these suites ask {asked}: one run asks one benchmark, so run them one after another")

    def refuse_nothing(self) -> None:
        """Say which suites were left out, where nothing else was collected.

        Raises:
            UsageError: There were any.
        """
        if self._left_out:
            names = " or ".join(f"--dataset={name}" for name in sorted(self._left_out))
            raise UsageError(f"the suites here ask another benchmark than this run: add {names}")


def read_suite(marker: pytest.Mark | None, path: Path, place: str) -> Suite:
    """Read a test's marker.

    Args:
        marker: The marker ``haerae``; None where the test has none.
        path: The module that the test is in.
        place: The test's node id, for messages.

    Raises:
        UsageError: It has a keyword or a value that it cannot have: a typo would ask other items, and say nothing.
    """
    if marker is None:
        return Suite(path, None, None)
    place = f"{place}: @pytest.mark.{marker.name}"
    if marker.args:
        raise UsageError(f"{place}: {marker.args[0]!r:.80} has no keyword; write subset=… or dataset=…")
    for name in marker.kwargs:
        if name not in _KEYWORDS:
            raise UsageError(f"{place}: {unknown('keyword', name, _KEYWORDS)}")
    return Suite(path, _dataset(marker.kwargs.get("dataset"), place), _subsets(marker.kwargs.get("subset"), place))


_KEYWORDS = ("dataset", "subset")


def _dataset(value: object, place: str) -> str | None:
    if not (value is None or (isinstance(value, str | PurePath) and str(value))):
        raise UsageError(f"{place}: dataset= is a name or a path, not {value!r:.80}")
    return None if value is None else str(value)


def _subsets(value: object, place: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = (value,) if isinstance(value, str) else value
    if isinstance(names, tuple | list | set | frozenset) and names and all(_is_name(name) for name in names):
        # A set has no order that the next run has, too.
        listed = sorted(names) if isinstance(names, set | frozenset) else names
        # In NFC, as data are read: an editor may have written the suite otherwise.
        return tuple(normalize("NFC", name) for name in listed)
    raise UsageError(f"{place}: subset= is a name or a list of names, not {value!r:.80}")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
