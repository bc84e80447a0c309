"""Which items the tests of this session are about: grows while pytest collects, and is closed by `finish`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.config.options import OPTIONS
from pytest_haerae.config.run_config import build_config, with_shorthands
from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.plugin.nodes import (
    ITEM_FIXTURES,
    function_nodeid,
    is_worker,
    item_parameter,
    plain_nodeid,
    refused,
)
from pytest_haerae.plugin.scope import Scope, Suite, read_suite
from pytest_haerae.types import DataKey, Item, Selected

MARKER = "haerae"


class Collection:
    """The items of this session's tests.

    Attributes:
        problem: The user's first mistake; kept until the collection's end, where it ends the session.
        scope: Which benchmark's suites take part.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.problem: UsageError | None = None
        self.scope = Scope()
        self._config = config
        self._by_hand = False
        self._evaluation: Evaluation | None = None
        self._data: dict[str, DataKey] = {}

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation that the options describe, prepared at the first use: before any data are read.

        Raises:
            UsageError: The options are not usable.
        """
        if self._evaluation is None:
            self._evaluation = prepare(self._raw_options(), self._config.rootpath, self._backends(), self._others())
        return self._evaluation

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Give a test that uses the fixtures its items; a mistake of the user's is kept for `finish`."""
        marker = metafunc.definition.get_closest_marker(MARKER)
        suite = read_suite(marker.kwargs if marker else {}, metafunc.definition.path)
        items: list[Item] = []
        if self.problem is None:
            try:
                items = self._items_of(suite, metafunc.definition.nodeid)
            except UsageError as error:
                self.problem = error
        # A suite out of scope collects nothing; pytest needs one parameter set, which `without_placeholders` drops.
        params: list[Item | None] = [*items] or [None]
        names = [name for name in ITEM_FIXTURES if name in metafunc.fixturenames]
        ids = [item.id if item else "none" for item in params]
        metafunc.parametrize(names, [(item,) * len(names) for item in params], ids=ids, indirect=True)

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
        try:
            if self._evaluation is not None and self.problem is None:
                self._evaluation.source.check_subsets()
            if not items and self.problem is None:
                self.scope.refuse_nothing()
        except UsageError as error:
            self.problem = error
        if self.problem is not None and not is_worker(self._config):
            raise refused(self._config, self.problem)
        if self.problem is not None:
            items.clear()

    def select(self, items: Iterable[pytest.Item]) -> list[Selected]:
        """The items to ask, of what is left after every deselection."""
        return [selected for item in items if (selected := self.selected(item)) is not None]

    def selected(self, item: pytest.Item) -> Selected | None:
        """What a test asks; None for a test without an item."""
        parameter = item_parameter(item)
        if parameter is None:
            return None
        return Selected(parameter, plain_nodeid(item.nodeid), self._data[function_nodeid(item)])

    def note_by_hand(self) -> None:
        """Note that items were selected by hand."""
        self._by_hand = True

    def note_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note that items were selected by hand; ordinary tests that -k or -m left out do not count."""
        self._by_hand = self._by_hand or any(item_parameter(item) is not None for item in items)

    def selected_by_hand(self) -> bool:
        """Whether -k, --lf, a node id or --deselect chose the items: then gates are not evaluated."""
        by_node = any("::" in str(argument) for argument in self._config.args)
        return self._by_hand or by_node or bool(getattr(self._config.option, "lf", False))

    def _items_of(self, suite: Suite, nodeid: str) -> list[Item]:
        if not self._in_scope(suite):
            return []
        evaluation = self.evaluation
        own = suite.dataset is None or suite.benchmark is not None
        data = evaluation.plan.data if own else DataKey(str(suite.dataset), str(suite.path.parent))
        self._data[nodeid] = data
        wanted, present = evaluation.plan.config.subset, evaluation.source.subsets(data)
        candidates = suite.candidates(data.name, present, own=own)
        subsets = [name for name in candidates if name in present and (not wanted or name in wanted)]
        return [item for subset in subsets for item in evaluation.source.items(data, subset)]

    def _in_scope(self, suite: Suite) -> bool:
        """Whether a suite is about the run's data set, or about one of its own that is no benchmark."""
        arguments, start = [str(argument) for argument in self._config.args], self._config.invocation_params.dir
        named = suite.is_named_in(arguments, start)
        if suite.benchmark is None:
            if suite.dataset is None:
                self.scope.check_default(suite, named)
            return True
        chosen, decided = with_shorthands(self._raw_options()).get("dataset"), self.scope.dataset
        admitted = self.scope.admits(suite, chosen, named, begun=chosen is None and self._default_was_begun())
        if self.scope.dataset != decided and self._evaluation is not None:
            config = build_config(self._raw_options(), self._config.rootpath)
            self._evaluation = self._evaluation.about(config, self._backends())
        return admitted

    def _default_was_begun(self) -> bool:
        return self._evaluation is not None and self._evaluation.plan.data in self._data.values()

    def _raw_options(self) -> dict[str, Any]:
        raw: dict[str, Any] = {}
        for option in OPTIONS:
            name = f"haerae_{option.name}"
            value = self._config.getoption(name)
            raw[option.name] = value if value not in (None, []) else self._config.getini(name)
        if self.scope.dataset is not None:
            raw["dataset"] = self.scope.dataset
        return raw

    def _others(self) -> Mapping[str, Path]:
        """The file that pytest itself writes at the end."""
        path = getattr(self._config.option, "xmlpath", None)
        return {"--junitxml": Path(path).expanduser().absolute()} if path else {}

    def _backends(self) -> Mapping[str, type[Backend]]:
        backends: dict[str, type[Backend]] = {}
        for more in self._config.hook.pytest_haerae_backends():
            backends.update(more)
        return backends
