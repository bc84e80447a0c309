"""The fixtures, and the hooks around a single test."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.plugin.nodes import is_rehearsal
from pytest_haerae.plugin.stash import find_session, session_of

if TYPE_CHECKING:
    from pytest_haerae.types import Item, Verdict


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
        if is_rehearsal(self._config):
            pytest.skip("tests are only set up: nothing is asked, so there is no verdict")
        return session_of(self._config).outcomes.verdict()

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

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a finished test."""
        evaluation = find_session(self._config)
        if evaluation and evaluation.received:
            evaluation.received.note(report)
