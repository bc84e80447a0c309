from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.plugin.received import Received
from pytest_haerae.types import DataKey, Outcome, Sample, Selected, Verdict
from tests.unit.fakes import item
from tests.unit.plugin.sessions import report_of

NODEID, SECOND = "test_a.py::test_a[history-0000]", "test_a.py::test_b[history-0000]"
FAILED: tuple[Outcome, ...] = ("wrong", "invalid", "cut", "error")
OUTCOMES: tuple[Outcome, ...] = ("correct", *FAILED, "skipped")


def sample_of(outcome: Outcome, nodeid: str = NODEID) -> Sample:
    return Sample(Selected(item(), nodeid, DataKey("d")), None, Verdict(outcome, "B", f"it is {outcome}"))


def received(outcome: Outcome = "wrong", *tests: str) -> Received:
    return Received(dict.fromkeys(tests or (NODEID,), sample_of(outcome)))


def skipped(nodeid: str = NODEID, when: str = "call", reason: object = ("a.py", 1, "Skipped: not now")) -> Any:  # noqa: ANN401 - a report
    report = report_of(nodeid, "skipped", when)
    report.longrepr = reason  # type: ignore[assignment]
    return report


def expected(outcome: str, reason: str = "known", when: str = "call") -> Any:  # noqa: ANN401 - a report
    report: Any = report_of(NODEID, outcome, when)
    report.wasxfail = reason
    return report


def verdicts(kept: Received) -> list[tuple[Outcome, str]]:
    return [(sample.verdict.outcome, sample.verdict.explanation) for sample in kept.counted()]


@pytest.mark.parametrize("outcome", FAILED)
def test_a_failure_that_says_what_the_verdict_says_is_tolerated(outcome: Outcome) -> None:
    kept = received(outcome)
    kept.note(report_of(NODEID, "failed", status=outcome))
    assert (kept.tolerated, verdicts(kept)) == (1, [(outcome, f"it is {outcome}")])


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_failure_that_the_verdict_does_not_explain_is_not_tolerated(outcome: Outcome) -> None:
    """A broken assertion of the user's after a right answer, or beside a wrong one, fails the run."""
    kept = received(outcome)
    kept.note(report_of(NODEID, "failed"))
    assert (kept.tolerated, verdicts(kept)) == (0, [(outcome, f"it is {outcome}")])


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("status", FAILED)
def test_a_worker_that_found_something_else_is_not_tolerated(outcome: Outcome, status: Outcome) -> None:
    kept = received(outcome)
    kept.note(report_of(NODEID, "failed", status=status))
    assert kept.tolerated == (outcome == status)


def test_a_failure_of_a_test_that_was_not_asked_is_not_tolerated() -> None:
    kept = received("wrong")
    kept.note(report_of("test_a.py::test_a[history-0001]", "failed", status="wrong"))
    assert (kept.tolerated, kept.counted()) == (0, [])


def test_the_group_of_loadgroup_is_no_part_of_the_name() -> None:
    kept = received("wrong")
    kept.note(report_of(f"{NODEID}@gpu", "failed", status="wrong"))
    assert (kept.tolerated, len(kept.counted())) == (1, 1)


@pytest.mark.parametrize("status", [None, "wrong"])
def test_what_did_not_fail_needs_no_tolerance(status: str | None) -> None:
    kept = received("wrong")
    kept.note(report_of(NODEID, "passed", status=status))
    assert (kept.tolerated, verdicts(kept)) == (0, [("wrong", "it is wrong")])


@pytest.mark.parametrize(
    ("when", "outcome", "counts"),
    [
        ("setup", "passed", False),
        ("setup", "failed", True),
        ("setup", "skipped", True),
        ("call", "passed", True),
        ("call", "rerun", True),
        ("teardown", "passed", False),
        ("teardown", "failed", False),
        ("???", "failed", False),
    ],
)
def test_a_test_reports_once_in_its_call_or_where_its_setup_ends_it(when: str, outcome: str, counts: bool) -> None:
    kept = received("correct")
    kept.note(report_of(NODEID, outcome, when))
    assert len(kept.counted()) == counts


