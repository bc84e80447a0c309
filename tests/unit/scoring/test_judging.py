from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.errors import ScorerFailure, UsageError
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


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict("Correct"), "unknown outcome 'Correct': did you mean 'correct'? Valid: correct, error, invalid, *"),  # type: ignore[arg-type]
        (Verdict(None), "unknown outcome 'None'. Valid: *"),  # type: ignore[arg-type]
        (Verdict("correct", 1), "prediction is a text or None, not 1"),  # type: ignore[arg-type]
        (Verdict("correct", "A", None), "explanation is a text, not None"),  # type: ignore[arg-type]
        (Verdict("correct", "A", "", 2), "rule is a text or None, not 2"),  # type: ignore[arg-type]
        ("correct", "returned 'correct', not a Verdict"),
        (("correct", "A"), "returned ('correct', 'A'), not a Verdict"),
        (None, "returned None, not a Verdict"),
    ],
)
def test_what_is_no_verdict_is_refused_by_the_names_of_scorer_and_item(verdict: object, said: str) -> None:
    with pytest.raises(ScorerFailure) as caught:
        judge(lettered(), Response(text="A"), said_by(verdict))
    place, _, what = str(caught.value).partition(": ")
    assert place == "scorer odd, item probe-0000"
    assert what.startswith(said.rstrip("*"))


def test_a_verdict_is_handed_on_as_it_is() -> None:
    verdict = Verdict("invalid", None, "one line", "my rule", 0.5, 0.25)
    assert judge(lettered(), Response(text="A"), said_by(verdict)) is verdict


def test_a_scorer_that_raises_is_named_with_the_item_and_the_line() -> None:
    def careless(item: Item, response: Response) -> Verdict:
        raise KeyError(item.reference)

    chosen = ChosenScorer(Scorer("string_match", "careless", careless), None)
    said = r"^scorer careless, item probe-0000: raised KeyError: 'B' \(.*test_judging\.py:\d+\)$"
    with pytest.raises(ScorerFailure, match=said):
        judge(lettered(), Response(text="x"), chosen)


def test_what_a_scorer_says_of_a_users_mistake_is_said_as_it_is() -> None:
    def strict(item: Item, response: Response) -> Verdict:
        raise UsageError("install it")

    with pytest.raises(UsageError, match="install it"):
        judge(lettered(), Response(text="x"), ChosenScorer(Scorer("string_match", "strict", strict), None))
