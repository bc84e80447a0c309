from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.kosimpleqa import BENCHMARK
from pytest_haerae.config.run_config import build_config
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one

OF_THE_HUB = {"topic": "지리", "problem": "가장 긴 다리는?", "answer": "가다리", "urls": "https://example.org/1"}
OF_THE_AUTHORS = {
    "id": 7,
    "category": "지리",
    "answer_type": "장소",
    "content": "가장 긴 다리는?",
    "answer": "가다리",
    "content_en": "Which bridge is the longest?",
}


@pytest.mark.parametrize(("row", "column"), [(OF_THE_HUB, "topic"), (OF_THE_AUTHORS, "category")])
def test_a_row_of_either_copy_is_the_bare_question(row: dict[str, Any], column: str) -> None:
    item = read_one(row)
    assert (item.query, item.options, item.reference) == ("가장 긴 다리는?", None, "가다리")
    assert item.metadata[column] == "지리"


def test_it_is_asked_as_it_stands_and_graded_by_a_judge() -> None:
    config = build_config({"model": "random", "dataset": "kosimpleqa"}, ROOT)
    assert (config.prompt, config.scorer) == ("raw", "judge")
    assert config.evaluator_params == {"scorer": "judge", "template": "reference_ko"}
    assert not BENCHMARK.in_all, "it would stop a run of all without a judge"
