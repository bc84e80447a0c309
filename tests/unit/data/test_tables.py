from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from pytest_haerae.data.tables import READERS, read_rows
from pytest_haerae.errors import UsageError

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30)
ROWS = st.lists(st.fixed_dictionaries({"질문": CELLS, "answer": CELLS}), min_size=1, max_size=5)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        parquet.write_table(arrow.Table.from_pylist(rows), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["질문", "answer"], delimiter="," if path.suffix == ".csv" else "\t")
            writer.writeheader()
            writer.writerows(rows)


@pytest.mark.parametrize("ending", READERS)
@given(rows=ROWS)
def test_every_kind_of_file_gives_the_rows_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, ending: str, rows: list[dict[str, str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"rows{ending}"
    write(path, rows)
    assert list(read_rows(path)) == rows


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".tsv"])
def test_a_mark_at_the_files_beginning_is_no_part_of_it(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    write(path, [{"질문": "가", "answer": "나"}])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert list(read_rows(path)) == [{"질문": "가", "answer": "나"}]


def test_blank_lines_are_passed_over_and_a_long_cell_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"a": 1}\n  \n{"a": 2}\n')
    assert list(read_rows(tmp_path / "a.jsonl")) == [{"a": 1}, {"a": 2}]
    write(tmp_path / "a.csv", [{"질문": "가" * 200_000, "answer": "나"}])
    assert len(next(read_rows(tmp_path / "a.csv"))["질문"]) == 200_000


def test_rows_come_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "a.JSONL").write_text('{"a": 1}\n{"a" 2}\n')
    rows = read_rows(tmp_path / "a.JSONL")
    assert next(rows) == {"a": 1}
    with pytest.raises(UsageError, match="malformed JSON at line 2 column 6"):
        next(rows)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"[1]\n", "line 1 is no JSON object"),
        ("a.jsonl", b'{"a": 1}\n\n{"a"}\n', "malformed JSON at line 3 column 5"),
        ("a.jsonl", b'{"a": "\xff"}', "not UTF-8 (byte 7); save it as UTF-8"),
        ("a.csv", b"a,b\n\xbf", "not UTF-8 (byte 4)"),
        ("a.parquet", b"no parquet", "no readable parquet file ("),
    ],
)
def test_a_file_that_is_not_what_its_ending_says(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(f"{tmp_path / name}: {message}")):
        list(read_rows(tmp_path / name))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv: cannot be read \(No such file"):
        list(read_rows(tmp_path / "none.csv"))
