"""The shapes of a correction, as a report has them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from pytest_haerae.statistics.judged import Correction, JudgeError, not_corrected
from pytest_haerae.statistics.misclassification import judge_error


def test_what_is_not_corrected_says_why_and_has_no_numbers() -> None:
    found = not_corrected("rogan_gladen", 200, 7, "no label says right")
    assert TypeAdapter(Correction).validate_python(found) == found
    assert found == {
        "method": "rogan_gladen",
        "accuracy": None,
        "stderr": None,
        "ci95": None,
        "n": 200,
        "labels": 7,
        "reason": "no label says right",
    }


def test_a_share_beyond_1_is_no_correction() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Correction).validate_python({**not_corrected("prediction_powered", 2, 1, ""), "accuracy": 1.2})


def test_a_judge_without_labels_has_no_error() -> None:
    found = judge_error([])
    assert TypeAdapter(JudgeError).validate_python(found) == found
    assert (found["sensitivity"], found["specificity_ci95"]) == (None, None)
