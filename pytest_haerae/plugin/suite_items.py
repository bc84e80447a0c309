"""The items that the suites of a session ask: which data sets a run is about, its suites may decide."""

from __future__ import annotations

import pytest

from pytest_haerae.catalogue.datasets import unknown_subset
from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.evaluations import Evaluations
from pytest_haerae.plugin.given import Given
from pytest_haerae.plugin.named import named_benchmarks
from pytest_haerae.plugin.scope import MARKER, Scope, Suite
from pytest_haerae.run.identity import parameter_id, place_of_data
from pytest_haerae.types import DataKey, Selected


class SuiteItems:
    """Finds a suite's items.

    Args:
        config: The session's configuration.
        given: Its options.
        scope: Which benchmarks' suites take part; suites decide on it one after the other.
        evaluations: What is measured.
    """

    def __init__(self, config: pytest.Config, given: Given, scope: Scope, evaluations: Evaluations) -> None:
        self._config = config
        self._given = given
        self._scope = scope
        self._evaluations = evaluations
        self._described: dict[str, tuple[str | None, str]] = {}
        self._scope_is_read = False
        self._begun: set[DataKey] = set()
        self._emptied: list[str] = []

    def of_suite(self, suite: Suite, nodeid: str) -> list[Selected]:
        """The items that a suite asks in this run; none where it is out of scope.

        Args:
            suite: The suite.
            nodeid: The node id of its test function.

        Raises:
            UsageError: The data cannot be read, or a subset does not exist.
        """
        try:
            return self._entries(suite, nodeid) if self._in_scope(suite) else []
        except UsageError as error:
            raise suite.of_its_columns(error, nodeid) from None

    def _entries(self, suite: Suite, nodeid: str) -> list[Selected]:
        evaluation, own = self._evaluations.first, suite.dataset is None or suite.benchmark is not None
        try:
            present = {data: evaluation.source.subsets(data) for data in self._data_of(suite)}
        except UsageError as error:
            # Which of a file's tests names what is not there, nobody sees in the name.
            raise UsageError(f"{nodeid}: {error}") if suite.dataset is not None else error from None
        self._begun |= present.keys()
        for data in present:
            self._check_described(data, nodeid)
        chosen_for_it = self._given.datasets() is None and not self._scope.datasets
        # A suite with a gate of its own may not vanish, whatever data it is run on.
        if suite.dataset is not None or suite.min_accuracy is not None or chosen_for_it:
            known = {name for subsets in present.values() for name in subsets}
            for name in suite.subsets or ():
                if name not in known:
                    raise UsageError(f"{nodeid}: @pytest.mark.{MARKER}: {unknown_subset(name, known)}")
        entries: list[Selected] = []
        terms, has_rows = suite.terms(nodeid), False
        for data, subsets in present.items():
            benchmark, wanted = evaluation.benchmark_of(data), set(evaluation.source.wanted(data))
            asked = [subset for subset in suite.candidates(data.name, subsets, own=own) if subset in wanted]
            has_rows = has_rows or bool(asked)
            entries += [
                Selected(item, f"{nodeid}[{parameter_id(item, benchmark)}]", data, terms, benchmark)
                for subset in asked
                for item in evaluation.source.items(data, subset)
            ]
        if has_rows and not entries and suite.min_accuracy is not None:
            self._emptied.append(nodeid)
        if not (entries or has_rows or evaluation.plan.config.subset):
            suite.check_marked(nodeid)
        return entries

    def _check_described(self, data: DataKey, nodeid: str) -> None:
        """Refuse a file that two tests read in two ways: a row is one item, whoever asks it.

        Raises:
            UsageError: With both tests.
        """
        if data.folder is None:
            return
        columns, other = self._described.setdefault(place_of_data(data), (data.columns, nodeid))
        if columns != data.columns:
            raise UsageError(
                f"{nodeid}: {data.name} has other columns= in the marker of {other}: write the same in both"
            )

    def check_asked(self) -> None:
        """Refuse a data set on the command line that no suite asks, and a suite whose gate has no item left.

        Raises:
            UsageError: All suites have data of their own, or ``--dataset-params`` leaves out all of a suite's items.
        """
        self._given.check_asked(self._begun)
        if self._emptied:
            raise UsageError(
                f"{self._emptied[0]}: it has min_accuracy, and --dataset-params where leaves out all of its items:"
                " name only the tests that have some, or take where away"
            )

    def _data_of(self, suite: Suite) -> list[DataKey]:
        """The data sets that a suite may ask: the benchmark that it names, its own, or all of the run's."""
        if suite.dataset is None:
            return [*self._evaluations.first.plan.parts]
        folder = str(suite.path.parent)
        return [DataKey(suite.benchmark) if suite.benchmark else DataKey(suite.dataset, folder, suite.columns)]

    def _in_scope(self, suite: Suite) -> bool:
        """Whether a suite is about one of the run's data sets, or about one of its own that is no benchmark."""
        arguments, start = [str(argument) for argument in self._config.args], self._config.invocation_params.dir
        named, chosen, decided = suite.is_named_in(arguments, start), self._given.datasets(), self._scope.datasets
        if chosen is None and not self._scope_is_read:
            self._scope_is_read = True
            self._scope.datasets = named_benchmarks(arguments, start, self._config.getini("python_files"))
        admitted = True
        if suite.benchmark is not None:
            admitted = self._scope.admits(suite, chosen, named, begun=chosen is None and self._default_was_begun())
        elif suite.dataset is None:
            self._scope.check_default(suite, named)
        if self._scope.datasets != decided:
            self._evaluations.decide()
        return admitted

    def _default_was_begun(self) -> bool:
        return bool(self._evaluations) and not self._begun.isdisjoint(self._evaluations.first.plan.parts)
