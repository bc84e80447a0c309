from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_haerae.report.schema import Report
from pytest_haerae.statistics.divergence import ROUNDING
from tests.unit.report.copies.twins import held, report, scored, values_of, written
from tests.unit.reports import benchmarks_of, make, report_of


def noisy(count: int, spread: float, seed: int = 0) -> Report:
    chance = random.Random(seed)  # noqa: S311 - no secret
    return report(
        count,
        lambda number: {
            "loglikelihoods": [min(0.0, value + chance.uniform(-spread, spread)) for value in values_of(number)]
        },
    )


def texts(outputs: str, **info: object) -> Report:
    return make([written(number, text) for number, text in enumerate(outputs)], method="string_match", **info)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.floats(0, 3), st.integers(0, 9))
def test_a_report_is_the_same_as_itself_and_flips_are_symmetric(count: int, spread: float, seed: int) -> None:
    one, other = noisy(count, 0), noisy(count, spread, seed)
    same = held(other, other)
    assert (same.verdict, same.flipped, same.causes, same.answers.identical) == ("same", [], [], True)
    there, back = held(one, other), held(other, one)
    assert (there.flipped, there.verdict) == (back.flipped, back.verdict)
    flips = [
        now["id"]
        for then, now in zip(one["samples"], other["samples"], strict=True)
        if then["prediction"] != now["prediction"]
    ]
    tied = [shift.item for shift in there.shifts if shift.tied]
    assert sorted([*there.flipped, *tied]) == flips


@pytest.mark.parametrize(
    ("spread", "verdict"),
    [(0.4 * ROUNDING, "same"), (0.004, "equivalent"), (0.1, "cannot be told"), (2.0, "different")],
)
def test_the_verdict_follows_the_numbers(spread: float, verdict: str) -> None:
    assert held(report(1000), noisy(1000, spread)).verdict == verdict


def test_rounding_is_no_flip() -> None:
    before = make([scored(0, [-1, -1.0004, -3]), scored(1, [-1, -2, -3])])
    after = make([scored(0, [-1.0004, -1, -3]), scored(1, [-1, -2, -3])])
    found = held(before, after)
    assert (found.verdict, found.flipped, [shift.tied for shift in found.shifts]) == ("same", [], [True, False])
    assert len(found.pairing.total.gained) == 1, "the accuracy counts it"


def test_outputs_are_the_same_character_by_character() -> None:
    assert held(texts("ABC"), texts("ABC")).verdict == "same"
    other = held(texts("ABC"), texts("ABA"))
    assert (other.flipped, other.outputs, other.equal_outputs) == (["csat_geo-0002"], 3, 2)
    assert other.verdict == "cannot be told"
    worded = held(make([written(0, "B")]), make([written(0, "B입니다")]))
    assert (worded.flipped, worded.equal_outputs, worded.verdict) == ([], 0, "cannot be told")


def test_free_text_flips_where_it_is_right_in_one_alone() -> None:
    before, after = (
        make([written(number, text, options=None, reference="B") for number, text in enumerate(outputs)])
        for outputs in (["B", "가", "나"], ["B!", "B", "다"])
    )
    found = held(before, after)
    assert (found.flipped, found.equal_outputs) == (["csat_geo-0001"], 0)


def test_without_log_likelihoods_letters_are_compared_and_nothing_is_the_same() -> None:
    hidden = report(10, lambda number: {}, evaluator_params={"return_logits": False})
    for row in hidden["samples"]:
        row["loglikelihoods"] = None
    found = held(hidden, hidden)
    assert (found.verdict, found.shifts, found.flipped, found.answers.n) == ("cannot be told", [], [], 10)
    half = held(report(10), hidden)
    assert (half.verdict, half.shifts) == ("cannot be told", [])


def test_an_item_that_one_alone_answered_is_counted_apart() -> None:
    lacking = report(10, lambda number: {"outcome": "error", "error": "HTTP 503"} if number == 4 else {})
    found = held(report(10), lacking)
    assert (found.answers.n, found.answers.one_sided, found.verdict) == (9, 1, "cannot be told")
    assert held(lacking, lacking).answers.one_sided == 0
    fewer = held(report(10), report(7))
    assert (fewer.verdict, len(fewer.pairing.only_before)) == ("same", 3)


def test_drawn_answers_have_no_flips() -> None:
    warm = {"model_params": {"temperature": 0.7}}
    assert held(texts("AB"), texts("BA", **warm)).answers.flips is None
    assert held(texts("AB", **warm), texts("BA")).flipped == []
    assert held(texts("AB"), texts("BA", model_params={"temperature": 0.0})).answers.flips == 2
    assert held(texts("AB"), texts("BA", model_params={"temperature": "?"})).answers.flips == 2
    assert held(texts("AB", **warm), texts("AB", **warm)).verdict == "same"
    told = {"method_detail": "gemma: temperature was left out, as the server refused it"}
    assert held(texts("AB"), texts("BA", **told)).answers.flips is None


def test_options_are_scored_at_any_temperature() -> None:
    found = held(report(300, model_params={"temperature": 0.7}), noisy(300, 2.0))
    assert (found.verdict, found.answers.flips) == ("different", len(found.flipped))


def test_texts_alone_are_told_apart_by_their_log_likelihoods() -> None:
    def alone(value: float) -> Report:
        rows = [scored(0, [value], outcome="skipped", prediction=None, options=["한 글"], reference="A")]
        return make(rows)

    assert held(alone(-9.0), alone(-9.0)).verdict == "same"
    other = held(alone(-9.0), alone(-9.5))
    assert (other.verdict, other.answers.n, other.answers.one_sided) == ("cannot be told", 0, 0)
    assert other.shifts[0].largest == 0.5


def test_items_are_named_with_their_benchmark_where_there_are_several() -> None:
    before, after = (
        report_of(benchmarks_of({"kmmlu": {"a": outcomes}, "kobest": {"a": "c"}})) for outcomes in ("cc", "cw")
    )
    assert held(before, after).flipped == ["kmmlu/s0-0001"]
