from __future__ import annotations

import math
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.show import page_data
from pytest_haerae.statistics.pairing import pair_rows
from pytest_haerae.types import Outcome
from tests.unit.reports import sample


def test_the_baseline_is_scored_on_the_items_of_both_runs() -> None:
    outcomes = [
        ("correct", "wrong"),
        ("correct", "correct"),
        ("wrong", "correct"),
        ("correct", "invalid"),
        ("error", "correct"),
    ]
    after = [sample(number, outcome=now) for number, (now, _) in enumerate(outcomes)]
    before = [sample(number, outcome=then) for number, (_, then) in enumerate(outcomes)]
    found = page_data.paired_score(pair_rows(before, [*after, sample(5)]).total)
    assert found is not None
    assert (found["n"], found["accuracy"], found["change"]) == (4, 0.5, 0.25)
    assert (found["gained"], found["lost"]) == (2, 1)
    assert page_data.paired_score(pair_rows([], after).total) is None
    assert page_data.paired_score(None) is None


def test_an_item_that_the_baseline_lacks_has_no_change() -> None:
    assert page_data.change(sample(0), None) == "-"
    assert page_data.change(sample(0, outcome="correct"), sample(0, outcome="wrong")) == "g"


@given(st.lists(st.floats(-50, 0), min_size=2, max_size=6), st.data())
def test_margin_and_confidence_follow_their_definitions(values: list[float], data: st.DataObject) -> None:
    right, chosen = (data.draw(st.integers(0, len(values) - 1)) for _ in range(2))
    row = sample(0, loglikelihoods=values, reference="ABCDEF"[right], prediction="ABCDEF"[chosen])
    others = [value for index, value in enumerate(values) if index != right]
    assert page_data.margin_of(row) == values[right] - max(others)
    share = math.exp(values[chosen]) / math.fsum(math.exp(value) for value in values)
    assert page_data.confidence_of(row) == pytest.approx(share)


@pytest.mark.parametrize(
    "changes",
    [{"loglikelihoods": None}, {"reference": "긴 글", "prediction": None}, {"reference": "D", "prediction": "D"}],
)
def test_what_has_no_numbers_has_no_margin(changes: dict[str, Any]) -> None:
    assert page_data.margin_of(sample(0, **changes)) is None
    assert page_data.confidence_of(sample(0, **changes)) is None


def test_calibration_is_that_of_its_source() -> None:
    # Ten items of confidence 1/2, four of them right; ten of confidence 0.9, all right.
    even = [math.log(0.5), math.log(0.5)]
    sure = [math.log(0.9), math.log(0.1)]
    rows = [
        sample(n, loglikelihoods=even, prediction="A", outcome="correct" if n < 4 else "wrong") for n in range(10)
    ] + [sample(n, loglikelihoods=sure, prediction="A", outcome="correct") for n in range(10)]
    rows.append(sample(30, outcome="skipped"))
    found = page_data.calibration(rows)
    assert found is not None
    assert found["ece"] == pytest.approx(0.5 * abs(0.4 - 0.5) + 0.5 * abs(1 - 0.9))
    assert [entry["n"] for entry in found["bins"]] == [10, 10]
    assert page_data.calibration([sample(0, loglikelihoods=None)]) is None


def test_guessing_level_is_of_the_measured_items() -> None:
    rows = [sample(0, options=["a", "b"]), sample(1, options=["a", "b", "c", "d"]), sample(2, outcome="skipped")]
    assert page_data.chance_level(rows) == pytest.approx((1 / 2 + 1 / 4) / 2)
    assert page_data.chance_level([sample(0, options=None)]) is None


@given(st.lists(st.lists(st.sampled_from(["가", "나" * 150, "다" * 90, ""]), max_size=6), max_size=8))
def test_a_prompt_is_its_prefix_and_the_rest(paragraphs: list[list[str]]) -> None:
    rows = [sample(number, input="\n\n".join(parts)) for number, parts in enumerate(paragraphs)]
    prefixes = page_data.shared_prefixes(rows)
    for row in rows:
        text = page_data.texts(row, None, prefixes)
        assert (prefixes[text["prefix"]] if "prefix" in text else "") + text["input"] == row["input"]


def test_worked_examples_are_stored_once() -> None:
    shots = "예시 하나 (A)\n\n예시 둘 (B)\n\n" * 20
    rows = [sample(number, input=f"{shots}문제 {number}") for number in range(5)]
    assert page_data.shared_prefixes(rows) == [shots]
    assert page_data.texts(rows[3], None, [shots])["input"] == "문제 3"


def test_each_outcome_has_a_letter_of_its_own() -> None:
    rows = [sample(number, outcome=outcome) for number, outcome in enumerate(get_args(Outcome))]
    letters = page_data.columns(rows, [None] * len(rows))["outcome"]
    assert len(set(letters)) == len(letters) == len(rows)


def test_what_a_judge_wrote_of_each_of_several_answers_is_kept() -> None:
    answer = {
        "outcome": "wrong",
        "prediction": None,
        "raw_output": "답",
        "error": None,
        "score": 0.0,
        "judgements": [""],
    }
    (kept,) = page_data.texts(sample(0, answers=[answer]), None, [])["answers"]
    assert (kept["score"], kept["judgements"]) == (0.0, [""])
    votes = [{"judge": name, "outcome": "wrong", "judgements": ["가", "나"]} for name in ("a", "b")]
    of_panel = page_data.texts(sample(0, panel=votes), None, [])["judgements"]
    assert of_panel == [f"{name}: wrong\n\n{text}" for name in ("a", "b") for text in ("가", "나")]
