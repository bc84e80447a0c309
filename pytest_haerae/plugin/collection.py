"""Which items the tests of this session are about: grows while pytest collects, and is closed by `finish`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import unknown_subset
from pytest_haerae.config.run_config import build_config, with_shorthands
from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.plugin.given import Given
from pytest_haerae.plugin.ignoring import left_out
from pytest_haerae.plugin.nodes import (
    ITEM_FIXTURES,
    WITHOUT_MODEL,
    WithoutModel,
    function_nodeid,
    is_rehearsal,
    is_without_model,
    is_worker,
    item_parameter,
    plain_nodeid,
    refused,
)
from pytest_haerae.plugin.scope import Scope, Suite, read_suite
from pytest_haerae.plugin.selection import Selection, reason_to_skip
from pytest_haerae.report.facts import Started
from pytest_haerae.run.identity import Identities, Identity
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import make_plan
from pytest_haerae.types import DataKey, Item, Selected

MARKER = "haerae"


class Collection:
    """The items of this session's tests.

    Attributes:
        problem: The user's first mistake; kept until the collection's end, where it ends the session.
        scope: Which benchmark's suites take part.
        placeholders: How many tests are skipped because no model is named.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.problem: UsageError | None = None
        self.scope = Scope()
        self.placeholders = 0
        self._config = config
        self._given = Given(config)
        self._by_hand = False
        self._evaluation: Evaluation | None = None
        self._data: dict[str, DataKey] = {}
        self._identities = Identities()
        self._collected: dict[Identity, Selected] = {}
        self._deselected: set[Identity] = set()
        self._order: dict[str, int] = {}

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation that the options describe, prepared at the first use: before any data are read.

        Raises:
            UsageError: The options are not usable.
        """
        if self._evaluation is None:
            options, backends = self._options(), self._given.backends()
            if self._given.lists_only():
                # Nothing is asked, compared or written: no more is prepared than a list of tests needs.
                config = build_config(options, self._config.rootpath)
                self._evaluation = Evaluation(make_plan(config, backends), ItemSource(config), None, Started())
            else:
                self._evaluation = prepare(options, self._config.rootpath, backends, self._given.others())
        return self._evaluation

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Give a test that uses the fixtures its items; a mistake of the user's is kept for `finish`."""
        params: list[Item | WithoutModel] = []
        if self.problem is None:
            try:
                params = self._parameters(metafunc)
            except UsageError as error:
                self.problem = error
        names = [name for name in ITEM_FIXTURES if name in metafunc.fixturenames]
        if WITHOUT_MODEL in params:
            skip = pytest.mark.skip(reason="no model is named: add --model=NAME or --demo")
            marked = pytest.param(*(WITHOUT_MODEL for _ in names), marks=skip)
            metafunc.parametrize(names, [marked], ids=["without-model"], indirect=True)
            return
        ids = [param.id for param in params if isinstance(param, Item)]
        # A suite out of scope collects nothing; pytest needs one parameter set, which `without_placeholders` drops.
        sets: list[tuple[object, ...]] = [(param,) * len(names) for param in params or (None,)]
        metafunc.parametrize(names, sets, ids=ids or ["none"], indirect=True)

    def decide(self, dataset: str | None) -> None:
        """Take the data set that another process of this session decided on, and note what else it knows.

        Args:
            dataset: The benchmark whose suite the command line names; None where it names none.

        Raises:
            UsageError: The options are not usable with it.
        """
        self.scope.dataset = dataset
        _ = self.evaluation

    def finish(self, items: list[pytest.Item]) -> None:
        """End with the user's mistake, if there was one.

        Raises:
            pytest.UsageError: Exit code 4, one line.
        """
        self._order = {item.nodeid: number for number, item in enumerate(items)}
        try:
            if self._evaluation is not None and self.problem is None:
                self._evaluation.source.check_subsets()
            if not items and self.problem is None:
                self.scope.refuse_nothing()
        except UsageError as error:
            self.problem = error
        self._end_with_the_problem(items)

    def close(self, session: pytest.Session) -> None:
        """Count the tests that no model was named for; where nothing else is left, a model was forgotten.

        Raises:
            pytest.UsageError: Exit code 4, one line that names the backends.
        """
        items = session.items
        self.placeholders = sum(is_without_model(item) for item in items)
        if self.placeholders and self.placeholders == len(items) and not session.testsfailed:
            if not self._given.lists_only():
                try:
                    _ = self.evaluation
                except UsageError as error:
                    self.problem = error
            self._end_with_the_problem(items)

    def _end_with_the_problem(self, items: list[pytest.Item]) -> None:
        if self.problem is not None and not is_worker(self._config):
            raise refused(self._config, self.problem)
        if self.problem is not None:
            items.clear()

    def select(self, items: Iterable[pytest.Item]) -> Selection:
        """What to ask: of the tests that are left after every deselection, those of items.

        Args:
            items: The tests that are to run.
        """
        tests, skipped = [], {}
        for item in items:
            if (entry := self.selected(item)) is not None:
                tests.append(entry)
                if (reason := reason_to_skip(item)) is not None:
                    skipped[entry.nodeid] = reason
        # An item's first test names it: as it was collected, not as another plugin put it in order.
        tests.sort(key=lambda entry: self._order.get(entry.nodeid, len(self._order)))
        return Selection(tests, skipped, self._gone(tests), self.selected_by_hand(), left_out(self._config))

    def selected(self, item: pytest.Item) -> Selected | None:
        """What a test asks; None for a test without an item."""
        parameter = item_parameter(item)
        if parameter is None:
            return None
        return Selected(parameter, plain_nodeid(item.nodeid), self._data[function_nodeid(item)])

    def note_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note that items were selected by hand; ordinary tests that -k or -m left out do not count."""
        for item in items:
            if (entry := self.selected(item)) is not None:
                self._by_hand = True
                self._deselected.add(self._identities.of(entry))

    def selected_by_hand(self) -> bool:
        """Whether -k, --lf, a node id or --deselect chose the items: then gates are not evaluated."""
        return self._by_hand or self._narrowed()

    def _narrowed(self) -> bool:
        """Whether pytest itself collects a part of what there is: a node id, or the last failures."""
        by_node = any("::" in str(argument) for argument in self._config.args)
        return by_node or bool(getattr(self._config.option, "lf", False))

    def _gone(self, tests: Iterable[Selected]) -> list[Selected]:
        """The items that were collected, and that no test is left of without a word to pytest."""
        if self._narrowed():
            return []
        left = {self._identities.of(entry) for entry in tests} | self._deselected
        return [entry for identity, entry in self._collected.items() if identity not in left]

    def _parameters(self, metafunc: pytest.Metafunc) -> list[Item | WithoutModel]:
        definition = metafunc.definition
        suite = read_suite(definition.get_closest_marker(MARKER), definition.path, definition.nodeid)
        without_model = self._given.no_model()
        if without_model and not is_rehearsal(self._config):
            return [WITHOUT_MODEL]
        try:
            items = self._items_of(suite, definition.nodeid)
        except UsageError:
            # A list of a repository's tests is not to fail at data that nobody asked for.
            if without_model:
                return [WITHOUT_MODEL]
            raise
        for item in items:
            entry = Selected(item, f"{definition.nodeid}[{item.id}]", self._data[definition.nodeid])
            self._collected.setdefault(self._identities.of(entry), entry)
        return [*items]

    def _items_of(self, suite: Suite, nodeid: str) -> list[Item]:
        if not self._in_scope(suite):
            return []
        evaluation = self.evaluation
        own = suite.dataset is None or suite.benchmark is not None
        data = evaluation.plan.data if own else DataKey(str(suite.dataset), str(suite.path.parent))
        self._data[nodeid] = data
        wanted, present = evaluation.plan.config.subset, evaluation.source.subsets(data)
        if suite.dataset is not None or not self._dataset_is_chosen():
            for name in suite.subsets or ():
                if name not in present:
                    raise UsageError(f"{nodeid}: @pytest.mark.{MARKER}: {unknown_subset(name, present)}")
        candidates, admitted = suite.candidates(data.name, present, own=own), set(present)
        admitted &= set(wanted or present)
        subsets = [name for name in candidates if name in admitted]
        return [item for subset in subsets for item in evaluation.source.items(data, subset)]

    def _in_scope(self, suite: Suite) -> bool:
        """Whether a suite is about the run's data set, or about one of its own that is no benchmark."""
        arguments, start = [str(argument) for argument in self._config.args], self._config.invocation_params.dir
        named = suite.is_named_in(arguments, start)
        if suite.benchmark is None:
            if suite.dataset is None:
                self.scope.check_default(suite, named)
            return True
        chosen, decided = with_shorthands(self._options()).get("dataset"), self.scope.dataset
        admitted = self.scope.admits(suite, chosen, named, begun=chosen is None and self._default_was_begun())
        if self.scope.dataset != decided and self._evaluation is not None:
            config = build_config(self._options(), self._config.rootpath)
            self._evaluation = self._evaluation.about(config, self._given.backends())
        return admitted

    def _dataset_is_chosen(self) -> bool:
        """Whether suites are run on another data set than that which they are written for, and may lack theirs."""
        return with_shorthands(self._options()).get("dataset") is not None

    def _default_was_begun(self) -> bool:
        return self._evaluation is not None and self._evaluation.plan.data in self._data.values()

    def _options(self) -> dict[str, Any]:
        raw = self._given.options()
        return raw if self.scope.dataset is None else {**raw, "dataset": self.scope.dataset}
