"""One test: its verdict, its report, and what the reporting process keeps of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_haerae.errors import BackendFailure, HaeraeError, WrongAnswer
from pytest_haerae.plugin.nodes import PROPERTY_ID, PROPERTY_STATUS, item_parameter, one_line_report
from pytest_haerae.plugin.own_tests import asks_model
from pytest_haerae.redact import redact_text
from pytest_haerae.report.show.ci import item_properties
from pytest_haerae.types import NOT_RIGHT, Item, Response, Sample, Verdict

_NO_ITEM = "haerae_item and haerae_verdict are fixtures of test functions: this test has no item"
_VERDICT: pytest.StashKey[Verdict] = pytest.StashKey()
"""On a test: the verdict that it asked for."""
_FAILURE: pytest.StashKey[BackendFailure] = pytest.StashKey()
"""On a test: what was raised for the answer that it did not get."""
_PARTS: pytest.StashKey[list[bool]] = pytest.StashKey()
"""On a test: for each part of it that failed (`subtests`), whether that only said what the verdict says."""


class Outcomes:
    """The verdicts of the tests that run in this process.

    Args:
        sample_of: Gives a test's judged item; None for a test without one.

    Attributes:
        running: The test that is about to run.
        calling: Whether its function runs now: what fails meanwhile is a part of it.
    """

    def __init__(self, sample_of: Callable[[pytest.Item], Sample | None]) -> None:
        self.running: pytest.Item | None = None
        self.calling = False
        self._sample_of = sample_of

    def running_item(self) -> tuple[pytest.Item, Item]:
        """The test that runs, and the item that it is about."""
        test = self.running
        parameter = item_parameter(test) if test else None
        if test is None or parameter is None:
            pytest.fail(_NO_ITEM, False)
        return test, parameter

    def verdict(self) -> Verdict:
        """The verdict on the running test's item, noted for its report.

        Raises:
            BackendFailure: The backend gave no answer.
        """
        return self._noted().verdict

    def _noted(self) -> Sample:
        test = self.running
        sample = self._sample_of(test) if test else None
        if test is None or sample is None:
            pytest.fail(_NO_ITEM, False)
        verdict = sample.verdict
        test.stash[_VERDICT], test.stash[_PARTS] = verdict, []
        properties = ((PROPERTY_ID, sample.item.id), *item_properties(sample.item, verdict))
        # A plugin that reruns failures asks again for what is noted already.
        test.user_properties += [entry for entry in properties if entry not in test.user_properties]
        if verdict.outcome in ("skipped", "unjudged"):
            pytest.skip(verdict.explanation)
        if verdict.outcome == "error":
            test.stash[_FAILURE] = BackendFailure(verdict.explanation)
            raise test.stash[_FAILURE]
        return sample

    def responses(self) -> list[Response]:
        """All that the model answered to the running test's item.

        Raises:
            BackendFailure: The backend gave no answer.
        """
        return list(self._noted().responses)

    def response(self) -> Response:
        """What the model answered to the running test's item; of several answers one that came to what the item did.

        Raises:
            BackendFailure: The backend gave no answer.
        """
        response = self._noted().response
        assert response is not None  # noqa: S101 - an item without an answer is skipped
        return response


def make_report(item: pytest.Item, call: pytest.CallInfo[None], *, of_part: bool) -> pytest.TestReport | None:
    """The report of a wrong answer or of an error, one line and marked; None leaves a test to pytest.

    A failure of the user's own is left to pytest whatever the verdict is: only what `assert_correct` says of this very
    verdict, and the very exception that was raised for a missing answer, say no more than the verdict does.

    Args:
        item: The test.
        call: How it, or a part of it, ended.
        of_part: Whether it is a part, by the fixture `subtests`.
    """
    if call.excinfo is None and (of_part or call.when != "call"):
        return None
    failure = item.stash.get(_FAILURE, None) if call.excinfo else None
    if call.excinfo and isinstance(call.excinfo.value, HaeraeError) and call.excinfo.value is not failure:
        return _failed_call(item, call, call.excinfo) if asks_model(item) else None
    verdict = item.stash.get(_VERDICT, None)
    if verdict is None:
        return None
    parts = item.stash[_PARTS]
    explanation = verdict.explanation
    if call.excinfo is None:
        # pytest takes a test whose parts failed for failed, each of its processes in another way.
        says_it = bool(parts) and all(parts)
    else:
        raised, explanation = call.excinfo.value, str(call.excinfo.value)
        if verdict.outcome == "unjudged" and isinstance(raised, pytest.skip.Exception):
            skipped = pytest.TestReport.from_item_and_call(item, call)
            skipped.user_properties = [*skipped.user_properties, (PROPERTY_STATUS, verdict.outcome)]
            return skipped
        says_it = raised is failure or (
            isinstance(raised, WrongAnswer) and raised.verdict == verdict and verdict.outcome in NOT_RIGHT
        )
        if of_part and not isinstance(raised, pytest.skip.Exception | pytest.xfail.Exception):
            parts.append(says_it)
    if not says_it:
        return None
    # What is raised was redacted when it was made: once an item is enough.
    report = one_line_report(item, call, explanation if call.excinfo else redact_text(explanation))
    report.user_properties = [*report.user_properties, (PROPERTY_STATUS, verdict.outcome)]
    return report


def _failed_call(
    item: pytest.Item, call: pytest.CallInfo[None], raised: pytest.ExceptionInfo[BaseException]
) -> pytest.TestReport:
    """The report of a question that a test asked in vain: its place in the test, and what was said."""
    own = [entry for entry in raised.traceback if entry.path == item.path]
    place = f"{item.path.name}:{own[-1].lineno + 1}: " if own else ""
    report = one_line_report(item, call, place + redact_text(str(raised.value)))
    # A status of its own: this says nothing of an item, not even of one that ended in an error, too.
    report.user_properties = [*report.user_properties, (PROPERTY_STATUS, "call")]
    return report
