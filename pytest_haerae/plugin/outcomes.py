"""One test: its verdict, its report, and what the reporting process keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from pytest_haerae.errors import BackendFailure
from pytest_haerae.plugin.nodes import (
    PROPERTY_ID,
    PROPERTY_STATUS,
    is_of_item,
    item_parameter,
    one_line_report,
    plain_nodeid,
    status_of,
)
from pytest_haerae.report.show.ci import item_properties
from pytest_haerae.types import Item, Sample, Verdict

_VERDICT: pytest.StashKey[Verdict] = pytest.StashKey()
"""On a test: the verdict that it asked for."""


class Outcomes:
    """The verdicts of the tests that run in this process.

    Args:
        sample_of: Gives a test's judged item.

    Attributes:
        running: The test that is about to run.
    """

    def __init__(self, sample_of: Callable[[pytest.Item], Sample]) -> None:
        self.running: pytest.Item | None = None
        self._sample_of = sample_of

    def running_item(self) -> tuple[pytest.Item, Item]:
        """The test that runs, and the item that it is about."""
        test = self.running
        parameter = item_parameter(test) if test else None
        assert test is not None and parameter is not None  # noqa: S101, PT018 - a parametrized test asks for a fixture
        return test, parameter

    def verdict(self) -> Verdict:
        """The verdict on the running test's item, noted for its report.

        Raises:
            BackendFailure: The backend gave no answer.
        """
        test, item = self.running_item()
        verdict = self._sample_of(test).verdict
        test.stash[_VERDICT] = verdict
        test.user_properties += [(PROPERTY_ID, item.id), *item_properties(item, verdict)]
        if verdict.outcome == "skipped":
            pytest.skip(verdict.explanation)
        if verdict.outcome == "error":
            raise BackendFailure(verdict.explanation)
        return verdict


def make_report(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """The report of a wrong answer or of a backend error, one line and marked; None leaves a test to pytest."""
    verdict = item.stash.get(_VERDICT, None)
    if verdict is None or call.excinfo is None:
        return None
    expected = BackendFailure if verdict.outcome == "error" else AssertionError
    if verdict.outcome not in ("wrong", "invalid", "error") or not call.excinfo.errisinstance(expected):
        return None
    report = one_line_report(item, call, verdict.explanation)
    report.user_properties = [*report.user_properties, (PROPERTY_STATUS, verdict.outcome)]
    return report


class Received:
    """What the reporting process keeps of finished tests, its own and its workers'.

    Args:
        samples: The judged items by their tests' node ids.

    Attributes:
        nodeids: The tests that reported.
        tolerated: How many failed tests only say what the verdict on their item says: they fail no run.
    """

    def __init__(self, samples: Mapping[str, Sample]) -> None:
        self.nodeids: set[str] = set()
        self.tolerated = 0
        self._samples = samples

    def note(self, report: pytest.TestReport) -> None:
        """Take note of a finished test."""
        if not is_of_item(report):
            return
        nodeid = plain_nodeid(report.nodeid)
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self.nodeids.add(nodeid)
        # A worker that found something else than this process is not to be trusted: its failure stands.
        if report.failed and nodeid in self._samples and status_of(report) == self._samples[nodeid].verdict.outcome:
            self.tolerated += 1
