from __future__ import annotations

from pytest_haerae.catalogue.benchmarks.hrc import BENCHMARK
from pytest_haerae.config.run_config import build_config
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one


def test_a_row_is_a_question_with_its_final_answer() -> None:
    item = read_one({"question": "셋이 줄을 서는 방법은?", "answer": "6가지", "source": "지어냄", "category": "수"})
    assert (item.query, item.options, item.reference) == ("셋이 줄을 서는 방법은?", None, "6가지")
    assert item.metadata == {"source": "지어냄", "category": "수"}


def test_it_is_asked_for_a_box_and_graded_by_a_judge() -> None:
    config = build_config({"model": "random", "dataset": "hrc"}, ROOT)
    assert (config.prompt, config.scorer) == ("boxed", "judge")
    assert BENCHMARK.splits == {"test": "train"}, "all that its repository has"
    assert not BENCHMARK.in_all
