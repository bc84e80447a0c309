"""Which suites a run is about: those of its data sets, and no other benchmark's."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from unicodedata import normalize

import pytest

from pytest_haerae.catalogue.benchmark import GENERIC_SUITE
from pytest_haerae.catalogue.benchmarks.haerae_bench import SUBSETS as HAERAE_SUBSETS
from pytest_haerae.catalogue.datasets import unknown_subset
from pytest_haerae.catalogue.registry import find_benchmark, is_benchmark
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.config.parsing import parse_mapping, parse_share
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import Terms

MARKER = "haerae"
_COLUMNS_OPTION = "--dataset-columns"
DEFAULT_DATASET: str = BY_NAME["dataset"].default[0]


@dataclass(frozen=True, slots=True)
class Suite:
    """What a test's marker says of its items.

    Attributes:
        path: The module that the test is in.
        dataset: The data set that the marker names; None for the run's own.
        subsets: The subsets that the marker names; None for all that no other suite names.
        by: Metadata columns by whose values the accuracy of its items is told.
        min_accuracy: The accuracy that its items have to reach; None for no gate.
        is_marked: Whether the test has the marker at all.
        columns: What the columns of its data set mean, as JSON; None for what the run says of all that do not say it.
    """

    path: Path
    dataset: str | None
    subsets: tuple[str, ...] | None
    by: tuple[str, ...] = ()
    min_accuracy: float | None = None
    is_marked: bool = True
    columns: str | None = None

    def terms(self, nodeid: str) -> tuple[Terms, ...]:
        """What the marker says of the items, beside which they are; nothing where it says nothing.

        Args:
            nodeid: The node id of the suite's test function.
        """
        return (Terms(nodeid, self.by, self.min_accuracy),) if self.by or self.min_accuracy is not None else ()

    def of_its_columns(self, error: UsageError, nodeid: str) -> UsageError:
        """A mistake in what the columns mean, told where it was made: in the marker, if that says it."""
        option, _, problem = str(error).partition(f"{_COLUMNS_OPTION}: ")
        if option or not problem or self.columns is None:
            return error
        return UsageError(f"{nodeid}: @pytest.mark.{MARKER}: columns=: {problem}")

    def check_marked(self, nodeid: str) -> None:
        """Refuse a test without items that has no marker: it would vanish without a word.

        Args:
            nodeid: The node id of the suite's test function.

        Raises:
            UsageError: It has none.
        """
        if not self.is_marked:
            way_out = f'add @pytest.mark.{MARKER}(dataset="…")'
            raise UsageError(f"{nodeid}: it asks for an item, and nothing says of which data set: {way_out}")

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
        named = named_paths(tuple(arguments), start)
        return self.path.resolve() in named or self.path.parent.resolve() in named

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
        return [subset for subset in present if subset not in HAERAE_SUBSETS or self._asks_alone(subset)]

    def _asks_alone(self, subset: str) -> bool:
        """Whether no other suite asks a subset of HAE-RAE Bench; without a marker nothing says that this one does."""
        return self.is_marked and not (self.path.parent / f"test_{subset}.py").is_file()


@lru_cache(maxsize=1)
def named_paths(arguments: tuple[str, ...], start: Path) -> Mapping[Path, None]:
    """The paths that a command line names, in its order and each once.

    A shell may have made a thousand of one pattern, for as many suites: they are looked for by their hashes.
    """
    return dict.fromkeys((start / argument.partition("::")[0]).resolve() for argument in arguments)


class Scope:
    """Which benchmarks a run is about, as far as its suites decide it.

    A benchmark's suite runs where the benchmark is one of the run's data sets: where the user says so, or names no data
    set and, on the command line, this suite. So ``pytest suites/`` is HAE-RAE Bench and downloads nothing else.

    Attributes:
        datasets: The benchmarks whose suites the command line names, where it names no data set; empty for the default.
    """

    def __init__(self) -> None:
        self.datasets: tuple[str, ...] = ()
        self._left_out: set[str] = set()

    def admits(self, suite: Suite, chosen: Collection[str] | None, named: bool, *, begun: bool) -> bool:
        """Whether a benchmark's suite is in scope; a first one that only its module's code names decides `datasets`.

        Args:
            suite: A suite that names a benchmark.
            chosen: The data sets that the user chose; None where none is named.
            named: Whether the command line names the suite.
            begun: Whether suites of the default data set were collected already.

        Raises:
            UsageError: Ids were given already that do not tell benchmarks apart.
        """
        benchmark = str(suite.benchmark)
        if benchmark in (chosen or self.datasets or (DEFAULT_DATASET,)):
            return True
        if chosen or not named:
            self._left_out.add(benchmark)
            return False
        if self.datasets or begun:
            raise self._too_late(benchmark)
        self.datasets = (benchmark,)
        return True

    def check_default(self, suite: Suite, named: bool) -> None:
        """Refuse a suite for subsets that none of the benchmarks of the command line's suites has.

        Args:
            suite: A suite of the run's data sets, whichever they are.
            named: Whether the command line names the suite.

        Raises:
            UsageError: It would be left out without a word.
        """
        benchmarks = [benchmark for name in self.datasets if (benchmark := find_benchmark(name))]
        known = {subset for benchmark in benchmarks for subset in benchmark.configurations}
        if not (named and benchmarks and suite.subsets) or set(suite.subsets) & known:
            return
        if DEFAULT_DATASET in self.datasets:
            raise UsageError(f"{suite.path.name}: @pytest.mark.{MARKER}: {unknown_subset(suite.subsets[0], known)}")
        raise self._too_late(DEFAULT_DATASET)

    def _too_late(self, other: str) -> UsageError:
        names = (*(self.datasets or (DEFAULT_DATASET,)), other)
        return UsageError(
            f"these suites ask {' and '.join(names)}, which is not written out in their markers: name them,"
            f" --dataset={','.join(names)}"
        )

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
        return Suite(path, None, None, is_marked=False)
    place = f"{place}: @pytest.mark.{marker.name}"
    if marker.args:
        raise UsageError(f"{place}: {marker.args[0]!r:.80} has no keyword; write subset=… or dataset=…")
    for name in marker.kwargs:
        if name not in _KEYWORDS:
            raise UsageError(f"{place}: {unknown('keyword', name, _KEYWORDS)}")
    given = {name: marker.kwargs.get(name) for name in _KEYWORDS}
    least = given["min_accuracy"]
    suite = Suite(
        path,
        _dataset(given["dataset"], place),
        _names("subset", given["subset"], place),
        _names("by", given["by"], place) or (),
        None if least is None else parse_share(f"{place}: min_accuracy=", least),
        columns=_columns(given["columns"], place),
    )
    if suite.columns is not None and (suite.dataset is None or suite.benchmark is not None):
        raise UsageError(f"{place}: columns= is about a data set of one's own: name it with dataset=")
    return suite


_KEYWORDS = ("dataset", "subset", "by", "min_accuracy", "columns")


def _columns(value: object, place: str) -> str | None:
    if value is None:
        return None
    if not (isinstance(value, str | dict) and value):
        raise UsageError(f"{place}: columns= is a mapping or a text such as question=…,answer=…, not {value!r:.80}")
    try:
        return json.dumps(parse_mapping(f"{place}: columns=", value), ensure_ascii=False, sort_keys=True)
    except TypeError:
        raise UsageError(f"{place}: columns= names columns by texts, not {value!r:.80}") from None


def _dataset(value: object, place: str) -> str | None:
    if not (value is None or (isinstance(value, str | PurePath) and str(value))):
        raise UsageError(f"{place}: dataset= is a name or a path, not {value!r:.80}")
    return None if value is None else str(value)


def _names(keyword: str, value: object, place: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = (value,) if isinstance(value, str) else value
    if isinstance(names, tuple | list | set | frozenset) and names and all(_is_name(name) for name in names):
        # A set has no order that the next run has, too.
        listed = sorted(names) if isinstance(names, set | frozenset) else names
        # In NFC, as data are read: an editor may have written the suite otherwise.
        return tuple(normalize("NFC", name) for name in listed)
    raise UsageError(f"{place}: {keyword}= is a name or a list of names, not {value!r:.80}")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
