from __future__ import annotations

import copy
import json
import math
import pickle
import tracemalloc
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import normalize
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.datasets import known_layouts, open_items
from pytest_haerae.data.cells import ClassNumber
from pytest_haerae.data.layouts import make_items
from pytest_haerae.data.literals import WrittenNumber
from pytest_haerae.data.metadata import NO_VALUE, Metadata, MetadataReader, WatchedRow, json_value, value_of
from pytest_haerae.types import Item
from tests.helpers import shared
from tests.unit.fakes import question, write_rows

ASKED = {"question": "수도는?", "options": ["부산", "서울"], "answer": "B"}
LAYOUTS: dict[str, dict[str, Any]] = {
    "haerae_1_1": {"query": "q\n(A) 가\n(B) 나\n### 정답:", "options": "['가', '나']", "answer": "(A)"},
    "haerae_1_1_free": {"query": "가사", "options": "nan", "answer": "봄"},
    "haerae_1_0": {"question": "q", "a": "가", "b": "나", "c": "다", "d": "라", "e": "", "answer": "a"},
    "kmmlu": {"question": "q", "A": "가", "B": "나", "C": "다", "D": "라", "answer": "1"},
    "wider": {"question": "q", "A": "가", "B": "나", "C": "다", "D": "라", "E": "마", "F": None, "answer": "1"},
    "csat_qa": {
        "question": "q",
        "context": "봄",
        **{f"option#{n}": "가나다라마"[n - 1] for n in range(1, 6)},
        "gold": 1,
    },
    "counted": {"question": "q", "보기1": "가", "보기2": "나", "보기3": "다", "answer": "가"},
    "click": {"id": "KHB_1", "paragraph": "", "question": "q", "choices": ["가", "나"], "answer": "나"},
    "kbl": {"question": "q", "facts_charged": "절도", "cause": None, "A": "가", "B": "나", "label": "A"},
    "boolq": {"paragraph": "봄", "question": "q", "label": 0},
    "copa": {"premise": "비가 온다", "question": "원인", "alternative_1": "가", "alternative_2": "나", "label": 1},
    "hellaswag": {"context": "봄", **{f"ending_{n}": "가나다라"[n - 1] for n in range(1, 5)}, "label": 0},
    "sentineg": {"sentence": "좋다", "label": 1},
    "wic": {"word": "배", "context_1": "가", "context_2": "나", "label": 0},
    "own": ASKED,
    "passages": {**ASKED, "context": "봄", "paragraph": "여름", "passage": "가을", "지문": "겨울"},
    "free": {"question": "q", "answer": "봄"},
    "komt_bench": {"turns": ["q", "r"], "reference": ["봄"]},
    "logickor": {"id": 1, "questions": ["q", "r"], "references": ["봄", None]},
}
"""A row of each layout, none of whose columns is without a meaning."""
JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("가나다 .", min_size=1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=6,
)


def read(*rows: dict[str, Any], **columns: object) -> list[Item]:
    return list(make_items("s", rows, "file.jsonl", columns, known_layouts()))


def metadata_of(*rows: dict[str, Any], **columns: object) -> list[dict[str, Any]]:
    return [dict(item.metadata) for item in read(*rows, **columns)]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_column_that_has_no_other_meaning_stays_with_the_item(name: str) -> None:
    row = LAYOUTS[name]
    (plain,), (more,) = read(row), read({"category": "지리", **row, "year": 2019})
    assert dict(plain.metadata) == {}
    assert dict(more.metadata) == {"category": "지리", "year": 2019}


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_an_item_is_and_asks_does_not_depend_on_it(name: str) -> None:
    row = LAYOUTS[name]
    (plain,), (more,) = read(row), read({**row, "category": "지리"})
    for field in ("id", "subset", "index", "query", "options", "labels", "reference", "key"):
        assert getattr(more, field) == getattr(plain, field)
    assert hash(more) == hash(plain)


def test_under_a_mapping_the_columns_that_it_does_not_name_stay() -> None:
    row = {"문제": "q", "보기1": "가", "보기2": "나", "정답": 0, "context": "봄", "answer": "x", "id": 7}
    columns = {"question": "문제", "options": "보기1|보기2", "answer": "정답", "answer_start": 0}
    assert metadata_of(row, {**row, "난이도": "상"}, **columns) == [
        {"context": "봄", "answer": "x"},
        {"context": "봄", "answer": "x", "난이도": "상"},
    ]


def test_the_columns_may_change_from_row_to_row() -> None:
    assert metadata_of(ASKED, {**ASKED, "a": 1}, {"b": "가", **ASKED}, ASKED, {**ASKED, "context": "봄", "a": 2}) == [
        {},
        {"a": 1},
        {"b": "가"},
        {},
        {"a": 2},
    ]


