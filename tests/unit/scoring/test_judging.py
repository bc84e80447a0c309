from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.judging import judge, skip_reason
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.scoring.registry import Scorer
from pytest_haerae.types import Item, Response, Verdict
from tests.helpers import lettered
from tests.unit.scoring.judged import judged

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "가는 말이 고와야 오는 말이 곱다")


def test_an_error_is_no_wrong_answer() -> None:
    assert judged(lettered(), Response(error="HTTP 500"), "string_match").outcome == "error"


def test_free_text_is_skipped_by_log_likelihood_and_compared_by_string_match() -> None:
    assert judged(FREE, None, "log_likelihood").outcome == "skipped"
    assert judged(FREE, Response(text=" 가는말이 고와야, 오는 말이 곱다. "), "string_match").outcome == "correct"
    assert judged(FREE, Response(text="(A)"), "string_match").outcome == "wrong"
    assert judged(FREE, Response(text=" "), "string_match").outcome == "invalid"


def test_an_item_that_was_not_asked_is_skipped_with_the_reason() -> None:
    assert judged(FREE, None, "log_likelihood").explanation == skip_reason(FREE, "log_likelihood")
    assert judged(lettered(), None, "string_match").explanation == "not asked"
    assert skip_reason(FREE, "string_match") is None


def said_by(verdict: Any) -> ChosenScorer:  # noqa: ANN401 - anything that a scorer may return
    return ChosenScorer(Scorer("string_match", "odd", lambda item, response: verdict), None)


def refused(judge_item: Callable[[Item, Response], Any], time_limit: float = 60) -> Verdict:
    chosen = ChosenScorer(Scorer("string_match", "odd", judge_item), None, time_limit)
    return judge(lettered(), Response(text="A"), chosen)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict("Correct"), "unknown outcome 'Correct': did you mean 'correct'? Valid: correct, cut, error, *"),  # type: ignore[arg-type]
        (Verdict("correct", 1), "prediction is a text or None, not 1"),  # type: ignore[arg-type]
        (Verdict("correct", margin=float("nan")), "margin is a finite number or None, not nan"),
        ("correct", "returned 'correct', not a Verdict"),
        (None, "returned None, not a Verdict"),
    ],
)
def test_a_malformed_verdict_is_the_error_of_its_item_by_the_names_of_scorer_and_item(
    verdict: object, said: str
) -> None:
    """Fault A6: a misspelt outcome made the item vanish from n, and the gate passed."""
    found = judge(lettered(), Response(text="A"), said_by(verdict))
    place, _, what = found.explanation.partition(": ")
    assert (found.outcome, place) == ("error", "scorer odd, item probe-0000")
    assert what.startswith(said.rstrip("*"))


def test_a_verdict_is_handed_on_as_it_is() -> None:
    verdict = Verdict("invalid", None, "one line", "my rule", 0.5, 0.25)
    assert judge(lettered(), Response(text="A"), said_by(verdict)) is verdict


class Unspeakable(Exception):  # noqa: N818 - it has no words
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("B"), r"raised KeyError: 'B' \(.*test_judging\.py:\d+\)"),
        (ValueError("a\x1b[2J\n::error::b"), r"raised ValueError: a\\x1b\[2J \\::error::b \(.*\)"),
        (SystemExit(3), r"raised SystemExit: 3 \(.*\)"),
        (pytest.fail.Exception("no"), r"raised Failed: no \(.*\)"),
        (RecursionError("deep"), r"raised RecursionError: deep \(.*\)"),
        (MemoryError(), r"raised MemoryError: \(.*\)"),
        (StopIteration(), r"raised StopIteration: \(.*\)"),
        (UsageError("install it"), "install it"),
        (Unspeakable(), r"raised Unspeakable: \(its words cannot be had\) \(.*\)"),
    ],
)
def test_a_scorer_that_raises_costs_its_item(error: BaseException, said: str) -> None:
    """Fault D5: it ended the run without a report."""

    def careless(item: Item, response: Response) -> Verdict:
        raise error

    found = refused(careless)
    assert found.outcome == "error"
    assert re.fullmatch(f"scorer odd, item probe-0000: {said}", found.explanation)
    assert found.explanation.isprintable()


