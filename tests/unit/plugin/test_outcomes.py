from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_haerae.errors import BackendFailure, WrongAnswer
from pytest_haerae.plugin.nodes import is_of_item, status_of
from pytest_haerae.plugin.outcomes import Outcomes, Received, make_report
from pytest_haerae.types import DataKey, Item, Outcome, Sample, Selected, Verdict
from tests.unit.fakes import item
from tests.unit.plugin.sessions import a_test, report_of

NODEID = "test_a.py::test_a[history-0000]"
FAILED: tuple[Outcome, ...] = ("wrong", "invalid", "error")
OUTCOMES: tuple[Outcome, ...] = ("correct", *FAILED, "skipped")


def sample_of(outcome: Outcome, nodeid: str = NODEID) -> Sample:
    return Sample(Selected(item(), nodeid, DataKey("d")), None, Verdict(outcome, "B", f"it is {outcome}"))


def received(outcome: Outcome = "wrong") -> Received:
    return Received({NODEID: sample_of(outcome)})


@pytest.mark.parametrize("outcome", FAILED)
def test_a_failure_that_says_what_the_verdict_says_is_tolerated(outcome: Outcome) -> None:
    kept = received(outcome)
    kept.note(report_of(NODEID, "failed", status=outcome))
    assert (kept.tolerated, kept.nodeids) == (1, {NODEID})


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_failure_that_the_verdict_does_not_explain_is_not_tolerated(outcome: Outcome) -> None:
    """A broken assertion of the user's after a right answer, or beside a wrong one, fails the run."""
    kept = received(outcome)
    kept.note(report_of(NODEID, "failed"))
    assert (kept.tolerated, kept.nodeids) == (0, {NODEID})


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("status", FAILED)
def test_a_worker_that_found_something_else_is_not_tolerated(outcome: Outcome, status: Outcome) -> None:
    kept = received(outcome)
    kept.note(report_of(NODEID, "failed", status=status))
    assert kept.tolerated == (outcome == status)


def test_a_failure_of_a_test_that_was_not_asked_is_not_tolerated() -> None:
    kept = received("wrong")
    kept.note(report_of("test_a.py::test_a[history-0001]", "failed", status="wrong"))
    assert kept.tolerated == 0


def test_the_group_of_loadgroup_is_no_part_of_the_name() -> None:
    kept = received("wrong")
    kept.note(report_of(f"{NODEID}@gpu", "failed", status="wrong"))
    assert (kept.tolerated, kept.nodeids) == (1, {NODEID})


@pytest.mark.parametrize("outcome", ["passed", "skipped"])
@pytest.mark.parametrize("status", [None, "wrong"])
def test_what_did_not_fail_needs_no_tolerance(outcome: str, status: str | None) -> None:
    """Such as a marked report that another plugin made an expected failure of: pytest does not count it."""
    kept = received("wrong")
    kept.note(report_of(NODEID, outcome, status=status))
    assert (kept.tolerated, kept.nodeids) == (0, {NODEID})


@pytest.mark.parametrize(
    ("when", "outcome", "counts"),
    [
        ("setup", "passed", False),
        ("setup", "failed", True),
        ("setup", "skipped", True),
        ("call", "passed", True),
        ("teardown", "passed", False),
        ("teardown", "failed", False),
    ],
)
def test_a_test_reports_once_in_its_call_or_where_its_setup_ends_it(when: str, outcome: str, counts: bool) -> None:
    kept = received("correct")
    kept.note(report_of(NODEID, outcome, when))
    assert kept.nodeids == ({NODEID} if counts else set())


def test_ordinary_tests_are_none_of_its_business() -> None:
    kept = received("wrong")
    kept.note(pytest.TestReport(NODEID, ("", 1, ""), {}, "failed", None, "call"))
    assert (kept.tolerated, kept.nodeids) == (0, set())


def asking(outcome: Outcome) -> tuple[Outcomes, Any]:
    """The verdicts of a process, and the test that runs in it."""
    outcomes = Outcomes(lambda test: sample_of(outcome, test.nodeid))
    outcomes.running = a_test(item())
    return outcomes, outcomes.running


@pytest.mark.parametrize("outcome", ["correct", "wrong", "invalid"])
def test_a_verdict_is_noted_for_the_report(outcome: Outcome) -> None:
    outcomes, test = asking(outcome)
    assert outcomes.running_item() == (test, item())
    assert outcomes.verdict().outcome == outcome
    assert dict(test.user_properties) == {
        "haerae_id": "history-0000",
        "haerae_subset": "history",
        "haerae_outcome": outcome,
        "haerae_prediction": "B",
        "haerae_reference": "A",
    }


@pytest.mark.parametrize(("outcome", "raised"), [("skipped", pytest.skip.Exception), ("error", BackendFailure)])
def test_what_is_no_answer_ends_the_test_and_is_noted_all_the_same(
    outcome: Outcome, raised: type[BaseException]
) -> None:
    outcomes, test = asking(outcome)
    with pytest.raises(raised, match=f"it is {outcome}"):
        outcomes.verdict()
    assert ("haerae_outcome", outcome) in test.user_properties


def ended(test: Any, error: BaseException) -> pytest.CallInfo[None]:  # noqa: ANN401 - a pytest.Item
    def call() -> None:
        raise error

    return pytest.CallInfo.from_call(call, "call")


def asked_test(outcome: Outcome) -> Any:  # noqa: ANN401 - a pytest.Item
    outcomes, test = asking(outcome)
    try:
        outcomes.verdict()
    except (BackendFailure, pytest.skip.Exception):
        assert outcome in ("error", "skipped")
    return test


@pytest.mark.parametrize("outcome", FAILED)
def test_a_wrong_answer_is_one_marked_line(outcome: Outcome) -> None:
    test = asked_test(outcome)
    call = ended(test, BackendFailure("x") if outcome == "error" else WrongAnswer("x"))
    report = make_report(test, call)
    assert report is not None
    assert (report.longrepr, report.outcome, status_of(report)) == (f"it is {outcome}", "failed", outcome)
    assert is_of_item(report)
    assert call.excinfo is not None, "later hooks see the exception"
    kept = Received({test.nodeid: sample_of(outcome)})
    kept.note(report)
    assert kept.tolerated == 1


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("correct", AssertionError("my own")),
        ("wrong", ZeroDivisionError("my own")),
        ("invalid", BackendFailure("another's")),
        ("error", AssertionError("my own")),
        ("skipped", AssertionError("my own")),
    ],
)
def test_a_failure_for_another_reason_is_left_to_pytest(outcome: Outcome, error: Exception) -> None:
    test = asked_test(outcome)
    assert make_report(test, ended(test, error)) is None


def test_a_test_that_asked_for_no_verdict_is_left_to_pytest() -> None:
    test = a_test(item())
    assert make_report(test, ended(test, AssertionError())) is None
    passed: Callable[[], None] = lambda: None  # noqa: E731
    assert make_report(asked_test("wrong"), pytest.CallInfo.from_call(passed, "call")) is None


def test_an_answer_without_an_explanation_is_a_failure_all_the_same() -> None:
    question: Item = item()
    outcomes = Outcomes(lambda test: Sample(Selected(question, NODEID, DataKey("d")), None, Verdict("wrong")))
    outcomes.running = test = a_test(question)
    outcomes.verdict()
    report = make_report(test, ended(test, WrongAnswer("")))
    assert report is not None
    assert (report.failed, report.longrepr) == (True, "no explanation")
