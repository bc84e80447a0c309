from __future__ import annotations

import json
import math
from collections import UserList
from collections.abc import Sequence
from typing import Any, overload

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.stream import json_pieces, json_text

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
ROWS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=6), max_size=4)


@given(st.dictionaries(TEXTS, VALUES, max_size=3), VALUES, ROWS)
def test_the_pieces_are_the_bytes_of_the_standard_library(info: dict[str, Any], metrics: Any, rows: Any) -> None:  # noqa: ANN401 - any JSON value
    report: Any = {"schema_version": 1, "metrics": metrics, "info": info, "samples": rows}
    whole = json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    # A sequence that the standard library does not take for a list, as rows that are made when they are looked at.
    report["samples"] = UserList(rows)
    assert json_text(report) == whole


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", ["metrics", "samples"])
def test_numbers_that_are_not_finite_are_refused(value: float, place: str) -> None:
    report: Any = {"metrics": {}, "samples": [{"a": 1}]} | {place: [{"values": [value]}]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        list(json_pieces(report))


class Counted(Sequence[dict[str, Any]]):
    """Rows that are made when they are looked at, and how many were."""

    def __init__(self, size: int) -> None:
        self.size, self.made = size, 0

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice) or index >= self.size:
            raise IndexError
        self.made += 1
        return {"id": f"a-{index:04d}"}


def test_each_row_is_made_once_and_written_before_the_next_one_is_made() -> None:
    rows = Counted(50)
    report: Any = {"samples": rows}
    seen = [rows.made for piece in json_pieces(report) if '"id"' in piece]
    assert seen == list(range(1, 51))
