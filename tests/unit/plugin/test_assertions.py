from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import pytest

from pytest_haerae.errors import UsageError, WrongAnswer
from pytest_haerae.plugin.assertions import assert_correct, assert_log_likelihood, assert_string_match
from pytest_haerae.scoring.log_likelihood import judge_log_likelihood
from pytest_haerae.scoring.string_match import judge_string_match
from pytest_haerae.types import Outcome, Response, Verdict
from tests.helpers import lettered


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_only_a_right_answer_passes(outcome: Outcome) -> None:
    verdict = Verdict(outcome, explanation="why")
    if outcome == "correct":
        assert_correct(verdict)
    else:
        with pytest.raises(WrongAnswer, match=r"^why$"):
            assert_correct(verdict)


CITIES = ("부산", "서울", "대전")


@pytest.mark.parametrize(
    ("text", "reference", "options"),
    [
        ("서울", "서울", None),
        (" 서울. ", "서울", None),
        ("정답은 (B)입니다.", "B", CITIES),
        ("정답은 (B)입니다.", "서울", CITIES),
        ("서울", "B", CITIES),
        ("<think>부산?</think>(B)", "B", CITIES),
    ],
)
def test_a_text_is_read_as_the_method_reads_it(text: str, reference: str, options: tuple[str, ...] | None) -> None:
    assert_string_match(Response(text=text), reference, options=options)


@pytest.mark.parametrize(
    ("text", "reference", "options", "words"),
    [
        ("부산", "서울", None, "wrong: answered '부산', reference '서울'"),
        ("", "서울", None, "invalid"),
        ("(A)", "B", CITIES, r"wrong: predicted \(A\) '부산', reference \(B\) '서울'"),
        ("(A) 또는 (B)", "B", CITIES, "invalid"),
    ],
)
def test_another_answer_is_wrong(text: str, reference: str, options: tuple[str, ...] | None, words: str) -> None:
    with pytest.raises(WrongAnswer, match=words):
        assert_string_match(Response(text=text), reference, options=options)


def test_strictly_only_the_demanded_format_counts() -> None:
    assert_string_match(Response(text="생각해 보면\n정답: (B)"), "B", options=CITIES, strict=True)
    with pytest.raises(WrongAnswer, match="invalid"):
        assert_string_match(Response(text="서울이 맞으니 B가 답입니다."), "B", options=CITIES, strict=True)


def test_of_an_item_it_is_the_default_scorers_verdict() -> None:
    item, response = lettered("B"), Response(text="(A)")
    with pytest.raises(WrongAnswer) as caught:
        assert_string_match(response, item)
    assert caught.value.verdict == judge_string_match(item, response)
    scored = Response(loglikelihoods=(-1.0, -2.0, -3.0, -4.0, -5.0))
    with pytest.raises(WrongAnswer) as caught:
        assert_log_likelihood(scored, item)
    assert caught.value.verdict == judge_log_likelihood(item, scored)


@pytest.mark.parametrize("reference", [1, "B"])
def test_the_right_continuation_is_the_most_likely(reference: int | str) -> None:
    response = Response(loglikelihoods=(-3.0, -1.0, -2.0))
    assert_log_likelihood(response, reference)
    assert_log_likelihood(response, reference, margin=1.0)
    assert_log_likelihood(response, "서울", options=CITIES)
    with pytest.raises(WrongAnswer, match=r"margin \+1\.0000, which is below 1\.5") as caught:
        assert_log_likelihood(response, reference, margin=1.5)
    assert caught.value.verdict is None, "a demand of the test's own is an ordinary failure"
    with pytest.raises(WrongAnswer, match=r"predicted \(B\), reference \(A\)"):
        assert_log_likelihood(response, 0)


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (
            lambda: assert_log_likelihood(Response(loglikelihoods=(-1.0, -2.0)), 1, options=[" 부산", " 서울"]),
            "answer wrong: predicted (A) ' 부산', reference (B) ' 서울', margin -1.0000",
        ),
        (
            lambda: assert_log_likelihood(
                Response(loglikelihoods=(-2.0, -1.0)), "(A)", options=["(A)", "reference (A)"], margin=1
            ),
            "answer wrong: predicted (B) 'reference (A)', reference (A) '(A)', margin -1.0000",
        ),
        (
            lambda: assert_string_match(Response(text="(A)"), "B", options=CITIES),
            "answer wrong: predicted (A) '부산', reference (B) '서울', read by bare label",
        ),
        (
            lambda: assert_string_match(Response(text="?"), "A", options=["가" * 61, "나"]),
            f"answer invalid: no answer in '?', reference (A) '{'가' * 60}…'",
        ),
        (
            lambda: assert_log_likelihood(Response(loglikelihoods=(-1.0, -2.0)), 1),
            "answer wrong: predicted (A), reference (B), margin -1.0000",
        ),
    ],
)
def test_a_letter_stands_before_the_text_that_it_is_of(claim: Callable[[], None], words: str) -> None:
    with pytest.raises(WrongAnswer) as caught:
        claim()
    assert str(caught.value) == words


def test_continuations_beyond_z_have_names() -> None:
    """They had an IndexError."""
    response = Response(loglikelihoods=tuple(-float(abs(place - 27)) - 1 for place in range(800)))
    assert_log_likelihood(response, 27, margin=1.0)
    assert_log_likelihood(response, "AB")
    assert_log_likelihood(response, "27", options=[str(place) for place in range(800)])
    for place, name in [(25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]:
        for reference in (place, name):
            with pytest.raises(WrongAnswer, match=rf"predicted \(AB\), reference \({name}\)"):
                assert_log_likelihood(response, reference)


def test_a_place_is_one_whatever_the_options_are_called() -> None:
    assert_log_likelihood(Response(loglikelihoods=(-1.0, -2.0)), 0, options=["B", "A"])


TEXT, SCORES = Response(text="서울"), Response(loglikelihoods=(-1.0, -2.0))


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (lambda: assert_string_match(SCORES, "서울"), "the response has no text"),
        (lambda: assert_string_match(TEXT, ""), "the reference is a text or an item, not ''"),
        (lambda: assert_string_match(TEXT, "D", options=CITIES), "the reference 'D' is no option"),
        (lambda: assert_string_match(TEXT, "B", options=["A", "B", "B"]), "the reference 'B' is more than one option"),
        (lambda: assert_string_match(TEXT, "A", options=["서울"]), "1 option; there are 2 to 26"),
        (lambda: assert_log_likelihood(TEXT, 0), "the response has no log-likelihoods"),
        (lambda: assert_log_likelihood(SCORES, 0, options=CITIES), "3 options, and 2 continuations were scored"),
        (
            lambda: assert_log_likelihood(Response(loglikelihoods=(-1.0,)), 0),
            "one continuation is compared with no other",
        ),
        (lambda: assert_string_match(TEXT, 0, options=CITIES), "the reference is a text or an item, not 0"),  # type: ignore[arg-type]
        (lambda: assert_log_likelihood(SCORES, 0, margin=math.nan), "margin is a number from 0, not nan"),
        (lambda: assert_log_likelihood(SCORES, 0, margin="2"), "margin is a number from 0, not '2'"),  # type: ignore[arg-type]
        (lambda: assert_log_likelihood(SCORES, 2), "2 is no place among 2 continuations"),
        (lambda: assert_log_likelihood(SCORES, True), "True is no place"),
        (lambda: assert_log_likelihood(SCORES, "서울"), "the reference '서울' is no option"),
    ],
)
def test_what_cannot_be_claimed_is_refused(claim: Callable[[], None], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        claim()
