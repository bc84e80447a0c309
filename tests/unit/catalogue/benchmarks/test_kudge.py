from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks import k2_eval
from pytest_haerae.catalogue.benchmarks.kudge import BENCHMARK, HUMAN, belongs
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.judge.scorer import JudgeParameters
from pytest_haerae.types import Item, Response
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one

POINTWISE = {
    "instruction": "차례를 설명하세요.",
    "response": "차례는…",
    "final_score": 4.5,
    "judge_query": "채점하세요.",
}
PAIRWISE = {"chosen_response": "가", "rejected_response": "나", "judge_query": "어느 쪽이 낫나요?", "winner": "A"}
HUMANS: dict[str, Any] = {
    "uuid": "1",
    "instruction": "차례를 설명하세요.",
    "response": "차례는…",
    "model": "지어낸 모델",
    "score1": 4,
    "time1": 30,
    "score2": 5,
    "time2": 40,
    "healthy?": None,
}


@pytest.mark.parametrize(
    ("row", "query", "reference"),
    [
        (POINTWISE, "채점하세요.", "4.5"),
        # Where a row has the annotators' scores, too, it is the publisher's question that is put.
        ({**POINTWISE, "final_score": "4.0", "score1": 3, "score2": 5}, "채점하세요.", "4"),
        (PAIRWISE, "어느 쪽이 낫나요?", "A"),
        ({**PAIRWISE, "original_human_score": 5.0, "winner": "B"}, "어느 쪽이 낫나요?", "B"),
    ],
)
def test_the_publishers_questions_are_put_as_they_stand(row: dict[str, Any], query: str, reference: str) -> None:
    item = read_one(row)
    assert (item.query, item.options, item.reference) == (query, None, reference)


def test_an_annotated_answer_is_put_as_k2_evals_judge_is_asked_about_it() -> None:
    item = read_one(HUMANS)
    assert item.reference == "4.5", "the mean of both"
    instruction = Item("generation-0000", "generation", 0, HUMANS["instruction"], None, None, "")
    judge = JudgeParameters(**k2_eval.BENCHMARK.scorer_params["string_match"])
    questions = judge.questions(instruction, Response(HUMANS["response"]))
    assert questions is not None
    assert questions.texts == (item.query,)
    assert len(judge.opening(item.query).messages or ()) == 1, (
        "there is no system message that a model of KUDGE would lack"
    )
    assert item.metadata["model"] == "지어낸 모델"


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"healthy?": ""}, True),
        ({"healthy?": float("nan")}, True),
        ({"healthy?": "e1"}, False),
        ({"score2": -1}, False),
        ({"score2": "-1"}, False),
        ({"score2": -1.0}, False),
    ],
)
def test_only_whole_annotations_count(change: dict[str, Any], counts: bool) -> None:
    assert belongs(HUMAN, {**HUMANS, **change}) is counts
    assert belongs("Pointwise", {**POINTWISE, **change})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**PAIRWISE, "winner": "둘 다"}, "field 'winner': '둘 다' is neither A nor B"),
        ({**POINTWISE, "final_score": "좋음"}, "field 'final_score': '좋음' is not a score from 1 to 5"),
        ({**HUMANS, "score2": -1}, "field 'score2': '-1' is not a score from 1 to 5"),
    ],
)
def test_what_is_no_verdict_of_people_is_refused(row: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_one(row)


def test_it_needs_no_judge_beside_the_model() -> None:
    config = build_config({"model": "random", "dataset": "kudge"}, ROOT)
    assert (config.prompt, config.scorer, config.evaluator_params) == ("raw", "kudge", {"scorer": "kudge"})
    assert BENCHMARK.belongs is belongs
    assert not BENCHMARK.in_all, "it says something of a judge, not of a model's answers"