def test_an_interrupt_is_no_error_of_an_item() -> None:
    def interrupted(item: Item, response: Response) -> Verdict:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refused(interrupted)


def test_a_scorer_that_hangs_costs_its_item() -> None:
    """Fault D5: the run hung."""

    def endless(item: Item, response: Response) -> Verdict:
        re.match(r"(a+)+$", "a" * 60 + "b")
        return Verdict("correct")

    found = refused(endless, 0.05)
    said = "scorer odd, item probe-0000: gave no verdict within 0.05 s (--evaluator-params time_limit)"
    assert (found.outcome, found.explanation) == ("error", said)


def test_a_scorer_that_hangs_on_every_item_is_not_waited_for_each_time() -> None:
    asked = []

    def endless(item: Item, response: Response) -> Verdict:
        asked.append(item)
        time.sleep(60)
        return Verdict("correct")

    chosen = ChosenScorer(Scorer("string_match", "odd", endless), None, 0.05)
    verdicts = [judge(lettered(), Response(text="A"), chosen) for _ in range(5)]
    assert [verdict.outcome for verdict in verdicts] == ["error"] * 5
    assert "not asked: it reached its time limit of 0.05 s on 3 items in a row" in verdicts[-1].explanation
    assert len(asked) == 3


def test_a_scorer_that_hangs_now_and_then_is_waited_for() -> None:
    asked = []

    def moody(item: Item, response: Response) -> Verdict:
        asked.append(item)
        if len(asked) % 2:
            time.sleep(60)
        return Verdict("correct")

    chosen = ChosenScorer(Scorer("string_match", "odd", moody), None, 0.05)
    outcomes = [judge(lettered(), Response(text="A"), chosen).outcome for _ in range(8)]
    assert outcomes == ["error", "correct"] * 4


def test_the_alarm_of_a_plugin_that_limits_tests_is_not_the_scorers() -> None:
    class Timeout(BaseException):
        pass

    def ring(number: int, frame: object) -> None:
        raise Timeout

    def endless(item: Item, response: Response) -> Verdict:
        time.sleep(60)
        return Verdict("correct")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(Timeout):
            refused(endless)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_what_a_scorer_changes_of_a_question_or_an_answer_is_not_in_the_report() -> None:
    """D5: a scorer that wrote into its item: the report, and with it the next baseline, had another reference."""
    item, response = lettered(), Response(text="B")

    def meddling(item: Item, response: Response) -> Verdict:
        object.__setattr__(item, "reference", "A")
        object.__setattr__(response, "text", "A")
        return Verdict("correct")

    assert judge(item, response, ChosenScorer(Scorer("string_match", "odd", meddling), None)).outcome == "correct"
    assert (item.reference, response.text) == ("B", "B")


def test_the_packages_own_comparison_of_numbers_is_called_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarm, the copies and the check took ten times as long as it."""
    for name in ("call_within", "checked"):
        monkeypatch.setattr(f"pytest_haerae.scoring.judging.{name}", lambda *given: pytest.fail(str(given)))
    answer = Response(loglikelihoods=(-1.0, -2.0, -3.0, -4.0, -5.0))
    assert judged(lettered("A"), answer, "log_likelihood").outcome == "correct"
    odd = Item("p-0000", "p", 0, "빈칸", ("가", "나"), ("A", "B"), "C")
    verdict = judged(odd, Response(loglikelihoods=(-1.0, -2.0)), "log_likelihood")
    assert verdict.outcome == "error"
    assert verdict.explanation.startswith("scorer default, item p-0000: ")
