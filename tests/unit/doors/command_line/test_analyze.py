from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.unit.reports import make, sample, write


def written(folder: Path, *rows: dict[str, Any]) -> str:
    return str(write(folder / "report.json", make([sample(number, **row) for number, row in enumerate(rows)])))


def free(text: str, **more: object) -> dict[str, Any]:
    return {"raw_output": text, "reference": "하늘 아래", "options": None, "outcome": "wrong", **more}


def test_the_table_says_what_words_are_and_what_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = written(tmp_path, free("땅 아래"), free("땅 위", subset="b"))
    assert main(["analyze", report, "--words=eojeol"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["all", "answers", "2", "3.5", "3.5", "4", "2.0", "2.0", "2", "0.750"]
    assert [line.split()[0] for line in lines[3:6]] == ["wrong", "csat_geo", "b"]
    assert lines[6].startswith("words are eojeol: what stands between white space")
    assert lines[7] == "keywords of the reference left out: 75.0% (mean of 2 answers): 하늘 2, 아래 1"
    assert lines[8] == "words in most wrong answers: 땅 2, 아래 1, 위 1"


def test_many_subsets_are_in_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = written(tmp_path, *(free("땅", subset=f"s{number}") for number in range(33)))
    assert main(["analyze", report, "--words=eojeol", "--top=0"]) == 0
    out = capsys.readouterr().out
    assert "… 3 more subsets: --json has them all" in out
    assert "words in most wrong answers" not in out
    assert main(["analyze", report, "--words=eojeol", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["subsets"]) == 33


@pytest.mark.parametrize(
    ("row", "options", "said"),
    [
        ({}, [], "no answer was generated in this run"),
        ({"raw_output": "가"}, ["--words=letters"], "--words: unknown kind 'letters'"),
        ({"raw_output": "가"}, ["--top=-1"], "--top: a number from 0, not -1"),
    ],
)
def test_what_cannot_be_looked_at_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: dict[str, Any], options: list[str], said: str
) -> None:
    assert main(["analyze", written(tmp_path, row), *options]) == 4
    assert said in capsys.readouterr().err
