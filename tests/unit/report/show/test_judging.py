from __future__ import annotations

from typing import Any

from pytest_haerae.report.show.judging import judge_title, judging_lines
from tests.unit.reports import report_of, samples_of


def lines(**metrics: Any) -> list[str]:  # noqa: ANN401 - parts of a report
    report = report_of(samples_of({"a": "cw"}))
    judging = {"tokens": {"prompt": 9, "completion": 3}, "cost_usd": 0.5, "responses": {"computed": 2, "reused": 1}}
    info = {"judge": {"backend": "openai", "model": "j", "model_params": {}}, "judging": judging}
    return judging_lines({**report, "metrics": {**report["metrics"], **metrics}, "info": {**report["info"], **info}})  # type: ignore[typeddict-item] # as written


def correction(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    return {
        **{"method": "prediction_powered", "accuracy": 0.52, "stderr": 0.05, "ci95": [0.41, 0.63], "n": 200},
        **{"labels": 50, "reason": "", **changes},
    }


ERROR = {
    **{"sensitivity": 0.85, "sensitivity_ci95": [0.7, 0.93], "specificity": None, "specificity_ci95": None},
    **{"right": 30, "wrong": 0},
}


def test_nothing_is_said_without_a_judge() -> None:
    assert judging_lines(report_of(samples_of({"a": "cw"}))) == []


def test_who_graded_is_said_with_what_it_took() -> None:
    words = "graded by openai j: 2 responses computed, 1 reused, tokens: 9 prompt, 3 completion, 0.5000 USD"
    assert lines() == [words]


def test_who_ranked_is_said_with_what_it_took() -> None:
    report = report_of(samples_of({"a": "cw"}))
    took = {"tokens": {"prompt": 9, "completion": 0}, "cost_usd": None, "responses": {"computed": 2, "reused": 1}}
    model = {"backend": "huggingface", "model": "r", "model_params": {}}
    info = {**report["info"], "reward_model": model, "rewarding": took}
    words = "ranked by huggingface r: 2 responses computed, 1 reused, tokens: 9 prompt, 0 completion"
    assert judging_lines({**report, "info": info}) == [words]  # type: ignore[typeddict-item] # as written


def test_scores_between_have_their_mean() -> None:
    assert lines(score={"mean": 0.25, "stderr": 0.1, "ci95": [0.1, 0.4], "n": 9})[0] == (
        "scores of 0 to 1: mean 0.2500 [0.100, 0.400], n = 9"
    )


def test_the_corrected_score_stands_beside_the_judges_error() -> None:
    check = {"source": "random sample", "labels": 50, "left_out": 0, "error": ERROR, "correction": correction()}
    assert lines(judge=check)[1:] == [
        "the judge beside 50 labels (random sample): sensitivity 0.850 [0.700, 0.930]",
        "corrected for the judge's error: 0.5200 [0.410, 0.630] (prediction powered)",
    ]


def test_labels_of_a_scale_correct_the_mean_of_the_scores() -> None:
    """It stands below the accuracy, of which it says nothing; a report of before has the accuracy's name for it."""
    known = {"source": "random sample", "labels": 50, "left_out": 0}
    of_scores = {"score" if name == "accuracy" else name: value for name, value in correction().items()}
    for error, found in ((None, of_scores), (ERROR, of_scores), (None, correction())):
        assert lines(judge={**known, "error": error, "correction": found})[-1] == (
            "mean score corrected for the judge's error: 0.5200 [0.410, 0.630] (prediction powered)"
        )


def test_how_often_the_order_decides_is_said() -> None:
    assert lines(flips={"rate": 0.2, "ci95": [0.1, 0.35], "n": 40, "first": 0.55})[1:] == [
        "the better of two answers changes with their order in 20.0% [0.100, 0.350] of 40 pairs; the one shown first"
        " gets 0.550 on average (0.5 without a bias)"
    ]


def test_each_of_several_judges_is_said_with_what_it_made_of_the_answers() -> None:
    report = report_of(samples_of({"a": "cw"}))
    took = {"tokens": {"prompt": 0, "completion": 0}, "cost_usd": None, "responses": {"computed": 2, "reused": 1}}
    judges: list[dict[str, Any]] = [
        {"name": name, "backend": "openai", "model": "j", "model_params": {}} for name in ("a", "openai")
    ]
    info = {"judges": judges, "judging": {**took, "judges": {"a": took, "openai": took}}}
    own = {"accuracy": 0.5, "n": 8, "unjudged": 1}
    panel = {"judges": {"a": own, "openai": {**own, "unjudged": 0}}, "alpha": 0.25, "level": "nominal"}
    report = {**report, "metrics": {**report["metrics"], "panel": panel}, "info": {**report["info"], **info}}  # type: ignore[typeddict-item] # as written
    assert judging_lines(report) == [
        "graded by a (openai j): 2 responses computed, 1 reused; alone: accuracy 0.5000, n = 8, 1 unjudged",
        "graded by openai j: 2 responses computed, 1 reused; alone: accuracy 0.5000, n = 8",
        "the judges agree by Krippendorff's alpha 0.250 (nominal)",
    ]
    assert judge_title(report["info"]) == "a (openai j), openai j"


def test_why_nothing_was_corrected_is_said() -> None:
    check = {"source": "no random sample", "labels": 3, "left_out": 2, "error": None, "correction": None}
    assert lines(judge=check)[1:] == [
        "the judge beside 3 labels (no random sample), 2 more of no answer here or not filled in",
        "not corrected: the labels are no whole random sample of the graded answers",
    ]
    failed = correction(accuracy=None, ci95=None, reason="a judge no better than chance")
    assert lines(judge={**check, "correction": failed})[-1] == "not corrected: a judge no better than chance"
