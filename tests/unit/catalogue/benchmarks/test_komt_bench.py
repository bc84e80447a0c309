from __future__ import annotations

from pytest_haerae.config.run_config import build_config
from pytest_haerae.types import Turn
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one

ROW = {
    "question_id": 901,
    "category": "writing",
    "turns": ["봄을 두 줄로 쓰세요.", "사투리로 고치세요."],
    "reference": [],
}


def test_a_row_has_two_questions_and_may_have_references() -> None:
    item = read_one(ROW)
    assert item.turns == (Turn("봄을 두 줄로 쓰세요."), Turn("사투리로 고치세요."))
    assert dict(item.metadata) == {"question_id": 901, "category": "writing"}
    assert [turn.reference for turn in read_one({**ROW, "reference": ["ㄱ", "ㄴ"]}).turns] == ["ㄱ", "ㄴ"]


def test_it_is_asked_as_it_is_and_graded_turn_by_turn() -> None:
    config = build_config({"model": "random", "dataset": "komt_bench"}, ROOT)
    assert (config.prompt, config.method) == ("raw", "string_match")
    assert config.evaluator_params == {"scorer": "judge", "template": "conversation_ko"}


def test_what_is_typed_wins() -> None:
    raw = {"model": "random", "dataset": "komt_bench"}
    english = build_config({**raw, "evaluator_params": {"template": "conversation_en", "passes_from": 9}}, ROOT)
    assert english.evaluator_params == {"scorer": "judge", "template": "conversation_en", "passes_from": 9}
    other = build_config({**raw, "evaluator_params": {"scorer": "math"}}, ROOT)
    assert other.evaluator_params == {"scorer": "math"}
