from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas
import pytest

from pytest_haerae.report.exchange.csv import write_csv
from pytest_haerae.report.frames import ANSWER_COLUMNS
from tests.unit.reports import make, sample


def test_lists_are_json_in_their_cells(tmp_path: Path) -> None:
    rows = [sample(0, raw_output='쉼표, "따옴표"\n둘째 줄'), sample(1, options=None, loglikelihoods=None)]
    write_csv(make(rows), tmp_path / "rows.csv")
    table = pandas.read_csv(tmp_path / "rows.csv", keep_default_na=False)
    assert list(table.columns) == list(ANSWER_COLUMNS)
    assert json.loads(table["options"][0]) == rows[0]["options"]
    assert json.loads(table["loglikelihoods"][0]) == rows[0]["loglikelihoods"]
    assert (table["options"][1], table["loglikelihoods"][1]) == ("", "")
    assert table["raw_output"].tolist() == [rows[0]["raw_output"], ""]


def test_half_of_a_surrogate_pair_does_not_end_the_export(tmp_path: Path) -> None:
    write_csv(make([sample(0, raw_output="a\ud800b")]), tmp_path / "rows.csv")
    assert pandas.read_csv(tmp_path / "rows.csv")["raw_output"].tolist() == ["a\\ud800b"]


def test_no_cell_is_a_formula_and_numbers_stay_numbers(tmp_path: Path) -> None:
    rows = [
        sample(0, raw_output="=HYPERLINK(1)", prediction="-2", subset="@a", input="+1+2", reference="-2"),
        sample(1, raw_output="-서울\x1b[2J\x00", prediction="+3.5", subset="가=나", options=["=1", "-2"]),
    ]
    write_csv(make(rows), tmp_path / "rows.csv")
    table = pandas.read_csv(tmp_path / "rows.csv", keep_default_na=False, dtype=str)
    assert table["raw_output"].tolist() == ["'=HYPERLINK(1)", r"'-서울\x1b[2J\x00"]
    assert table["prediction"].tolist() == ["-2", "+3.5"]
    assert table["subset"].tolist() == ["'@a", "가=나"]
    assert table["input"][0] == "'+1+2"
    assert json.loads(table["options"][1]) == ["=1", "-2"]
    likely = [float(value) for value in json.loads(table["loglikelihoods"][0])]
    assert likely == rows[0]["loglikelihoods"]


def test_a_korean_excel_reads_it_as_utf_8(tmp_path: Path) -> None:
    write_csv(make([sample(0, raw_output="정답은 (B)")]), tmp_path / "rows.csv")
    content = (tmp_path / "rows.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfid,")
    assert content.count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＠"])
def test_no_column_has_a_formula(tmp_path: Path, sign: str) -> None:
    text = f"{sign}cmd|' /C calc'!A0"
    row = sample(0, raw_output=text, input=text, rule=text, explanation=text, reasoning=text, metadata={"x": text})
    row["finish_reason"] = text
    write_csv(make([row]), tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        (cells,) = csv.DictReader(file)
    for name in ("raw_output", "input", "rule", "explanation", "reasoning", "finish_reason"):
        assert cells[name].startswith("'"), name
    assert not [value for value in cells.values() if value and value[0] in "=+@\t\r＝＠"]


def test_several_answers_are_several_rows(tmp_path: Path) -> None:
    answers = [{**sample(0), "raw_output": text, "outcome": "wrong"} for text in ("(A)", "", "=1")]
    write_csv(make([sample(0, answers=answers)]), tmp_path / "rows.csv")
    table = pandas.read_csv(tmp_path / "rows.csv", keep_default_na=False)
    assert table["repeat"].tolist() == [0, 1, 2]
    assert table["raw_output"].tolist() == ["(A)", "", "'=1"]