def test_a_passage_that_another_one_hides_is_none() -> None:
    """A column means the same in each row, whichever of two the passage of this one stands in."""
    rows = [{**ASKED, "context": one, "paragraph": other} for one, other in (("봄", None), (None, "여름"))]
    assert metadata_of(*rows) == [{}, {}]


@pytest.mark.parametrize(
    "cell", ["", " ", None, "nan", "<NA>", "NaT", math.nan, math.inf, b"\x89PNG", object(), {1, 2}]
)
def test_a_cell_that_says_nothing_or_nothing_that_json_has_is_left_out(cell: object) -> None:
    assert metadata_of({**ASKED, "p": cell, "q": "가"}) == [{"q": "가"}]


def test_a_column_without_a_name_is_left_out() -> None:
    assert metadata_of({"": "0", " ": "1", **ASKED}) == [{}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("지리 ", "지리 "),
        (True, True),
        (0, 0),
        (1.5, 1.5),
        (WrittenNumber("1.10"), 1.1),
        (WrittenNumber("1e999"), None),
        (ClassNumber(1, "역사"), "역사"),
        (date(2026, 11, 27), "2026-11-27"),
        (datetime(2026, 11, 27, 5, 20), "2026-11-27T05:20:00"),
        (timedelta(hours=1), "1:00:00"),
        (Decimal("12.50"), "12.50"),
        (Decimal("NaN"), None),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (["가", None, math.nan, 1], ["가", None, None, 1]),
        (("가",), ["가"]),
        ({"a": {"b": [1, b"x"]}, 3: "c"}, {"a": {"b": [1, None]}, "3": "c"}),
    ],
)
def test_a_cell_becomes_a_json_value_of_pythons_own_kinds(cell: object, value: object) -> None:
    found = json_value(cell)
    assert found == value
    assert type(found) is type(value)
    json.dumps(found, allow_nan=False)


def test_numpys_cells_are_pythons() -> None:
    numpy = pytest.importorskip("numpy")
    assert metadata_of({**ASKED, "p": numpy.int64(3), "q": numpy.array(["가", "나"]), "r": numpy.float64("nan")}) == [
        {"p": 3, "q": ["가", "나"]}
    ]


def test_what_is_nested_beyond_all_sense_is_left_out_and_ends_no_run(tmp_path: Path) -> None:
    rows = [{**ASKED, "deep": json.loads("[" * levels + "]" * levels), "a": 1} for levels in (5, 400)]
    data = write_rows(tmp_path / "q.jsonl", rows)
    shallow, deep = open_items(str(data)).items("q")
    assert shallow.metadata["deep"] == [[[[[]]]]]
    assert dict(deep.metadata)["a"] == 1
    json.dumps(deep.metadata["deep"])


@given(st.dictionaries(st.sampled_from(["가", "b", "다 라"]), JSON))
def test_json_comes_back_as_it_is(cells: dict[str, Any]) -> None:
    (found,) = metadata_of({**ASKED, **cells})
    assert found == {name: cell for name, cell in cells.items() if not (isinstance(cell, str) and not cell.strip())}
    assert json.dumps(found) == json.dumps({name: cells[name] for name in found}), "1, 1.0 and true are not the same"


@given(st.lists(st.lists(st.sampled_from([1, 1.0, True, "1", 0, False, None, "가"]), min_size=2, max_size=2)))
def test_equal_values_of_other_kinds_are_not_taken_for_each_other(cells: list[list[Any]]) -> None:
    rows = [{**ASKED, "p": one, "q": other} for one, other in cells]
    expected = [{name: row[name] for name in "pq" if row[name] is not None} for row in rows]
    assert json.dumps(metadata_of(*rows) if rows else []) == json.dumps(expected)


def write(folder: Path, rows: list[dict[str, Any]], suffix: str) -> Path:
    pandas = pytest.importorskip("pandas")
    table, path = pandas.DataFrame(rows), folder / f"q{suffix}"
    if suffix == ".parquet":
        table.to_parquet(path, index=False)
    elif suffix == ".json":
        table.to_json(path, orient="records", force_ascii=False)
    elif suffix == ".jsonl":
        table.to_json(path, orient="records", lines=True, force_ascii=True)
    else:
        table.to_csv(path, sep="\t" if suffix == ".tsv" else ",", index=False)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".json", ".parquet"])
def test_every_kind_of_file_says_the_same(tmp_path: Path, suffix: str) -> None:
    """What is missing stands in each of them in another way; a file without kinds of cells has numbers as text."""
    names = normalize("NFD", "분류"), normalize("NFD", "지리")
    asked = {"question": "수도는?", "A": "부산", "B": "서울", "answer": "2"}
    rows: list[dict[str, Any]] = [
        {**asked, names[0]: names[1], "점수": 0.5},
        {**asked, names[0]: None, "점수": math.nan},
    ]
    items = open_items(str(write(tmp_path, rows, suffix))).items("q")
    score: object = "0.5" if suffix in (".csv", ".tsv") else 0.5
    assert [dict(item.metadata) for item in items] == [{"분류": "지리", "점수": score}, {}]


