"""Rows of the benchmarks, read as a run reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.layouts import make_items
from pytest_haerae.types import Item

FOUR = {"A": "가", "B": "나", "C": "다", "D": "라"}
REAL_ROWS = "HAERAE_REAL_ROWS"
"""The environment variable that names a folder with clones of publishers' repositories, whose rows are not shipped."""


def real_rows(repository: str, path: str) -> Path:
    """A file or folder of a publisher's repository; skips the test where there is no clone."""
    _, name = repository.split("/")
    found = Path(os.environ.get(REAL_ROWS, ""), name, path)
    if REAL_ROWS not in os.environ or not found.exists():
        pytest.skip(f"{REAL_ROWS} names no folder with a clone of github.com/{repository}")
    return found


def read_one(row: dict[str, Any]) -> Item:
    """The item of one row, its layout recognised among all."""
    (item,) = make_items("s", [row], "made-up", {}, known_layouts())
    return item


def check(row: dict[str, Any], beginning: str, options: tuple[str, ...], reference: str) -> None:
    """Hold the item of a row against what is shown before its options, the options, and the right letter."""
    item = read_one(row)
    shown = "\n".join(f"({label}) {option}" for label, option in zip("ABCDE", options, strict=False))
    assert item.query == f"{beginning}\n\n### 선택지: \n{shown}\n\n### 정답:"
    assert (item.options, item.reference) == (options, reference)
