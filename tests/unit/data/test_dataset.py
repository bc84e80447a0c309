from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.data.layouts import LAYOUTS, PlacedRow
from pytest_haerae.data.local import LocalDataset
from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item
from tests.unit.fakes import item, question

ROW = {"query": "알맞은 것은?", "options": "가|나|다", "answer": "(B)"}


class Rows:
    """Rows in memory, by subset; counts how often a subset is read."""

    name, split = "mine", "test"
    revision: str | None = None

    def __init__(self, **rows: Sequence[dict[str, Any]]) -> None:
        self._rows = rows
        self.read: list[str] = []
        self.listed = 0

    def subsets(self) -> tuple[str, ...]:
        self.listed += 1
        return tuple(self._rows)

    def source(self, subset: str) -> str:
        return f"{subset}.jsonl"

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        yield from self._rows[subset]

    def placed_rows(self, subset: str) -> Iterator[PlacedRow]:
        self.read.append(subset)
        for number, row in enumerate(self._rows[subset], 1):
            yield RowPlace(self.source(subset), number), row


def loader(columns: dict[str, Any] | None = None, **rows: Sequence[dict[str, Any]]) -> ItemLoader:
    return ItemLoader(Rows(**rows), columns or {}, LAYOUTS)


def fingerprint(*rows: dict[str, Any]) -> str:
    return loader(s=rows).fingerprint("s")


def fingerprint_of_items(*items: Item) -> str:
    made = loader(s=[ROW])
    made.items("s")[:] = items
    return made.fingerprint("s")


@pytest.mark.parametrize(
    "changes", [{"id": "x"}, {"query": "x"}, {"options": ("가", "나", "라")}, {"options": None}, {"reference": "A"}]
)
def test_a_fingerprint_changes_with_id_query_options_and_reference(changes: dict[str, Any]) -> None:
    one = item(1)
    assert fingerprint_of_items(replace(one, **changes)) != fingerprint_of_items(one)


@pytest.mark.parametrize(
    "changes", [{"query": "알맞은 말은?"}, {"options": "가|나|라"}, {"options": "가|나"}, {"answer": "(C)"}]
)
def test_a_fingerprint_changes_with_what_a_row_says(changes: dict[str, str]) -> None:
    assert fingerprint({**ROW, **changes}) != fingerprint(ROW)
    assert fingerprint(ROW, {**ROW, **changes}) != fingerprint({**ROW, **changes}, ROW)
    assert fingerprint(ROW, ROW) != fingerprint(ROW)


def test_a_fingerprint_is_of_what_is_asked_and_not_of_how_it_is_written() -> None:
    assert fingerprint({**ROW, "options": "['가', '나', '다']", "answer": "나", "source": "book"}) == fingerprint(ROW)


def test_a_subset_is_read_once_and_only_when_asked_for() -> None:
    made = loader(a=[question(0), question(1)], b=[question(2)])
    dataset: Any = made.dataset
    assert dataset.read == []
    assert [entry.id for entry in made.items("a")] == ["a-0000", "a-0001"]
    made.fingerprint("a")
    made.items("a")
    assert dataset.read == ["a"]


def test_columns_of_ones_own_are_read() -> None:
    rows = [{"q": "뜻은?", "o": "가|나", "a": 1}]
    made = loader({"question": "q", "options": "o", "answer": "a", "answer_start": 0}, s=rows)
    assert made.items("s")[0].reference == "B"


def test_a_subset_that_is_not_there_is_refused_before_it_is_read() -> None:
    made = loader(history=[ROW])
    with pytest.raises(UsageError, match="dataset mine: unknown subset 'histori': did you mean 'history'"):
        made.items("histori")


def test_a_subset_without_rows_is_refused() -> None:
    with pytest.raises(UsageError, match=r"s\.jsonl: there are no rows"):
        loader(s=[]).items("s")


def test_two_subsets_of_one_slug_have_ids_of_their_own() -> None:
    made = ItemLoader(Rows(**{"한 국": [ROW], "한_국": [ROW], "law": [ROW]}), {}, LAYOUTS)
    ids = [made.items(subset)[0].id for subset in ("한 국", "한_국", "law")]
    assert len(set(ids)) == 3
    assert ids[2] == "law-0000"
    assert all(identifier.isascii() for identifier in ids)


def test_a_subset_is_found_in_either_spelling_of_its_characters() -> None:
    made = ItemLoader(Rows(**{"한국사": [ROW]}), {}, LAYOUTS)
    assert made.items(normalize("NFD", "한국사")) is made.items("한국사")
    assert made.fingerprint(normalize("NFD", "한국사")) == made.fingerprint("한국사")


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_searched_for_again_after_reading_also_where_that_fails(tmp_path: Path, enabled: bool) -> None:
    (tmp_path / "a.csv").write_text("question,answer\n가,나\n")
    (tmp_path / "b.csv").write_text("question,answer\n가,\n")
    loader = ItemLoader(LocalDataset(tmp_path, "test", "mine"), {}, LAYOUTS)
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        loader.items("a")
        with pytest.raises(UsageError):
            loader.items("b")
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_subsets_are_listed_and_spelled_once_whatever_their_number() -> None:
    """For each of 2,000 subsets with Korean names all 2,000 were spelled in ASCII."""
    rows = Rows(**{f"과목{number}": [ROW] for number in range(30)})
    every = ItemLoader(rows, {}, LAYOUTS)
    assert len({every.items(name)[0].id for name in rows.subsets()}) == 30
    assert rows.listed == 2, "by this test, and by the loader"
