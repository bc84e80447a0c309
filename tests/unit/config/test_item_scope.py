from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_haerae.config.item_scope import ItemScope, read_item_scope
from pytest_haerae.errors import UsageError


@pytest.mark.parametrize(
    ("params", "scope"),
    [
        ({}, ItemScope()),
        ({"revision": "abc"}, ItemScope()),
        ({"where": {"category": "law"}}, ItemScope(where={"category": ("law",)})),
        (
            {"where": {"year": [2019, 2020.0, "2020"], "hard": True}},
            ItemScope(where={"year": ("2019", "2020"), "hard": ("true",)}),
        ),
        ({"where": {"과목": "\u1100\u1161"}}, ItemScope(where={"과목": ("가",)})),
        ({"sample": 10}, ItemScope(sample=10)),
        ({"sample": "10", "by": "level", "seed": 3}, ItemScope(sample=10, by="level", seed=3)),
    ],
)
def test_what_chooses_items_is_read_and_the_rest_left_alone(params: dict[str, Any], scope: ItemScope) -> None:
    assert read_item_scope(params) == scope


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"where": "law"}, "where has columns and their values"),
        ({"where": {"category": []}}, "where: category is a value or a list of values, not"),
        ({"where": {"category": ["law", {}]}}, "where: category is a value or a list of values, not"),
        ({"where": {"category": ["law", None]}}, "where: category: blank values cannot be chosen; take them out of"),
        ({"where": {"category": " "}}, "where: category: blank values cannot be chosen"),
        ({"where": {"category": [float("nan")]}}, "where: category: blank values cannot be chosen"),
        ({"by": "level"}, "by says how a sample is drawn, and there is none: add sample=N"),
        ({"seed": 1}, "seed says how a sample is drawn, and there is none: add sample=N"),
        ({"sample": 0}, "sample: 0 is too small; the least is 1"),
        ({"sample": "x"}, "sample: 'x' is not a whole number"),
        ({"sample": 1, "by": 7}, "by is the name of a column, not 7"),
        ({"sample": 1, "seed": -1}, "seed: -1 is too small; the least is 0"),
    ],
)
def test_a_mistake_is_refused(params: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=f"^--dataset-params: {said}"):
        read_item_scope(params)


def test_numbers_of_numpy_are_numbers() -> None:
    for years in ([np.int64(2019), np.float64(2020)], np.array([2019, 2020]), np.array([2019.0, 2020.0])):
        assert read_item_scope({"where": {"year": years}}) == ItemScope(where={"year": ("2019", "2020")})
    assert read_item_scope({"where": {"year": np.int64(2019)}}) == ItemScope(where={"year": ("2019",)})


@pytest.mark.parametrize(
    "params",
    [{}, {"where": {"category": ["law"]}}, {"sample": 10, "seed": 0}, {"sample": 10, "by": "level", "seed": 3}],
)
def test_what_a_report_says_of_it_reads_as_the_same(params: dict[str, Any]) -> None:
    assert read_item_scope(params).to_json() == params
