from __future__ import annotations

import pytest

from pytest_haerae.statistics.hangul import hangul_of_outlines
from pytest_haerae.statistics.pairing import Mark, Outline
from pytest_haerae.statistics.scores import metrics_of_outlines
from pytest_haerae.types import Outcome


def outline(number: int, outcome: Outcome, hangul: float | None) -> Outline:
    return Outline(Mark("d", "ab"[number % 2], f"k{number}", f"a-{number}", 0, 0), outcome, None, hangul)


SAMPLES = [outline(0, "correct", 1.0), outline(1, "wrong", 0.25), outline(2, "cut", None), outline(3, "error", 0.0)]


def test_the_share_is_the_mean_of_the_answers_that_have_one() -> None:
    found = hangul_of_outlines(SAMPLES)["hangul"]
    assert found["value"] == pytest.approx(0.625)
    assert found["n"] == 2
    assert hangul_of_outlines(SAMPLES[2:]) == {}


def test_it_stands_in_the_metrics_of_the_whole_and_of_each_subset() -> None:
    metrics = metrics_of_outlines(SAMPLES)
    assert metrics["hangul"]["value"] == pytest.approx(0.625)
    assert {name: score["hangul"]["value"] for name, score in metrics["subsets"].items()} == {"a": 1.0, "b": 0.25}
