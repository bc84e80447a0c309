"""Which items the tests of this session are about: grows while pytest collects, and is closed by `finish`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.evaluations import Evaluations
from pytest_haerae.plugin.given import Given
from pytest_haerae.plugin.ignoring import left_out
from pytest_haerae.plugin.models import marked_models, model_of_test
from pytest_haerae.plugin.nodes import (
    ITEM_FIXTURES,
    MODEL_FIXTURE,
    NO_MODEL,
    WITHOUT_MODEL,
    WithoutModel,
    is_rehearsal,
    is_without_model,
    is_worker,
    plain_nodeid,
    refused,
    selected_parameter,
    skip_without_model,
)
from pytest_haerae.plugin.own_tests import asks_model, callers_of, is_own
from pytest_haerae.plugin.scope import MARKER, Scope, read_suite
from pytest_haerae.plugin.selection import Selection, is_chosen, reason_to_skip
from pytest_haerae.plugin.suite_items import SuiteItems
from pytest_haerae.run.identity import Identities, Identity, parameter_id
from pytest_haerae.run.language_model import LanguageModel
from pytest_haerae.types import Request, Response, Selected


class Collection:
    """The items of this session's tests.

    Attributes:
        problem: The user's first mistake; kept until the collection's end, where it ends the session.
        scope: Which benchmarks' suites take part.
        evaluations: What is measured, of each model.
        placeholders: How many tests are skipped because no model is named.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.problem: UsageError | None = None
        self.scope = Scope()
        self.placeholders = 0
        self._config = config
        self._given = Given(config)
        self.evaluations = Evaluations(config, self._given, self.scope)
        self._by_hand = False
        self._items = SuiteItems(config, self._given, self.scope, self.evaluations)
        self._identities = Identities()
        self._collected: dict[tuple[str, Identity], Selected] = {}
        self._deselected: set[tuple[str, Identity]] = set()
        self._order: dict[str, int] = {}

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Give a test that uses the fixtures its items and models; a mistake of the user's is kept for `finish`."""
        models: Sequence[str] = ("",)
        params: list[Selected | WithoutModel] = []
        own = MODEL_FIXTURE in metafunc.fixturenames
        if self.problem is None:
            try:
                models, marked = self._models_of(metafunc.definition)
                if own and not marked and len(models) > 1:
                    metafunc.parametrize(MODEL_FIXTURE, models, indirect=True, scope="session")
                if any(name in metafunc.fixturenames for name in ITEM_FIXTURES):
                    params = self._parameters(metafunc, models, marked=marked)
            except UsageError as error:
                # That of a test which is not to run is nobody's mistake.
                self.problem = error if is_chosen(metafunc.definition, self._config) else None
        names = [name for name in ITEM_FIXTURES if name in metafunc.fixturenames]
        if not names:
            return
        if WITHOUT_MODEL in params:
            skip = pytest.mark.skip(reason=NO_MODEL)
            marked_param = pytest.param(*(WITHOUT_MODEL for _ in names), marks=skip)
            metafunc.parametrize(names, [marked_param], ids=["without-model"], indirect=True)
            return
        ids = [_id_of(param) for param in params if isinstance(param, Selected)]
        # A suite out of scope collects nothing; pytest needs one parameter set, which `without_placeholders` drops.
        sets: list[tuple[object, ...]] = [(param,) * len(names) for param in params or (None,)]
        metafunc.parametrize(names, sets, ids=ids or ["none"], indirect=True)

    def _models_of(self, definition: pytest.Item) -> tuple[Sequence[str], bool]:
        """The models that a test asks, and whether a mark of the user's says so."""
        marked = marked_models(definition)
        if not marked:
            return self.evaluations.names, False
        models = [self.evaluations.key_of(name) for name in marked]
        for model in models:
            self.evaluations.of(model)
        return models, True

    def no_model(self) -> bool:
        """Whether this run names no model, and is about other tests.

        Raises:
            UsageError: An option of the ini file is malformed.
        """
        return self._given.no_model()

    def decide(self, datasets: tuple[str, ...]) -> None:
        """Take the data sets that another process of this session decided on, and note what else it knows.

        Args:
            datasets: The benchmarks whose suites the command line names; empty where it names none.

        Raises:
            UsageError: The options are not usable with them.
        """
        self.scope.datasets = datasets
        if self._given.models():
            _ = self.evaluations.first

    def finish(self, items: list[pytest.Item]) -> None:
        """End with the user's mistake, if there was one.

        Raises:
            pytest.UsageError: Exit code 4, one line.
        """
        self._order = {item.nodeid: number for number, item in enumerate(items)}
        try:
            self._look_at_own(items)
            if self.evaluations and self.problem is None:
                self.evaluations.first.source.check_subsets()
                self.evaluations.first.source.check_item_scope()
                self._items.check_asked()
            if not items and self.problem is None:
                self.scope.refuse_nothing()
        except UsageError as error:
            self.problem = error
        self._end_with_the_problem(items)

    def _look_at_own(self, items: Iterable[pytest.Item]) -> None:
        """Check the options where tests ask the model themselves; where none is named, these are placeholders."""
        own = [item for item in items if is_own(item)]
        no_model = self._given.no_model()
        asking = [item for item in own if not no_model or model_of_test(item) is not None]
        for item in own if no_model and not is_rehearsal(self._config) else ():
            if model_of_test(item) is None:
                skip_without_model(item)
        if asking and self.problem is None:
            # What they declare is looked at, so that a mistake in it ends the session before anything is asked.
            for model, those in self._by_model(asking).items():
                callers_of(those, LanguageModel(self.evaluations.of(model).plan, _nobody))

    def _by_model(self, items: Iterable[pytest.Item]) -> dict[str, list[pytest.Item]]:
        """Tests of items and those that ask a model, by the model, in the order in which the models are asked."""
        groups: dict[str, list[pytest.Item]] = {model: [] for model in self.evaluations.made}
        for item in items:
            parameter, model = selected_parameter(item), model_of_test(item)
            if model is not None:
                groups.setdefault(self.evaluations.key_of(model), []).append(item)
            elif parameter is not None:
                groups.setdefault(parameter.model, []).append(item)
            elif asks_model(item) and not is_without_model(item):
                # It names none: the only one, or the first, which what it declares is asked of.
                groups.setdefault(self.evaluations.names[0], []).append(item)
        return groups

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
                    _ = self.evaluations.first
                except UsageError as error:
                    self.problem = error
            self._end_with_the_problem(items)

    def _end_with_the_problem(self, items: list[pytest.Item]) -> None:
        if self.problem is not None and not is_worker(self._config):
            raise refused(self._config, self.problem)
        if self.problem is not None:
            items.clear()

    def select(self, items: Sequence[pytest.Item]) -> dict[str, Selection]:
        """What to ask, by model: of the tests that are left after every deselection, those of items.

        Args:
            items: The tests that are to run.
        """
        if not self.evaluations:
            return {}
        return {model: self._selection(model, those) for model, those in self._by_model(items).items()}

    def _selection(self, model: str, items: Sequence[pytest.Item]) -> Selection:
        tests, skipped = [], {}
        for item in items:
            if (entry := self.selected(item)) is not None:
                tests.append(entry)
                if (reason := reason_to_skip(item)) is not None:
                    skipped[entry.nodeid] = reason
        # An item's first test names it: as it was collected, not as another plugin put it in order.
        tests.sort(key=lambda entry: self._order.get(entry.nodeid, len(self._order)))
        callers = callers_of(items, LanguageModel(self.evaluations.of(model).plan, _nobody))
        gone = self._gone(model, tests)
        return Selection(tests, skipped, gone, self.selected_by_hand(), left_out(self._config), callers)

    def selected(self, item: pytest.Item) -> Selected | None:
        """What a test asks; None for a test without an item."""
        entry = selected_parameter(item)
        if entry is None:
            return None
        nodeid, named = plain_nodeid(item.nodeid), model_of_test(item)
        model = entry.model if named is None else self.evaluations.key_of(named)
        # Another one only where the test has further parameters, which its function did not know of.
        same = entry.nodeid == nodeid and entry.model == model
        return entry if same else replace(entry, nodeid=nodeid, model=model)

    def note_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note that items were selected by hand; ordinary tests that -k or -m left out do not count."""
        for item in items:
            if (entry := self.selected(item)) is not None:
                self._by_hand = True
                self._deselected.add((entry.model, self._identities.of(entry)))

    def selected_by_hand(self) -> bool:
        """Whether -k, --lf, a node id or --deselect chose the items: then gates are not evaluated."""
        return self._by_hand or self._narrowed()

    def _narrowed(self) -> bool:
        """Whether pytest itself collects a part of what there is: a node id, or the last failures."""
        by_node = any("::" in str(argument) for argument in self._config.args)
        return by_node or bool(getattr(self._config.option, "lf", False))

    def _gone(self, model: str, tests: Iterable[Selected]) -> list[Selected]:
        """The items of a model that were collected, and that no test is left of without a word to pytest."""
        if self._narrowed():
            return []
        left = {(model, self._identities.of(entry)) for entry in tests} | self._deselected
        return [entry for place, entry in self._collected.items() if place[0] == model and place not in left]

    def _parameters(
        self, metafunc: pytest.Metafunc, models: Sequence[str], *, marked: bool
    ) -> list[Selected | WithoutModel]:
        definition = metafunc.definition
        suite = read_suite(definition.get_closest_marker(MARKER), definition.path, definition.nodeid)
        without_model = self._given.no_model() and not marked
        if without_model and not is_rehearsal(self._config):
            return [WITHOUT_MODEL]
        try:
            entries = self._items.of_suite(suite, definition.nodeid)
        except UsageError:
            # A list of a repository's tests is not to fail at data that nobody asked for.
            if without_model:
                return [WITHOUT_MODEL]
            raise
        # That of a model which only other tests name says nothing of whether this one has a model.
        for model in models if entries else ():
            self.evaluations.of(model)
        of_models = [_of_model(entry, model, definition.nodeid) for model in models for entry in entries]
        for entry in of_models:
            self._collected.setdefault((entry.model, self._identities.of(entry)), entry)
        # Where the test has the model, too, that is a parameter of its own.
        return [*entries] if MODEL_FIXTURE in metafunc.fixturenames else [*of_models]


def _of_model(entry: Selected, model: str, suite: str) -> Selected:
    """An item as it is asked of a model; as it is in a session of one."""
    if not model:
        return entry
    entry = replace(entry, model=model)
    return replace(entry, nodeid=f"{suite}[{_id_of(entry)}]")


def _id_of(entry: Selected) -> str:
    """What stands in the brackets of a test's node id: the item, behind its model where there are several."""
    own = parameter_id(entry.item, entry.benchmark)
    return f"{entry.model}-{own}" if entry.model else own


def _nobody(requests: Sequence[Request]) -> Sequence[Response]:
    """Nothing is asked while tests are collected."""
    raise AssertionError(requests)
