"""The evaluation inside one pytest session, from collection to exit code: each phase is an object of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path

import pytest

from pytest_haerae.errors import HaeraeError, UsageError
from pytest_haerae.plugin.batch import forecast_batch
from pytest_haerae.plugin.channel import ADDRESS, Client
from pytest_haerae.plugin.collection import Collection
from pytest_haerae.plugin.junit import show_wrong, wrong_in_junit
from pytest_haerae.plugin.model_run import ModelRun
from pytest_haerae.plugin.nodes import add_suite_properties, is_worker, refused
from pytest_haerae.plugin.one_loaded import OneLoaded
from pytest_haerae.plugin.outcomes import Outcomes
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.report.show.ci import suite_properties
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.language_model import LanguageModel
from pytest_haerae.types import Request, Response, Sample, Verdict


class EvaluationSession:
    """The evaluation on whichever process this is.

    Attributes:
        collection: Which items the tests are about.
        outcomes: The verdicts of the tests that run here.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.collection = Collection(config)
        self.outcomes = Outcomes(self._sample_of)
        self._config = config
        self._runs: dict[str, ModelRun] = {}
        self._first_call = threading.Lock()
        self._one_loaded: OneLoaded[ModelRun] = OneLoaded(ModelRun.make_room)
        self._put_back: Callable[[], None] | None = None

    @property
    def runs(self) -> Sequence[ModelRun]:
        """The runs of the session's models, in the order in which they are asked."""
        return list(self._runs.values())

    def run_of(self, model: str) -> ModelRun:
        """The run of a model.

        Args:
            model: Its name; empty in a session of one.

        Raises:
            UsageError: The options are not usable, or there is no such model.
        """
        if model not in self._runs:
            self._runs[model] = ModelRun(self.collection.evaluations.of(model))
        return self._runs[model]

    def ask(self, selections: Mapping[str, Selection]) -> None:
        """Ask all selected items of each model in one pass, before the first test, one model after the other.

        Args:
            selections: By the models' names.

        Raises:
            pytest.UsageError: A model cannot be loaded, or the store cannot be written; exit code 4.
        """
        for model, selection in selections.items():
            if selection:
                self._ask(model, selection)
        if self._runs and self._put_back is None:
            items = (entry for run in self.runs if run.batch for entry in run.batch.items)
            self._put_back = show_wrong(self._config, wrong_in_junit(self.runs[0].evaluation.plan.config, items))

    def _ask(self, model: str, selection: Selection) -> None:
        try:
            run = self.run_of(model)
            with self._one_loaded.use(run):
                run.ask(self._config, selection)
        except HaeraeError as error:
            raise refused(self._config, error) from None

    def forecast(self, selections: Mapping[str, Selection]) -> None:
        """Say what `ask` would ask, by the same argument; nothing is sent.

        Raises:
            pytest.UsageError: It would be refused; exit code 4.
        """
        for model, selection in selections.items():
            if selection:
                try:
                    forecast_batch(self._config, self.collection.evaluations.of(model), selection)
                except HaeraeError as error:
                    raise refused(self._config, error) from None

    def language_model(self, model: str | None = None) -> LanguageModel:
        """A model that tests ask themselves.

        Args:
            model: Its name; None for the only one.

        Raises:
            UsageError: The options are not usable, or there is no only one.
        """
        evaluations = self.collection.evaluations
        if model is None and len(evaluations.names) > 1:
            raise UsageError("this session is about several models: a test has haerae_model as an argument of its own")
        key = "" if model is None else evaluations.key_of(model)
        return LanguageModel(evaluations.of(key).plan, partial(self.ask_requests, key))

    @cached_property
    def _controller(self) -> Client:
        """The process that has the models, as a worker reaches it."""
        return Client(self._config.workerinput[ADDRESS])  # type: ignore[attr-defined] # a worker has it

    def ask_requests(self, model: str, requests: Sequence[Request]) -> Sequence[Response]:
        """Answer what a test asks a model itself.

        Raises:
            UsageError: The model cannot be loaded, or refuses this kind of question.
            StoreError: Answers cannot be kept.
        """
        if is_worker(self._config):
            return self._controller.ask(model, requests)
        with self._first_call:
            run = self.run_of(model)
            if run.batch is None:
                # A fixture that is looked up by its name while a test runs: nobody knew of it before.
                self._ask(model, Selection([], callers=Callers()))
        with self._one_loaded.use(run):
            return run.answer(requests)

    def declare(self, selections: Mapping[str, Selection]) -> None:
        """Tell the process that has the models what tests of this worker will ask."""
        for model, selection in selections.items():
            if selection.callers and selection.callers.declared:
                self._controller.declare(model, selection.callers.declared)

    def read_from(self, model: str, store: Path, run: int, verdicts: Mapping[str, Sequence[Verdict]]) -> None:
        """Read the answers of a model that another process stored; see `ModelRun.read_from`."""
        self.run_of(model).read_from(store, run, verdicts)

    def _sample_of(self, test: pytest.Item) -> Sample | None:
        selected = self.collection.selected(test)
        return None if selected is None else self.run_of(selected.model).sample_of(selected)

    def note(self, report: pytest.TestReport) -> None:
        """Take note of a finished test."""
        for run in self._runs.values():
            if run.received is not None:
                run.received.note(report)

    def finish(self, session: pytest.Session, *, ended: bool = True) -> None:
        """Judge the gates, write the reports, and set what the exit code is made from.

        Args:
            session: pytest's session.
            ended: Whether all tests ran.

        Raises:
            HaeraeError: A report or the store cannot be written.
        """
        if is_worker(self._config):
            return
        for run in self.runs:
            session.testsfailed += run.finish(ended=ended and not (session.shouldstop or session.shouldfail))
            if run.conclusion is not None:
                called = run.evaluation.plan.config.called if len(self._runs) > 1 else ""
                add_suite_properties(self._config, suite_properties(run.conclusion.report, called))

    @property
    def has_items(self) -> bool:
        """Whether items were asked: else there is nothing that a gate could be about."""
        return any(run.has_items for run in self._runs.values())

    def fails(self) -> bool:
        """Whether something was asked that is no success: a gate broke, or the end was not reached."""
        return not is_worker(self._config) and any(run.fails() for run in self._runs.values())

    def close(self) -> None:
        """Close the stores, the models that tests kept and a worker's way to them; put others' plugins back."""
        if self._put_back is not None:
            self._put_back()
        if "_controller" in vars(self):
            self._controller.close()
        for run in self._runs.values():
            run.close()
