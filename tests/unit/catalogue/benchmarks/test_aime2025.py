from __future__ import annotations

import pytest

from pytest_haerae.catalogue.benchmarks.aime2025 import BENCHMARK
from pytest_haerae.config.run_config import build_config
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one


@pytest.mark.parametrize("answer", ["70", 70, 70.0])
def test_a_row_is_free_text_and_its_number_has_no_point(answer: object) -> None:
    item = read_one(
        {"question": "Find the sum of all integer bases $b>9$ with $17_b$ dividing $97_b$.", "answer": answer}
    )
    assert (item.options, item.reference) == (None, "70")


def test_its_answers_are_boxed_and_judged_as_mathematics() -> None:
    config = build_config({"model": "random", "dataset": "aime2025"}, ROOT)
    assert (config.prompt, config.scorer) == ("boxed", "math")
    assert (*BENCHMARK.configurations,) == ("AIME2025-I", "AIME2025-II")
