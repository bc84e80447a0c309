from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.aime2024 import BENCHMARK
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one

ROW: dict[str, Any] = {
    "id": 60,
    "problem": "Find $6 \\cdot 34$.",
    "solution": "It is $\\boxed{204}$.",
    "answer": "204",
    "url": "https://example.org/1",
    "year": "2024",
}


def test_a_row_is_its_problem_and_its_answer() -> None:
    item = read_one(ROW)
    assert (item.query, item.options, item.reference) == (ROW["problem"], None, "204")
    assert dict(item.metadata) == {"url": ROW["url"], "year": "2024"}
    with pytest.raises(UsageError, match="row 1, field 'problem': is empty"):
        read_one({**ROW, "problem": " "})


def test_its_answers_are_boxed_and_judged_as_mathematics() -> None:
    config = build_config({"model": "random", "dataset": "aime2024"}, ROOT)
    assert (config.prompt, config.scorer) == ("boxed", "math")
    assert (BENCHMARK.splits, BENCHMARK.in_all) == ({"test": "train"}, True)
