from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.errors import UsageError

ROW = {"query": "고르시오.\n\n### 정답:", "options": "['하나', '둘', '셋']", "answer": "(B)"}
"""The query does not repeat the options, so that a change of theirs is a change of nothing else."""


class Rows:
    """A data set of one subset, in memory."""

    name, split = "mine", "test"
    revision: str | None = None

    def __init__(self, *rows: dict[str, Any]) -> None:
        self._rows = rows
        self.read = 0

    def subsets(self) -> tuple[str, ...]:
        return ("a",)

    def source(self, subset: str) -> str:
        return f"mine/{subset}.jsonl"

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        self.read += 1
        return iter(self._rows)


def fingerprint(*rows: dict[str, Any]) -> str:
    return ItemLoader(Rows(*rows), {}, known_layouts()).fingerprint("a")


@pytest.mark.parametrize(
    "change",
    [
        {"query": "다시 고르시오.\n\n### 정답:"},
        {"options": "['하나', '둘', '넷']"},
        {"options": "['하나', '둘']"},
        {"options": "['셋', '둘', '하나']"},
        {"answer": "(C)"},
    ],
    ids=["question", "another option", "fewer options", "another order", "answer"],
)
def test_the_fingerprint_changes_with_what_is_asked_and_expected(change: dict[str, Any]) -> None:
    assert fingerprint(ROW, ROW) == fingerprint(ROW, dict(ROW))
    assert fingerprint(ROW, {**ROW, **change}) != fingerprint(ROW, ROW)


def test_the_fingerprint_knows_how_many_rows_there_are_and_their_order() -> None:
    other = {**ROW, "answer": "(A)"}
    assert len({fingerprint(*rows) for rows in ((ROW,), (ROW, ROW), (ROW, other), (other, ROW))}) == 4


def test_a_subset_is_read_once() -> None:
    rows = Rows(ROW)
    loader = ItemLoader(rows, {}, known_layouts())
    assert loader.items("a") is loader.items("a")
    loader.fingerprint("a")
    assert rows.read == 1


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"dataset mine: unknown subset 'b'\. Valid: a"):
        ItemLoader(Rows(ROW), {}, known_layouts()).items("b")
    with pytest.raises(UsageError, match=r"mine/a\.jsonl: there are no rows"):
        ItemLoader(Rows(), {}, known_layouts()).items("a")
