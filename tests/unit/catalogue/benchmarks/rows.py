"""Rows of the benchmarks, read as a run reads them."""

from __future__ import annotations

from typing import Any

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.layouts import make_items
from pytest_haerae.data.rows import Layout
from pytest_haerae.types import Item

FOUR = {"A": "가", "B": "나", "C": "다", "D": "라"}


def read_one(row: dict[str, Any], own: tuple[Layout, ...] = ()) -> Item:
    """The item of one row, its layout recognised among all, after those that are for a benchmark's own rows."""
    (item,) = make_items("s", [row], "made-up", {}, (*own, *known_layouts()))
    return item


def check(
    row: dict[str, Any], beginning: str, options: tuple[str, ...], reference: str, own: tuple[Layout, ...] = ()
) -> None:
    """Hold the item of a row against what is shown before its options, the options, and the right letter."""
    item = read_one(row, own)
    shown = "\n".join(f"({label}) {option}" for label, option in zip("ABCDE", options, strict=False))
    assert item.query == f"{beginning}\n\n### 선택지: \n{shown}\n\n### 정답:"
    assert (item.options, item.reference) == (options, reference)
