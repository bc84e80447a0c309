from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.errors import BackendFailure, WrongAnswer
from pytest_haerae.plugin.assertions import assert_correct
from pytest_haerae.plugin.nodes import status_of
from pytest_haerae.plugin.outcomes import Outcomes, make_report
from pytest_haerae.plugin.received import Received
from pytest_haerae.types import NOT_RIGHT, DataKey, Item, Outcome, Sample, Selected, Verdict
from tests.unit.fakes import item
from tests.unit.plugin.sessions import a_test

NODEID = "test_a.py::test_a[history-0000]"
FAILED: tuple[Outcome, ...] = (*NOT_RIGHT, "error")


def sample_of(outcome: Outcome, nodeid: str = NODEID) -> Sample:
    return Sample(Selected(item(), nodeid, DataKey("d")), None, Verdict(outcome, "B", f"it is {outcome}"))


def asking(outcome: Outcome) -> tuple[Outcomes, Any]:
    """The verdicts of a process, and the test that runs in it."""
    outcomes = Outcomes(lambda test: sample_of(outcome, test.nodeid))
    outcomes.running = a_test(item())
    return outcomes, outcomes.running


@pytest.mark.parametrize("outcome", ["correct", *NOT_RIGHT])
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


def ended(error: BaseException | None = None, when: Any = "call") -> pytest.CallInfo[None]:  # noqa: ANN401 - a word
    def call() -> None:
        if error is not None:
            raise error

    return pytest.CallInfo.from_call(call, when)


def asked_test(outcome: Outcome) -> tuple[Any, BaseException]:
    """A test that has asked for its verdict, and what says no more than the verdict."""
    outcomes, test = asking(outcome)
    try:
        assert_correct(outcomes.verdict())
    except (BackendFailure, WrongAnswer, pytest.skip.Exception) as error:
        return test, error
    return test, AssertionError()


@pytest.mark.parametrize("outcome", FAILED)
def test_a_wrong_answer_is_one_marked_line(outcome: Outcome) -> None:
    test, error = asked_test(outcome)
    call = ended(error)
    report = make_report(test, call, of_part=False)
    assert report is not None
    assert (report.longrepr, report.outcome, status_of(report)) == (f"it is {outcome}", "failed", outcome)
    assert call.excinfo is not None, "later hooks see the exception"
    kept = Received({test.nodeid: sample_of(outcome)})
    kept.note(report)
    assert kept.tolerated == 1


def wrong_about(verdict: Verdict) -> WrongAnswer:
    with pytest.raises(WrongAnswer) as caught:
        assert_correct(verdict)
    return caught.value


OWN = [
    AssertionError("my own"),
    ZeroDivisionError("my own"),
    BackendFailure("another's"),
    WrongAnswer("my own"),
    wrong_about(Verdict("wrong", "C", "it is another verdict")),
]


@pytest.mark.parametrize("outcome", ["correct", *FAILED, "skipped"])
@pytest.mark.parametrize("error", OWN, ids=lambda error: f"{type(error).__name__}_{error}")
@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_a_failure_of_the_users_own_is_left_to_pytest_whatever_the_verdict(
    outcome: Outcome, error: Exception, when: str
) -> None:
    """Any failed test of an item was tolerated once, and so was any failed assertion beside a wrong answer."""
    test, _ = asked_test(outcome)
    assert make_report(test, ended(error, when), of_part=False) is None


def test_a_test_that_asked_for_no_verdict_is_left_to_pytest() -> None:
    test = a_test(item())
    assert make_report(test, ended(AssertionError()), of_part=False) is None
    assert make_report(test, ended(), of_part=False) is None
    assert make_report(asked_test("wrong")[0], ended(), of_part=False) is None


def test_an_answer_without_an_explanation_is_a_failure_all_the_same() -> None:
    question: Item = item()
    outcomes = Outcomes(lambda test: Sample(Selected(question, NODEID, DataKey("d")), None, Verdict("wrong")))
    outcomes.running = test = a_test(question)
    report = make_report(test, ended(wrong_about(outcomes.verdict())), of_part=False)
    assert report is not None
    assert (report.failed, report.longrepr) == (True, "no explanation")


@pytest.mark.parametrize("own", [False, True])
def test_a_test_whose_parts_say_only_what_the_verdict_says_says_it_too(own: bool) -> None:
    """With pytest's fixture `subtests`, whichever process reports."""
    test, error = asked_test("wrong")
    ignored = [ended(), ended(pytest.skip.Exception("no")), ended(pytest.xfail.Exception("later"))]
    assert [make_report(test, call, of_part=True) for call in ignored] == [None, None, None]
    part = make_report(test, ended(error), of_part=True)
    assert part is not None
    assert status_of(part) == "wrong"
    if own:
        assert make_report(test, ended(AssertionError("my own")), of_part=True) is None
    assert make_report(test, ended(), of_part=True) is None, "a part that passes"
    whole = make_report(test, ended(), of_part=False)
    if own:
        assert whole is None
    else:
        assert whole is not None
        assert (whole.failed, status_of(whole)) == (True, "wrong")
    assert make_report(test, ended(when="teardown"), of_part=False) is None


def test_a_rerun_notes_nothing_twice_and_begins_anew() -> None:
    outcomes, test = asking("wrong")
    make_report(test, ended(wrong_about(outcomes.verdict())), of_part=True)
    outcomes.verdict()
    names = [name for name, _ in test.user_properties]
    assert len(set(names)) == len(names) == 5
    assert make_report(test, ended(), of_part=False) is None, "the parts of the first run are over"


def test_a_test_without_an_item_says_so() -> None:
    outcomes = Outcomes(lambda test: None)
    outcomes.running = a_test(None)
    with pytest.raises(pytest.fail.Exception, match="this test has no item"):
        outcomes.verdict()
