from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.evaluation import Evaluation
from pytest_haerae.statistics.further import FurtherMetrics, measure
from pytest_haerae.statistics.instructions import by_instruction, instruction_metrics, of_item
from pytest_haerae.types import Answer, Outcome, Response, Sample, Verdict
from tests.unit.fakes import everything, prepared

NO_COMMA, END, WORDS = "punctuation:no_comma", "startend:end_checker", "length_constraints:number_words"
ARGUMENTS: dict[str, dict[str, Any]] = {
    NO_COMMA: {},
    END: {"end_phrase": "끝."},
    WORDS: {"num_words": 3, "relation": "at least"},
}


def row(number: int, *names: str) -> dict[str, Any]:
    return {
        "key": number,
        "prompt": f"{number}번 글을 쓰세요.",
        "instruction_id_list": list(names),
        "kwargs": [ARGUMENTS[name] for name in names],
        "field": "가나"[number % 2],
    }


ROWS = [row(0, NO_COMMA, END), row(1, NO_COMMA), row(2, WORDS, NO_COMMA, END), row(3, END)]
OUTPUTS = ["비가 왔다. 끝.", "비, 눈", "네.\n비가 왔다. 끝.\n또!", "비가 왔다. 끝."]
"""Follows 2 of 2; 0 of 1; strictly 2 of 3, loosely 3 of 3; 1 of 1."""


def evaluation(tmp_path: Path, **settings: Any) -> Evaluation:  # noqa: ANN401 - a setting's value
    return prepared(tmp_path, ROWS, **{"prompt": "raw", "evaluator_params": "scorer=ifeval", **settings})


def samples(ready: Evaluation, outputs: list[str] = OUTPUTS, finish_reason: str = "stop") -> list[Sample]:
    found = []
    for entry, output in zip(everything(ready), outputs, strict=True):
        response = Response(output, finish_reason=finish_reason)
        found.append(Sample(entry, response, ready.plan.first.judge(entry.item, response)))
    return found


def test_the_four_numbers_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    ready = evaluation(tmp_path)
    metrics = measure(ready.plan, samples(ready))
    assert (metrics["accuracy"], metrics["correct"], metrics["n"]) == (2 / 4, 2, 4)
    assert metrics["inst_level_strict_acc"]["value"] == pytest.approx(5 / 7)
    assert metrics["prompt_level_loose_acc"]["value"] == 3 / 4
    assert metrics["inst_level_loose_acc"]["value"] == pytest.approx(6 / 7)
    assert {metrics[name]["n"] for name in ("inst_level_strict_acc", "prompt_level_loose_acc")} == {4}
    assert metrics["subsets"]["questions"]["inst_level_strict_acc"] == metrics["inst_level_strict_acc"]


def test_each_instruction_has_its_accuracy(tmp_path: Path) -> None:
    ready = evaluation(tmp_path)
    told = measure(ready.plan, samples(ready))["by"]["instruction"]
    assert list(told) == [WORDS, NO_COMMA, END]
    assert {name: (score["correct"], score["wrong"], score["n"]) for name, score in told.items()} == {
        WORDS: (1, 0, 1),
        NO_COMMA: (2, 1, 3),
        END: (2, 1, 3),
    }
    assert sum(score["correct"] for score in told.values()) == 5


def test_columns_that_are_asked_for_stand_beside(tmp_path: Path) -> None:
    ready = evaluation(tmp_path, by=["field"])
    told = measure(ready.plan, samples(ready))["by"]
    assert list(told) == ["instruction", "field"]
    assert told["field"]["가"]["inst_level_strict_acc"]["value"] == pytest.approx(4 / 5)


def test_what_was_cut_follows_nothing(tmp_path: Path) -> None:
    ready = evaluation(tmp_path)
    metrics = measure(ready.plan, samples(ready, finish_reason="length"))
    assert (metrics["cut"], metrics["accuracy"]) == (4, 0)
    assert metrics["inst_level_strict_acc"]["value"] == 0
    assert metrics["inst_level_loose_acc"]["value"] == metrics["prompt_level_loose_acc"]["value"] == 0
    assert metrics["by"]["instruction"][NO_COMMA]["cut"] == 3


def test_errors_are_counted_and_of_no_metric(tmp_path: Path) -> None:
    ready = evaluation(tmp_path)
    every = [Sample(entry, Response(error="lost"), Verdict("error")) for entry in everything(ready)]
    metrics = measure(ready.plan, every)
    assert "inst_level_strict_acc" not in metrics
    assert {name: (each["n"], each["errors"]) for name, each in metrics["by"]["instruction"].items()} == {
        WORDS: (0, 1),
        NO_COMMA: (0, 3),
        END: (0, 3),
    }


def test_several_answers_count_each(tmp_path: Path) -> None:
    ready = evaluation(tmp_path)
    every = []
    for entry in everything(ready):
        answers = []
        for output in ("비, 눈", "비가 왔다. 끝."):
            response = Response(output, finish_reason="stop")
            answers.append(Answer(response, ready.plan.first.judge(entry.item, response)))
        every.append(Sample(entry, answers[0].response, answers[0].verdict, tuple(answers)))
    metrics = measure(ready.plan, every)
    assert metrics["accuracy"] == pytest.approx((1 / 2 + 1 / 2 + 1 / 2 + 1 / 2) / 4)
    assert metrics["inst_level_strict_acc"]["value"] == pytest.approx(7 / 14)
    assert metrics["prompt_level_loose_acc"]["value"] == pytest.approx(1 / 2)
    no_comma = metrics["by"]["instruction"][NO_COMMA]
    assert (no_comma["accuracy"], no_comma["n"], no_comma["wrong"]) == (1 / 2, 3, 3), "one of two is no majority"


@pytest.mark.parametrize(("pass_if", "outcome"), [("any", "correct"), ("all", "wrong")])
def test_an_instruction_is_passed_as_an_item_is(tmp_path: Path, pass_if: Any, outcome: Outcome) -> None:  # noqa: ANN401
    ready = evaluation(tmp_path)
    (entry, *_) = everything(ready)
    answers = tuple(Answer(Response(text), Verdict("wrong")) for text in ("비, 눈", "비 눈"))
    sample = Sample(entry, answers[0].response, answers[0].verdict, answers)
    followed = of_item(sample)
    assert followed is not None
    told = by_instruction([(sample, followed)], pass_if)[NO_COMMA]
    assert told["correct" if outcome == "correct" else "wrong"] == 1


def test_items_of_other_scorers_have_none(tmp_path: Path) -> None:
    ready = evaluation(tmp_path, evaluator_params="scorer=default")
    metrics = measure(ready.plan, samples(ready))
    assert "by" not in metrics
    assert "inst_level_strict_acc" not in metrics
    assert instruction_metrics([]) == {}
    (first, *_) = samples(ready)
    assert FurtherMetrics(ready.plan).checked([first]) == []


def test_a_reference_of_something_else_is_passed_over(tmp_path: Path) -> None:
    ready = prepared(tmp_path, [{"question": "수도는?", "answer": "서울"}])
    (entry,) = everything(ready)
    assert of_item(Sample(entry, Response("서울"), Verdict("error"))) is None