def test_lists_and_objects_of_json_stay_what_they_are(tmp_path: Path) -> None:
    tags = {"tags": ["역사", {"시대": "조선"}], "n": {"a": None}}
    data = write_rows(tmp_path / "q.jsonl", [question(0, **tags)])
    (item,) = open_items(str(data)).items("q")
    assert item.metadata == tags


def test_what_is_known_of_a_subset_stands_beside_what_its_rows_say() -> None:
    reader = MetadataReader({"group": "HUMSS", "field": "법"})
    reader.watch({"field": "", "year": 1}, ())
    assert dict(reader.of({"field": "", "year": 1})) == {"year": 1, "group": "HUMSS", "field": "법"}
    assert dict(reader.of({"field": "민법", "year": None})) == {"field": "민법", "group": "HUMSS"}
    assert reader.of({"field": None, "year": None}) is reader.of({"field": "", "year": None})


def test_it_cannot_be_changed_and_travels_like_its_item() -> None:
    (item,) = read({**ASKED, "category": "지리", "tags": [1]})
    with pytest.raises(TypeError):
        item.metadata["category"] = "역사"  # type: ignore[index]
    with pytest.raises(KeyError, match="none"):
        item.metadata["none"]
    for again in (pickle.loads(pickle.dumps(item)), copy.deepcopy(item)):  # noqa: S301 - its own
        assert (again, hash(again), again.metadata) == (item, hash(item), item.metadata)
        assert type(again.metadata) is Metadata
    assert repr(item.metadata) == "{'category': '지리', 'tags': [1]}"
    assert (len(item.metadata), list(item.metadata), item.metadata.get("none")) == (2, ["category", "tags"], None)


def test_a_row_notes_who_looks_at_what() -> None:
    row = WatchedRow({"a": 1, "b": 2, "c": 3, "d": 4})
    assert (row["a"], row.get("b"), "c" in row, row.get("e", 5), tuple(row)) == (1, 2, True, 5, ("a", "b", "c", "d"))
    assert row.used == {"a", "b", "c", "e"}


def test_rows_share_what_they_have_in_common() -> None:
    """Bytes a row, between two sizes: the same categories again and again cost a pointer, numbers their own weight."""

    def held(count: int, **cells: Any) -> int:  # noqa: ANN401 - a cell's maker
        rows = [{**ASKED, **{name: make(number) for name, make in cells.items()}} for number in range(count)]
        reader = MetadataReader()
        reader.watch(rows[0], set(ASKED))
        tracemalloc.start()
        try:
            made = [reader.of(row) for row in rows]
            del reader
            return tracemalloc.get_traced_memory()[0] if made else 0
        finally:
            tracemalloc.stop()

    def bytes_a_row(**cells: Any) -> float:  # noqa: ANN401 - a cell's maker
        return (held(6000, **cells) - held(2000, **cells)) / 4000

    assert bytes_a_row(a=lambda n: f"분류 {n % 7}", b=lambda n: f"난이도 {n % 3}") < 20
    assert bytes_a_row(a=lambda n: f"분류 {n % 7}", b=lambda n: n / 7) < 250


def test_kmmlus_own_category_comes_along() -> None:
    items = open_items(str(shared("data/kmmlu"))).items("Law")
    assert {item.metadata["Category"] for item in items} == {"Law"}
    assert all(set(item.metadata) == {"Category", "Human Accuracy"} for item in items)
    assert all(0 <= float(item.metadata["Human Accuracy"]) <= 1 for item in items)


def test_the_logical_puzzles_difficulty_comes_along() -> None:
    loader = open_items(str(shared("data/logical-puzzles/questions")))
    for subset in loader.dataset.subsets():
        items = loader.items(subset)
        assert all(set(item.metadata) == {"solution", "difficulty"} for item in items)
        assert len({item.metadata["difficulty"] for item in items}) < 10


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("지리", "지리"),
        (" 지리\t", "지리"),
        ("1", "1"),
        (1, "1"),
        (1.0, "1"),
        (-2.0, "-2"),
        (1.5, "1.5"),
        (1e300, "1e+300"),
        (True, "true"),
        (["나", "가"], '["나", "가"]'),
        ({"b": 1, "a": None}, '{"a": null, "b": 1}'),
        (None, NO_VALUE),
    ],
)
def test_a_value_is_named_as_it_is_written(value: object, name: str) -> None:
    assert value_of({"c": value}, "c") == name
    assert value_of({"other": 1}, "c") == NO_VALUE
