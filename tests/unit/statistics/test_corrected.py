from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_haerae.statistics.corrected import check_judge, worth_of
from pytest_haerae.statistics.judged import Judged, Labelled
from pytest_haerae.statistics.misclassification import judge_error, rogan_gladen
from pytest_haerae.statistics.prediction_powered import prediction_powered
from pytest_haerae.types import Verdict
from tests.unit.reports import samples_of

SAMPLES = samples_of({"a": "cw" * 50 + "u"})
"""A hundred graded answers, every second right, and one that could not be judged."""
LABELS = {place: float(place % 4 == 0) for place in range(0, 100, 3)}


def test_a_random_sample_corrects_by_prediction_powered_inference() -> None:
    found = check_judge(SAMPLES, LABELS, random=True)
    verdicts = [float(place % 2 == 0) for place in range(100)]
    expected = prediction_powered([Judged(verdict, LABELS.get(place)) for place, verdict in enumerate(verdicts)])
    assert (found["source"], found["labels"], found["correction"]) == ("random sample", len(LABELS), expected)
    assert found["error"] == judge_error([Labelled(verdicts[place], label) for place, label in LABELS.items()])


def test_labels_from_elsewhere_correct_by_rogan_and_gladen() -> None:
    pairs = [Labelled(1, 1)] * 30 + [Labelled(0, 0)] * 25 + [Labelled(1, 0)] * 5
    found = check_judge(SAMPLES, {}, pairs, random=False)
    assert (found["source"], found["labels"]) == ("elsewhere", 60)
    assert found["correction"] == rogan_gladen([float(place % 2 == 0) for place in range(100)], pairs)


def test_chosen_labels_say_how_the_judge_errs_and_correct_nothing() -> None:
    found = check_judge(SAMPLES, LABELS, random=False, left_out=2)
    assert (found["source"], found["correction"], found["left_out"]) == ("no random sample", None, 2)
    assert found["error"] is not None


def test_a_label_of_an_unjudged_answer_is_left_out() -> None:
    found = check_judge(SAMPLES, {0: 1.0, 100: 1.0}, random=True)
    assert (found["labels"], found["left_out"]) == (1, 1)


@pytest.mark.parametrize("elsewhere", [[], [Labelled(1, 1), Labelled(0, 0.5)]])
def test_of_a_judge_with_a_scale_it_is_the_mean_score_that_is_corrected(elsewhere: list[Labelled]) -> None:
    """Also where all of its scores happen to be at the ends of the scale: an answer may pass from another one."""
    samples = [replace(each, verdict=replace(each.verdict, score=float(at % 2))) for at, each in enumerate(SAMPLES)]
    found = check_judge(samples, {} if elsewhere else LABELS, elsewhere, random=not elsewhere)["correction"]
    assert found is not None
    assert "accuracy" not in found
    assert (found["score"] is None) == bool(elsewhere)


def test_partial_scores_have_no_sensitivity() -> None:
    assert check_judge(SAMPLES, {0: 0.5}, random=False)["error"] is None


@pytest.mark.parametrize(
    ("verdict", "worth"),
    [
        (Verdict("correct"), 1),
        (Verdict("invalid"), 0),
        (Verdict("wrong", score=0.4), 0.4),
        (Verdict("correct", score=1), 1),
    ],
)
def test_an_answer_is_worth_its_score_or_whether_it_is_right(verdict: Verdict, worth: float) -> None:
    assert worth_of(verdict) == worth
