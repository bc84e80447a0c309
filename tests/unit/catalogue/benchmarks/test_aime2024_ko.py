from __future__ import annotations

from pytest_haerae.catalogue.benchmarks.aime2024_ko import BENCHMARK
from pytest_haerae.config.run_config import build_config
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one


def test_a_row_is_its_problem_in_korean() -> None:
    row = {"problem": "$6 \\cdot 34$의 값은?", "answer": "204", "problem_en": "Find $6 \\cdot 34$."}
    item = read_one({**row, "solution": "204", "url": "https://example.org/1", "year": 2024})
    assert (item.query, item.options, item.reference) == (row["problem"], None, "204")
    assert dict(item.metadata) == {"url": "https://example.org/1", "year": 2024}


def test_its_answers_are_boxed_and_judged_as_mathematics() -> None:
    config = build_config({"model": "random", "dataset": "aime2024_ko"}, ROOT)
    assert (config.prompt, config.scorer) == ("boxed", "math")
    assert BENCHMARK.configurations == {"aime2024_ko": "lighteval"}
