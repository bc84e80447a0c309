from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.mclm import BENCHMARK, belongs
from pytest_haerae.config.run_config import build_config
from pytest_haerae.data.hub import HubDataset
from tests.helpers import ROOT, HubRows
from tests.unit.catalogue.benchmarks.rows import read_one

ROW: dict[str, Any] = {"en": "What is 1/2 of 3?", "fr": "Combien ?", "ko": "3의 반은?", "answer": "\\frac{3}{2}"}


def test_a_row_is_asked_in_korean() -> None:
    item = read_one({**ROW, "zh-cn": "3的一半？", "problem_idx": 7})
    assert (item.query, item.options, item.reference) == ("3의 반은?", None, "\\frac{3}{2}")
    assert dict(item.metadata) == {"problem_idx": 7}


@pytest.mark.parametrize("blank", [None, "", "  ", float("nan")])
def test_a_row_without_a_korean_text_is_passed_over(blank: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not belongs("M-IMO", {**ROW, "ko": blank})
    monkeypatch.setattr(HubDataset, "_load", lambda self, name: HubRows([{**ROW, "ko": blank}, ROW]))
    assert [row["ko"] for row in BENCHMARK.open("test", None).rows("M-IMO")] == ["3의 반은?"]


def test_its_answers_are_boxed_and_judged_as_mathematics() -> None:
    config = build_config({"model": "random", "dataset": "mclm"}, ROOT)
    assert (config.prompt, config.scorer) == ("boxed", "math")
