"""The same questions, written in every kind of file and every shape of options, are the same items."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pyarrow as arrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.tables import READERS
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS, Item

TEXTS = st.text("가나한글 ab1\"',.😀é?", min_size=1, max_size=12).map(str.strip).filter(bool)
QUESTIONS = st.lists(
    st.tuples(
        TEXTS,
        st.lists(TEXTS, min_size=2, max_size=5, unique=True),
        st.sampled_from(["", "봄이 왔다.\n꽃이 핀다."]),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=4,
)
SHAPES = ("list", "json", "python", "numpy", "joined", "struct", "mapping", "structs", "columns", "numbered")
Row = dict[str, Any]


def options_of(shape: str, texts: list[str]) -> Row:
    """One question's options in a shape; those of other lengths are padded where a shape has a column each."""
    letters = LETTERS[: len(texts)]
    padded = [*texts, *[""] * (5 - len(texts))]
    shapes: dict[str, Row] = {
        "list": {"options": texts},
        "json": {"options": json.dumps(texts)},
        "python": {"options": repr(texts)},
        "numpy": {"options": "[" + " ".join(map(repr, texts)) + "]"},
        "joined": {"options": "|".join(texts)},
        "struct": {"options": {"text": texts, "label": list(letters)}},
        "mapping": {"options": dict(zip("ABCDE", [*texts, *[None] * (5 - len(texts))], strict=True))},
        "structs": {"options": [{"label": letter, "text": text} for letter, text in zip(letters, texts, strict=True)]},
        "columns": dict(zip("ABCDE", padded, strict=True)),
        "numbered": {f"option{number}": text for number, text in enumerate(padded, 1)},
    }
    return shapes[shape]


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as their ending says; what a cell of text cannot hold is JSON there."""
    if path.suffix == ".parquet":
        parquet.write_table(arrow.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="," if path.suffix == ".csv" else "\t", quoting=csv.QUOTE_ALL)
            writer.writerow(rows[0])
            for row in rows:
                writer.writerow([cell if isinstance(cell, str) else json.dumps(cell) for cell in row.values()])


def items(path: Path) -> list[Item]:
    return open_items(str(path)).items("rows")


@given(questions=QUESTIONS, shape=st.sampled_from(SHAPES), form=st.sampled_from(["NFC", "NFD"]))
@settings(max_examples=60, deadline=None)
def test_b2_the_same_questions_are_the_same_items_in_every_file_and_shape(
    tmp_path_factory: pytest.TempPathFactory, questions: list[Any], shape: str, form: Literal["NFC", "NFD"]
) -> None:
    folder = tmp_path_factory.mktemp("shapes")
    plain: list[Row] = [
        {"question": question, "options": texts, "paragraph": passage, "answer": f"({LETTERS[right]})"}
        for question, texts, passage, right in questions
    ]
    write(folder / "rows.jsonl", plain)
    expected = items(folder / "rows.jsonl")
    assert [item.options for item in expected] == [tuple(texts) for _, texts, _, _ in questions]
    for ending in READERS:
        rows: list[Row] = []
        for row in plain:
            made = {**row}
            made |= options_of(shape, [normalize(form, text) for text in made.pop("options")])
            rows.append({name: normalize(form, cell) if isinstance(cell, str) else cell for name, cell in made.items()})
        write(folder / f"rows{ending}", rows)
        assert items(folder / f"rows{ending}") == expected


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("nothing", [None, float("nan")], ids=["null", "nan"])
def test_b3_nothing_becomes_no_text_in_any_file(tmp_path: Path, ending: str, nothing: object) -> None:
    row: Row = {"question": "수도는?", "A": "서울", "B": "부산", "C": nothing, "paragraph": nothing, "answer": "A"}
    path = tmp_path / f"rows{ending}"
    if ending in (".csv", ".tsv"):
        row = {name: "nan" if cell is nothing else cell for name, cell in row.items()}
    write(path, [row])
    (item,) = items(path)
    assert item.options == ("서울", "부산")
    assert "nan" not in item.query.lower()
    assert "none" not in item.query.lower()
    write(path, [{**row, "A": row["C"]}])
    with pytest.raises(UsageError, match=r"rows\.\w+, row 1.*, field 'A/B/C': option A is empty"):
        items(path)


def test_b1_a_stray_quote_costs_no_row(tmp_path: Path) -> None:
    lines = ["sentence1\tsentence2\tgold_label"]
    lines += [
        f'"문장 {number}\t"문장"의 뒤 {number}.\t{"neutral" if number % 2 else "entailment"}' for number in range(50)
    ]
    (tmp_path / "rows.tsv").write_text("\n".join([*lines, "", ""]), encoding="utf-8")
    columns = {"question": "sentence1", "answer": "gold_label"}
    found = open_items(str(tmp_path / "rows.tsv"), columns=columns).items("rows")
    assert [item.query for item in found] == [f'"문장 {number}' for number in range(50)]
