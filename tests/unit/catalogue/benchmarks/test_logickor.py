from __future__ import annotations

from pytest_haerae.config.run_config import build_config
from pytest_haerae.types import Turn
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one

ROW = {"id": 91, "category": "수학(Math)", "questions": ["3 더하기 4는?", "거기에 5를 더하면?"]}


def test_a_row_has_two_questions_and_references_to_some_of_them() -> None:
    assert read_one(ROW).turns == (Turn("3 더하기 4는?"), Turn("거기에 5를 더하면?"))
    item = read_one({**ROW, "references": ["7", None]})
    assert [turn.reference for turn in item.turns] == ["7", ""]
    assert dict(item.metadata) == {"category": "수학(Math)"}
    assert item.key.startswith("91@")


def test_it_is_asked_as_it_is_and_graded_turn_by_turn() -> None:
    config = build_config({"model": "random", "dataset": "logickor"}, ROOT)
    assert (config.prompt, config.method) == ("raw", "string_match")
    assert config.evaluator_params == {"scorer": "judge", "template": "conversation_ko"}
