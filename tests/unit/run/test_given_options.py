from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_haerae.run.given_options import by_option
from pytest_haerae.types import Item
from tests.helpers import lettered


@pytest.mark.parametrize(
    ("continuations", "found"),
    [
        ((" A", " B", " C", " D", " E"), (-1.0, -2.0, -3.0, -4.0, -5.0)),
        (("배", "나무 쌓기", "나무쌓기", "원두", "사과"), (-5.0, -4.0, -3.0, -2.0, -1.0)),
        (("사과", "원두", "나무쌓기", "나무쌓기", "배"), None),
        (("A", "B"), None),
    ],
)
def test_options_are_told_by_text_or_label(continuations: tuple[str, ...], found: tuple[float, ...] | None) -> None:
    values = [-1.0 - number for number in range(len(continuations))]
    assert by_option(values, continuations, lettered()) == found


@pytest.mark.parametrize(
    ("options", "continuations", "found"),
    [
        (("가", "나", "다"), (" 1", " 2", " 3"), (-1.0, -2.0, -3.0)),
        (("1", "2", "3"), ("1", "2", "3"), (-1.0, -2.0, -3.0)),
        (("3", "1", "2"), ("3", "1", "2"), (-1.0, -2.0, -3.0)),
        (("3", "1", "2"), ("1", "2", "3"), None),
        (("B", "A", "C"), ("A", "B", "C"), None),
    ],
)
def test_options_that_are_labels_themselves_are_told_where_both_ways_agree(
    options: tuple[str, ...], continuations: tuple[str, ...], found: tuple[float, ...] | None
) -> None:
    assert (
        by_option([-1.0, -2.0, -3.0], continuations, replace(lettered(), options=options, labels=("A", "B", "C")))
        == found
    )


def test_an_item_of_free_text_has_no_options() -> None:
    assert by_option([-1.0], ["가"], Item("a-0000", "a", 0, "?", None, None, "가")) is None
