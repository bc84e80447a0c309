from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.judge.rubric import Criterion, numbered, read_rubric


@pytest.mark.parametrize(
    "cell",
    [
        ["1. 짧은가?", "2. 옳은가?"],
        ("짧은가?", "옳은가?"),
        "1. 짧은가?\n\n2) 옳은가?",
        '["1. 짧은가?", "2. 옳은가?"]',
        [{"criterion": "짧은가?"}, {"text": "- 옳은가?", "weight": 1}],
    ],
)
def test_every_way_to_write_a_checklist_is_the_same(cell: Any) -> None:  # noqa: ANN401 - a cell
    assert read_rubric(cell) == (Criterion("짧은가?"), Criterion("옳은가?"))


def test_weights_are_read_and_numbers_are_written_anew() -> None:
    found = read_rubric([{"criterion": "가", "points": 2}, "7. 나"])
    assert [criterion.weight for criterion in found] == [2, 1]
    assert numbered(found) == "1. 가\n2. 나"


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        [],
        3,
        [3],
        [""],
        ["1. "],
        [{"weight": 1}],
        [{"text": "가", "weight": 0}],
        [{"text": "가", "weight": True}],
    ],
)
def test_what_is_no_checklist_is_the_error_of_its_item(cell: Any) -> None:  # noqa: ANN401 - a cell
    with pytest.raises(ScorerFailure, match="rubric"):
        read_rubric(cell)
