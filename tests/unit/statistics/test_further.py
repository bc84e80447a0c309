from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.evaluation import Evaluation
from pytest_haerae.scoring import metrics as metrics_module
from pytest_haerae.statistics import further as further_module
from pytest_haerae.statistics.further import FurtherMetrics, measure
from pytest_haerae.types import Answer, Outcome, Response, Sample, Verdict
from tests.unit.fakes import everything, prepared, question

OPTIONS = ["비", "소나기가 내린다", "눈"]
ROWS = [question(number, options=OPTIONS) for number in range(6)]
VALUES = (-3.0, -6.0, -4.0)


def samples(ready: Evaluation, predictions: str, **response: Any) -> list[Sample]:  # noqa: ANN401 - a field's value
    """The evaluation's items, each with the letter that stands for it; a dash is one that could not be read."""
    return [
        Sample(entry, Response(**response), Verdict("correct" if letter == entry.item.reference else "wrong", letter))
        if letter != "-"
        else Sample(entry, Response(**response), Verdict("invalid"))
        for entry, letter in zip(everything(ready), predictions, strict=True)
    ]


def test_options_of_text_have_an_accuracy_by_their_lengths(tmp_path: Path) -> None:
    ready = prepared(tmp_path, ROWS, method="log_likelihood", prompt="option_text")
    found = FurtherMetrics(ready.plan).of(samples(ready, "ABCABC", loglikelihoods=VALUES))
    assert found["acc_norm"]["value"] == pytest.approx(2 / 6), "B by characters: -6 over 8"
    assert found["acc_bytes"]["value"] == pytest.approx(2 / 6)
    assert "macro_f1" not in found


def test_labels_are_equally_long(tmp_path: Path) -> None:
    ready = prepared(tmp_path, ROWS, method="log_likelihood")
    assert FurtherMetrics(ready.plan).of(samples(ready, "ABCABC", loglikelihoods=VALUES)) == {}


def test_what_is_asked_for_is_told_of_the_run_its_subsets_and_its_columns(tmp_path: Path) -> None:
    rows = [question(number, field="ab"[number % 2]) for number in range(6)]
    ready = prepared(tmp_path, rows, evaluator_params="further_metrics=macro_f1", by=["field"])
    metrics = measure(ready.plan, samples(ready, "ABAA-C", text=""))
    third = (2 * 2 / 5 + 2 / 3 + 2 * 1 / 3) / 3
    assert metrics["macro_f1"]["value"] == pytest.approx(third)
    assert metrics["subsets"]["questions"]["macro_f1"] == metrics["macro_f1"]
    assert {value: score["macro_f1"]["n"] for value, score in metrics["by"]["field"].items()} == {"a": 3, "b": 3}


def test_errors_are_of_no_metric(tmp_path: Path) -> None:
    ready = prepared(tmp_path, ROWS, evaluator_params="further_metrics=macro_f1")
    every = [Sample(entry, None, Verdict("error")) for entry in everything(ready)]
    assert FurtherMetrics(ready.plan).of(every) == {}
    assert FurtherMetrics(ready.plan).of([]) == {}


def test_free_text_and_items_with_other_labels_than_each_other_have_no_macro_f1(tmp_path: Path) -> None:
    free = [{"question": f"{number}번 빈칸은?", "answer": "하늘"} for number in range(6)]
    other = [question(number, options=OPTIONS[: 3 - number % 2], answer="A") for number in range(6)]
    for rows in (free, other):
        ready = prepared(tmp_path, rows, evaluator_params="further_metrics=macro_f1")
        assert FurtherMetrics(ready.plan).of(samples(ready, "AAAAAA", text="")) == {}


def test_the_share_of_hangul_is_the_mean_of_the_answers_that_have_letters(tmp_path: Path) -> None:
    ready = prepared(tmp_path, ROWS, evaluator_params="further_metrics=hangul")
    texts = ["정답은 (A)입니다", "the answer", "(C)", "정답 ответ", "42", "답"]
    every = [
        Sample(entry, Response(text=text), Verdict("wrong"))
        for entry, text in zip(everything(ready), texts, strict=True)
    ]
    found = FurtherMetrics(ready.plan).of(every)["hangul"]
    assert found["value"] == pytest.approx((1 + 0 + 2 / 7 + 1) / 4)
    assert found["n"] == 4


def test_each_items_share_can_be_looked_at_where_it_is_asked_for(tmp_path: Path) -> None:
    ready = prepared(tmp_path, ROWS, min_hangul="0.5")
    (entry, *_) = everything(ready)
    answers = [Response(text="정답 ответ"), Response(text="42"), Response(error="HTTP 503")]
    outcomes: list[Outcome] = ["wrong", "wrong", "error"]
    every = [Sample(entry, answer, Verdict(outcome)) for answer, outcome in zip(answers, outcomes, strict=True)]
    further = FurtherMetrics(ready.plan)
    assert [further.hangul_of(sample) for sample in every] == [pytest.approx(2 / 7), None, None]
    assert measure(ready.plan, every, further)["hangul"]["n"] == 1
    silent = prepared(tmp_path, ROWS)
    assert FurtherMetrics(silent.plan).hangul_of(every[0]) is None


def test_several_answers_to_an_item_are_one_value(tmp_path: Path) -> None:
    ready = prepared(tmp_path, ROWS[:1], evaluator_params="further_metrics=hangul", repeats=2)
    answers = tuple(Answer(Response(text=text), Verdict("wrong")) for text in ("정답", "second"))
    found = FurtherMetrics(ready.plan).of(
        [Sample(everything(ready)[0], answers[0].response, answers[0].verdict, answers)]
    )["hangul"]
    assert (found["value"], found["n"]) == (0.5, 1)


def test_the_toolkits_form_counts_answers_that_langdetect_takes_for_korean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def is_in(language: str, text: str) -> bool:
        asked.append(text)
        return (language, text) == ("ja", "はい")

    monkeypatch.setattr(further_module, "is_in", is_in)
    monkeypatch.setattr(metrics_module, "check_language", lambda language: None)
    ready = prepared(tmp_path, ROWS[:2], evaluator_params="language_penalize=true,target_lang=ja")
    every = [
        Sample(entry, Response(text=text), Verdict("wrong"))
        for entry, text in zip(everything(ready), ["はい", "네"], strict=True)
    ]
    metrics = measure(ready.plan, every)
    assert metrics["language_penalizer_average"]["value"] == 0.5
    assert asked == ["はい", "네"], "each text once, for the total and for its subset"
