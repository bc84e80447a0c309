"""The evaluations of a session, one a model: made of its options before any data are read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.evaluation import Evaluation, prepare, prepare_each
from pytest_haerae.plugin.given import Given
from pytest_haerae.plugin.scope import Scope
from pytest_haerae.report.facts import Started
from pytest_haerae.report.git import NO_HEAD
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import make_plan


class Evaluations:
    """The evaluations of a session, by the models' names; the only one that options name has an empty name.

    They differ in what is asked how, and have their items in common.

    Args:
        config: The session's configuration.
        given: Its options.
        scope: The data sets that its suites decide on.
    """

    def __init__(self, config: pytest.Config, given: Given, scope: Scope) -> None:
        self._config = config
        self._given = given
        self._scope = scope
        self._made: dict[str, Evaluation] = {}
        self._keys: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Whether one was made."""
        return bool(self._made)

    @property
    def first(self) -> Evaluation:
        """Any one of them: the session's items are those of all.

        Raises:
            UsageError: The options are not usable.
        """
        if not self._made:
            self._make()
        return next(iter(self._made.values()))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The models that options name; of one alone the empty name.

        Raises:
            UsageError: An option is malformed.
        """
        names = self._given.models()
        return names if len(names) > 1 else ("",)

    @property
    def made(self) -> Mapping[str, Evaluation]:
        """All that were made, in the order in which they are asked."""
        return self._made

    def of(self, model: str) -> Evaluation:
        """The evaluation of a model; one that tests alone name is made when the first of them is collected.

        Args:
            model: Its name, or the empty one.

        Raises:
            UsageError: The options are not usable, or there is no such model.
        """
        if not self._made and self._given.models():
            self._make()
        if model not in self._made:
            self._made[model] = self._prepared(model)
        return self._made[model]

    def key_of(self, model: str) -> str:
        """By what a model that a test names is found: the only one that options name has no name of its own."""
        if model not in self._keys:
            self._keys[model] = "" if (model,) == self._given.models() else model
        return self._keys[model]

    def decide(self) -> None:
        """Take over the data sets that the suites have decided on."""
        for model, evaluation in self._made.items():
            config = build_config(self._options(model), self._config.rootpath, beside=bool(model))
            self._made[model] = evaluation.about(config, self._given.backends())

    def _make(self) -> None:
        if self._given.lists_only():
            # Nothing is asked, compared or written: no more is prepared than a list of tests needs.
            self._made |= {model: self._listing(model) for model in self.names}
        else:
            others = self._given.others()
            self._made |= prepare_each(self._options(), self._config.rootpath, self._given.backends(), others)

    def _prepared(self, model: str) -> Evaluation:
        if self._given.lists_only():
            return self._listing(model)
        options, others = self._options(model), self._given.others()
        beside = next(iter(self._made.values()), None)
        return prepare(options, self._config.rootpath, self._given.backends(), others, beside=beside, several=True)

    def _listing(self, model: str) -> Evaluation:
        config = build_config(self._options(model), self._config.rootpath)
        return Evaluation(make_plan(config, self._given.backends()), ItemSource(config), None, Started(head=NO_HEAD))

    def _options(self, model: str = "") -> dict[str, Any]:
        """The options; those of one of several models name it, unless tests are only listed."""
        raw = self._given.options()
        if self._scope.datasets:
            raw = {**raw, "dataset": self._scope.datasets}
        return {**raw, "model": model} if model and not self._given.lists_only() else raw
