from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.statistics.attempts import Attempts, correct_given_attempted, simpleqa_f1
from pytest_haerae.statistics.estimates import wilson_interval
from pytest_haerae.types import Outcome, Verdict

RIGHT, WRONG, NONE = Attempts(1, 1, 1), Attempts(0, 1, 1), Attempts(0, 0, 1)
ITEMS = st.lists(st.sampled_from([RIGHT, WRONG, NONE]), min_size=1, max_size=60)


def harmonic_mean(items: list[Attempts]) -> float:
    """F1 as SimpleQA's authors compute it, from both shares."""
    right, attempted = items.count(RIGHT), items.count(RIGHT) + items.count(WRONG)
    overall, given = right / len(items), right / attempted if attempted else 0.0
    return 2 * overall * given / (overall + given) if overall + given else 0.0


@given(ITEMS)
def test_it_is_the_harmonic_mean_of_both_shares(items: list[Attempts]) -> None:
    found = simpleqa_f1(items)
    assert found is not None
    assert found["value"] == pytest.approx(harmonic_mean(items))
    assert found["n"] == len(items)
    low, high = found["ci95"]
    assert 0 <= low <= found["value"] + 1e-12
    assert found["value"] - 1e-12 <= high <= 1


def test_the_published_numbers_of_a_model_agree_with_each_other() -> None:
    """40.8% correct, 53.8% incorrect, 5.4% not attempted: F1 41.93, as NVIDIA's Skills has it of KoSimpleQA."""
    items = [RIGHT] * 408 + [WRONG] * 538 + [NONE] * 54
    found = simpleqa_f1(items)
    assert found is not None
    assert found["value"] == pytest.approx(0.4193, abs=5e-5)


@given(ITEMS)
def test_what_is_not_attempted_is_in_the_f1_alone(items: list[Attempts]) -> None:
    attempted = [each for each in items if each != NONE]
    assert correct_given_attempted(items) == correct_given_attempted(attempted)
    if not attempted:
        assert correct_given_attempted(items) is None


def test_of_single_answers_the_share_has_its_usual_interval() -> None:
    found = correct_given_attempted([RIGHT] * 300 + [WRONG] * 700)
    assert found is not None
    assert found["ci95"] == pytest.approx(wilson_interval(300, 1000), abs=1e-3)


def test_the_standard_error_is_how_much_it_varies_over_samples() -> None:
    draw = random.Random(3)  # noqa: S311 - no secret

    def sampled() -> list[Attempts]:
        return draw.choices([RIGHT, WRONG, NONE], [4, 4, 2], k=300)

    values, told = [], []
    for _ in range(600):
        found = simpleqa_f1(sampled())
        assert found is not None
        assert found["stderr"] is not None
        values.append(found["value"])
        told.append(found["stderr"])
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    assert sum(told) / len(told) == pytest.approx(spread, rel=0.1)


def test_answers_of_an_item_vary_together() -> None:
    once = [RIGHT, WRONG, NONE, RIGHT, WRONG]
    twice = [Attempts(*(2 * count for count in each)) for each in once]
    assert simpleqa_f1(twice) == simpleqa_f1(once)


def test_one_item_has_no_standard_error_and_none_has_no_value() -> None:
    found = simpleqa_f1([RIGHT])
    assert found is not None
    assert (found["value"], found["stderr"]) == (1.0, None)
    assert simpleqa_f1([]) is None


@pytest.mark.parametrize(
    ("outcomes", "counted"),
    [
        (["correct"], RIGHT),
        (["wrong"], WRONG),
        (["invalid"], NONE),
        (["cut"], NONE),
        (["correct", "wrong", "invalid", "error", "unjudged", "skipped"], Attempts(1, 2, 3)),
    ],
)
def test_what_was_measured_is_counted(outcomes: list[Outcome], counted: Attempts) -> None:
    assert Attempts.of(map(Verdict, outcomes)) == counted
