from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from unicodedata import normalize

import datasets
import pyarrow as arrow
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyarrow import parquet

from pytest_haerae.data.tables import READERS, read_placed_rows, read_rows
from pytest_haerae.errors import UsageError

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30)
ROWS = st.lists(st.fixed_dictionaries({"질문": CELLS, "answer": CELLS}), min_size=1, max_size=5)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    elif path.suffix == ".jsonl":
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
    # Such a cell may be two lines of a file without quoting: it is refused where each line would be a row.
    between = {".csv": ",", ".tsv": "\t"}.get(ending)
    assume(not between or not any("\n" in cell and between in cell for row in rows for cell in row.values()))
    path = tmp_path_factory.getbasetemp() / f"rows{ending}"
    write(path, rows)
    read = [{name: normalize("NFC", cell) for name, cell in row.items()} for row in rows]
    # A row of a .csv or .tsv that holds nothing is one of Excel's empty ones.
    kept = [row for row in read if path.suffix not in (".csv", ".tsv") or any(cell.strip() for cell in row.values())]
    assert list(read_rows(path)) == kept


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".csv", ".tsv"])
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


CP949 = (
    "(byte 0); it looks like CP949, as Korean Excel writes it; save it as UTF-8 (in Excel the file type CSV UTF-8;"
    " or by iconv -f cp949 -t utf-8)"
)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"1\n", "row 1: is no JSON object"),
        ("a.jsonl", b"[1]\n", "row 1: is no JSON object"),
        ("a.json", b'{"a": 1}', "is neither an array of questions nor an object with one of 'data'"),
        ("a.json", b'[{"a": 1},\n {"a" 2}]', "malformed JSON at line 2 column 7"),
        ("a.jsonl", b'{"a": 1}\n{"a": 2,\n', "malformed JSON at line 2 column 9"),
        ("a.jsonl", b'{"a": 1}\n{"a": 2, "a": 3}\n', "line 2: the key 'a' stands twice"),
        ("a.json", b'[{"a": 1, "a": 2}]', "line 1: the key 'a' stands twice"),
        ("a.jsonl", b'{"a": ' + b"1" * 5000 + b"}", "line 1: has a number of too many digits"),
        ("a.jsonl", b'{"a": ' + b"[" * 100_000 + b"}", "line 1: is nested too deep"),
        ("a.jsonl", b'\n{"a": "\\ud83d"}', "row 1 (line 2), field 'a': has half of a character (\\ud83d)"),
        ("a.csv", "가,나".encode("utf-16"), "UTF-16, not UTF-8"),
        ("a.csv", "가,나".encode("utf-16-le"), "not UTF-8"),
        ("a.csv", "a,b".encode("utf-16-le"), "line 1: has NUL characters, as UTF-16 has"),
        (
            "a.csv",
            "질문,답".encode("cp949"),
            f"not UTF-8 {CP949}",
        ),
        ("a.jsonl", b'{"a": 1}\n\n{"a"}\n', "malformed JSON at line 3 column 5"),
        ("a.jsonl", b'{"a": "\xff"}', "not UTF-8 (byte 7); save it as UTF-8"),
        ("a.csv", b"a,b\n\xbf", "not UTF-8 (byte 4)"),
        ("a.parquet", b"no parquet", "no readable parquet file ("),
    ],
)
def test_a_file_that_is_not_what_its_ending_says(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(str(tmp_path / name)) + "[:,] " + re.escape(message)):
        list(read_rows(tmp_path / name))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv: cannot be read \(No such file"):
        list(read_rows(tmp_path / "none.csv"))


@pytest.mark.parametrize("content", ['[{"a": 1}, {"a": 2}]', '[\n{"a": 1},\n{"a": 2}\n]', '{"a": 1}\n{"a": 2}'])
@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_b5_an_array_and_an_object_a_line_are_read_whatever_the_ending(
    tmp_path: Path, ending: str, content: str
) -> None:
    (tmp_path / f"a{ending}").write_text(content)
    assert list(read_rows(tmp_path / f"a{ending}")) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("key", ["data", "rows", "questions"])
def test_b5_rows_below_a_key(tmp_path: Path, key: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"version": "1", key: [{"a": 1}]}))
    assert list(read_rows(tmp_path / "a.json")) == [{"a": 1}]


@pytest.mark.parametrize("ending", READERS)
def test_b6_texts_and_names_of_columns_are_in_nfc(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    if ending not in (".csv", ".tsv"):
        write(path, [{normalize("NFD", name): normalize("NFD", "한글") for name in ("질문", "answer")}])
    else:
        separator = "," if ending == ".csv" else "\t"
        path.write_text(normalize("NFD", f"질문{separator}answer\n한글{separator}한글\n"), encoding="utf-8")
    assert list(read_rows(path)) == [{"질문": "한글", "answer": "한글"}]


def test_b4_a_column_that_a_parquet_file_has_twice_is_refused(tmp_path: Path) -> None:
    table = arrow.Table.from_arrays([arrow.array(["1"]), arrow.array(["2"])], names=["a", "a"])
    parquet.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(UsageError, match=r"a\.parquet: has the column 'a' twice"):
        list(read_rows(tmp_path / "a.parquet"))


def test_a_row_has_the_number_that_counts_rows_and_the_line_that_an_editor_shows(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"a": 1}\n\n{"a": 2}\n')
    (tmp_path / "a.csv").write_text('a,b\n1,"x\ny"\n\n2,z\n')
    places = [str(place) for name in ("a.jsonl", "a.csv") for place, _ in read_placed_rows(tmp_path / name)]
    assert [place.rpartition("/")[2] for place in places] == [
        "a.jsonl, row 1 (line 2)",
        "a.jsonl, row 2 (line 4)",
        "a.csv, row 1 (line 2)",
        "a.csv, row 2 (line 5)",
    ]


def test_b2_the_numbers_of_classes_keep_their_names(tmp_path: Path) -> None:
    features = datasets.Features({"answer": datasets.ClassLabel(names=["부산", "서울"]), "n": datasets.Value("int64")})
    table = datasets.Dataset.from_dict({"answer": [1, 0], "n": [1, 0]}, features=features)
    table.to_parquet(tmp_path / "a.parquet")
    rows = list(read_rows(tmp_path / "a.parquet"))
    assert rows == [{"answer": 1, "n": 1}, {"answer": 0, "n": 0}]
    assert [row["answer"].name for row in rows] == ["서울", "부산"]
    assert type(rows[0]["n"]) is int
