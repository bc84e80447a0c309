"""The fixtures, and the hooks around a single test."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.plugin.nodes import NO_MODEL, is_rehearsal, parametrizes_models, status_of
from pytest_haerae.plugin.stash import find_session, session_of

if TYPE_CHECKING:
    from pytest_haerae.plugin.outcomes import Outcomes
    from pytest_haerae.run.language_model import LanguageModel
    from pytest_haerae.types import Item, Response, Verdict


def skip_rehearsal(config: pytest.Config) -> None:
    """Skip the test that is set up, where tests are only set up or listed."""
    if is_rehearsal(config):
        pytest.skip("tests are only set up: nothing is asked, so there is no answer")


def model_of(config: pytest.Config, model: str | None) -> LanguageModel:
    """A model for questions of a test's own; skips where none is named, or nothing is to be asked.

    Args:
        config: The session's configuration.
        model: The name that a test is parametrized with; None for the session's only one.

    Raises:
        UsageError: There is no such model, or no only one.
    """
    skip_rehearsal(config)
    evaluation = session_of(config)
    if model is None and evaluation.collection.no_model():
        pytest.skip(NO_MODEL)
    return evaluation.language_model(model)


class ItemTests:
    """What needs the configuration and is not passed it, or would cost more with it.

    The fixtures take no `request`: for each test that does, pytest reads the signature of a class of its own.

    Args:
        config: The session's configuration.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.fixture
    def haerae_item(self) -> Item:
        """The question that this test is about."""
        return session_of(self._config).outcomes.running_item()[1]

    @pytest.fixture
    def haerae_verdict(self) -> Verdict:
        """The verdict on this test's item; skips where the method does not apply, fails where the backend failed."""
        return self._asked().verdict()

    @pytest.fixture
    def haerae_response(self) -> Response:
        """What the model answered to this test's item: its text or log-likelihoods, tokens, finish reason, cost."""
        return self._asked().response()

    @pytest.fixture
    def haerae_responses(self) -> list[Response]:
        """All answers to this test's item, one a repeat."""
        return self._asked().responses()

    def _asked(self) -> Outcomes:
        skip_rehearsal(self._config)
        return session_of(self._config).outcomes

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize tests that the user parametrizes with models: behind pytest, so that ids begin with the model."""
        if parametrizes_models(metafunc.definition):
            session_of(self._config).collection.parametrize(metafunc)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Take note of the test that is about to ask for its verdict."""
        if evaluation := find_session(self._config):
            evaluation.outcomes.running = item

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Tell a test's own report from those of its parts, which are made while it runs."""
        evaluation = find_session(self._config)
        if evaluation is None:
            return (yield)
        evaluation.outcomes.calling = True
        try:
            return (yield)
        finally:
            evaluation.outcomes.calling = False

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Make a wrong answer one line."""
        evaluation = find_session(self._config)
        if evaluation is None:
            return None
        from pytest_haerae.plugin.outcomes import make_report

        return make_report(item, call, of_part=evaluation.outcomes.calling)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a finished test; mask the secrets in its traceback, before it is shown or sent elsewhere."""
        evaluation = find_session(self._config)
        if evaluation is None:
            return
        # A report with a status is this plugin's own line.
        if report.longrepr is not None and status_of(report) is None:
            from pytest_haerae.plugin.tracebacks import redact_traceback

            report.longrepr = redact_traceback(report.longrepr)
        evaluation.note(report)
