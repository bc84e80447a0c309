from __future__ import annotations

from pytest_haerae.config.run_config import build_config
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one


def test_a_row_is_free_text_and_its_number_has_no_point() -> None:
    item = read_one({"question": "6×7은?", "original": "6×7?", "answer": 42.0})
    assert (item.query, item.options, item.reference) == ("6×7은?", None, "42")
    assert read_one({"question": "1÷2는?", "original": "1/2?", "answer": 0.5}).reference == "0.5"


def test_its_answers_are_boxed_and_judged_as_mathematics() -> None:
    config = build_config({"model": "random", "dataset": "hrm8k"}, ROOT)
    assert (config.prompt, config.scorer) == ("boxed", "math")
