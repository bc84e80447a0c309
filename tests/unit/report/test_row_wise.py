"""Reading row by row against reading as a whole: the same report, or the same refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.errors import UsageError
from pytest_haerae.report.read import read_outlines, read_report
from pytest_haerae.report.row_wise import NotAsWrittenError, read_row_wise, read_rows_at
from pytest_haerae.report.schema import Report
from pytest_haerae.report.stream import json_text
from pytest_haerae.statistics.pairing import outline_of
from tests.unit.report.test_schema import GOLDEN, mutants
from tests.unit.reports import hostile, make, report_of, sample, samples_of

REPORTS = {
    "many rows": make([sample(number) for number in range(250)]),
    "outcomes": report_of(samples_of({"a": "cwei", "한국사": "ss"}, passages=2)),
    "hostile": hostile(),
}


def refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def outcome_of(path: Path) -> tuple[object, object]:
    """What both ways make of a file: a report without its texts, or a message."""
    found: list[object] = []
    for read in (read_report, read_outlines):
        try:
            report: Any = read(path, "report.json")
        except UsageError as error:
            found.append(str(error))
            continue
        if read is read_report:
            found.append((report["metrics"], report["info"], list(map(outline_of, report["samples"]))))
        else:
            found.append((report.metrics, report.info, report.samples))
    return found[0], found[1]


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_what_is_written_is_read_row_by_row(report: Report) -> None:
    whole = json.loads(json_text(report))
    text = json_text(report)
    parts, kept, starts = read_row_wise(text, lambda row: row, refuse)
    assert kept == whole["samples"]
    assert read_rows_at(text, starts, refuse) == kept
    assert read_rows_at(text, starts[-1:], refuse) == kept[-1:]
    assert parts == {**whole, "samples": []}
    assert list(parts) == list(whole)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_an_earlier_version_is_left_to_the_other_way(path: Path) -> None:
    with pytest.raises(NotAsWrittenError):
        read_row_wise(path.read_text(encoding="utf-8"), outline_of, refuse)
    whole, row_wise = outcome_of(path)
    assert whole == row_wise
    assert not isinstance(whole, str)


def test_whatever_is_wrong_is_told_in_the_same_words(tmp_path: Path) -> None:
    path, refused = tmp_path / "report.json", 0
    for place, value, mutant in mutants(dict(make([sample(0, why="정답: B")]))):
        path.write_text(json.dumps(mutant), encoding="utf-8")
        whole, row_wise = outcome_of(path)
        assert whole == row_wise, (place, value)
        refused += isinstance(whole, str)
    assert refused


TEXT = json_text(make([sample(number) for number in range(3)]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff" + TEXT,
        TEXT + "x",
        TEXT.rstrip().removesuffix("}"),
        TEXT.replace('"schema_version": 2', '"schema_version": 3'),
        TEXT.replace('"schema_version": 2', '"schema_version": true'),
        TEXT.replace('"schema_version": 2', '"schema_version": 2.0'),
        TEXT.replace('"schema_version": 2', "[]: 2"),
        TEXT.replace('"schema_version": 2', '"schema_version": 2, "samples": [3]'),
        TEXT.replace('"schema_version": 2', '"schema_version": 2, "more": NaN'),
        TEXT.replace('"schema_version": 2', f'"schema_version": 2, "more": {"9" * 5000}'),
        TEXT.replace('"schema_version": 2', f'"schema_version": 2, "more": {"[" * 100_000}'),
        TEXT.replace('"outcome": "wrong"', '"outcome": "right", "outcome": "wrong"'),
        TEXT.replace('"outcome": "wrong"', '"outcome": "wrong", "outcome": "right"'),
        TEXT.replace("-0.5", "-1e999"),
        TEXT.replace('"options": [', '"options": [,'),
        json.dumps({**json.loads(TEXT), "samples": []}),
        json.dumps({**json.loads(TEXT), "samples": {}}),
        json.dumps(dict(reversed(json.loads(TEXT).items()))),
        json.dumps({**json.loads(TEXT), "more": {"samples": 1}}),
        json.dumps(json.loads(TEXT), separators=(",", ":")),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n ", "\n\t \n"),
    ],
    ids=range(23),
)
def test_other_texts_are_read_or_refused_alike(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(text.encode())
    whole, row_wise = outcome_of(path)
    assert whole == row_wise


@given(place=st.integers(0, len(TEXT) - 1), sign=st.sampled_from('{}[],:"\\ 0-eNtn\n\x00\u00a0') | st.just(""))
def test_one_character_that_is_another_harms_both_ways_alike(
    place: int, sign: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "one-character.json"
    path.write_text(TEXT[:place] + sign + TEXT[place + 1 :], encoding="utf-8", newline="")
    whole, row_wise = outcome_of(path)
    assert whole == row_wise


@pytest.mark.parametrize("text", ["", "[1]", '{"id": 1}', '{"id": NaN}', "[" * 100_000])
def test_what_is_no_row_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(NotAsWrittenError):
        read_rows_at(text, [0], refuse)
