from __future__ import annotations

from pytest_haerae.catalogue.benchmarks.k2_eval import BENCHMARK
from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.config.run_config import build_config
from pytest_haerae.data.layouts import make_items
from tests.helpers import ROOT

ROW = {
    "instruction": "김장을 처음 하는 사람에게 순서를 알려 주세요.",
    "subject": "Everyday Life",
    "ability": "Planning",
}


def test_a_row_is_an_instruction_without_a_reference() -> None:
    (item,) = make_items("generation", [ROW], "made-up", BENCHMARK.columns, known_layouts(BENCHMARK))
    assert (item.query, item.options, item.reference) == (ROW["instruction"], None, "")
    assert item.metadata == {"subject": "Everyday Life", "ability": "Planning"}


def test_what_is_written_is_scored_from_one_to_five() -> None:
    config = build_config({"model": "random", "dataset": "k2_eval"}, ROOT)
    assert (config.prompt, config.evaluator_params) == ("raw", {"scorer": "judge", "template": "score5_ko"})
    assert not BENCHMARK.in_all