@pytest.mark.parametrize("when", ["setup", "call"])
@pytest.mark.parametrize("kind", [tuple, list])
def test_a_test_that_skips_takes_its_item_out(when: str, kind: type) -> None:
    """It once showed `s` and counted as wrong; from a worker the place is a list."""
    kept = received("wrong")
    kept.note(skipped(when=when, reason=kind(["a.py", 1, "Skipped: not\n now"])))
    assert verdicts(kept) == [("skipped", "not now")]
    assert kept.counted()[0].verdict.prediction is None


def test_a_skip_without_a_reason_says_who_skipped() -> None:
    kept = received("correct")
    kept.note(skipped(reason=("a.py", 1, "Skipped: ")))
    assert verdicts(kept) == [("skipped", "skipped by its test")]


def test_an_item_that_the_method_does_not_apply_to_keeps_its_reason() -> None:
    kept = received("skipped")
    kept.note(skipped())
    assert verdicts(kept) == [("skipped", "it is skipped")]


def test_an_item_counts_once_however_many_tests_ask_it() -> None:
    kept = received("wrong", NODEID, SECOND)
    for nodeid in (NODEID, SECOND):
        kept.note(report_of(nodeid, "failed", status="wrong"))
    assert (kept.tolerated, verdicts(kept)) == (2, [("wrong", "it is wrong")])


def test_one_test_that_ran_measures_the_item_and_one_that_did_not_report_leaves_it_missing() -> None:
    kept = received("correct", NODEID, SECOND)
    kept.note(skipped(NODEID))
    assert kept.counted() == [], "the second one might have asked it"
    kept.note(report_of(SECOND))
    assert verdicts(kept) == [("correct", "it is correct")]
    kept = received("correct", NODEID, SECOND)
    for nodeid in (NODEID, SECOND):
        kept.note(skipped(nodeid))
    assert verdicts(kept) == [("skipped", "not now")]


@pytest.mark.parametrize(
    ("outcome", "when"),
    [("skipped", "call"), ("passed", "call"), ("skipped", "setup")],
    ids=["xfail", "xpass", "norun"],
)
def test_an_expected_failure_stays_in_and_says_so(outcome: str, when: str) -> None:
    kept = received("wrong")
    kept.note(expected(outcome, when=when))
    assert verdicts(kept) == [("wrong", "it is wrong (expected to fail: known)")]
    assert kept.notes() == ["expected to fail (xfail): 1 of the items, which count as answered"]


def test_an_expected_failure_needs_no_reason() -> None:
    kept = received("correct")
    kept.note(expected("passed", ""))
    assert verdicts(kept) == [("correct", "it is correct (expected to fail)")]
    assert received().notes() == []


def test_the_last_report_of_a_test_counts() -> None:
    """A rerun's; and a test's own behind those of its parts, which may be skipped."""

    class SubtestReport(pytest.TestReport):
        pass

    kept = received("correct")
    kept.note(report_of(NODEID, "rerun"))
    kept.note(skipped())
    assert verdicts(kept) == [("skipped", "not now")]
    part = SubtestReport(NODEID, ("a.py", 1, "a"), {}, "skipped", ("a.py", 1, "Skipped: part"), "call")
    kept = received("correct")
    kept.note(part)
    assert kept.counted() == [], "a part is not the test"
    kept.note(report_of(NODEID))
    kept.note(part)
    assert verdicts(kept) == [("correct", "it is correct")]


@pytest.mark.parametrize("outcome", FAILED)
def test_a_failure_that_a_plugin_turns_into_a_skip_takes_no_item_out(outcome: Outcome) -> None:
    """A: a conftest.py that skips what failed made 2 of 8 right answers an accuracy of 1.0."""
    kept = received(outcome)
    report = report_of(NODEID, "skipped", status=outcome)
    report.longrepr = ("a.py", 1, "Skipped: known")
    kept.note(report)
    assert (kept.tolerated, verdicts(kept)) == (0, [(outcome, f"it is {outcome}")])
