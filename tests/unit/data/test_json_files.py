from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from pytest_haerae.data.json_files import holds_rows, read_json, read_jsonl
from pytest_haerae.errors import UsageError

ROWS = [{"a": "가:나", "b": {"c": 1}}, {"a": "\u1112\u1161", "b": None}]
READ = [{"a": "가:나", "b": {"c": 1}}, {"a": "하", "b": None}]


def test_both_kinds_are_read_by_either_ending() -> None:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    array, wrapped = json.dumps(ROWS, indent=2), json.dumps({"version": 1, "data": ROWS})
    for read, texts in ((read_jsonl, (lines, array)), (read_json, (lines, array, wrapped))):
        for text in texts:
            assert [row for _, row in read(text, Path("a.json"))] == READ


def test_lines_are_counted_with_the_blank_ones_and_both_line_ends() -> None:
    text = '\r\n{"a": 1}\r\n\r\n{"a": "\u2028"}\r\n'
    assert [str(place) for place, _ in read_jsonl(text, Path("a.jsonl"))] == [
        "a.jsonl, row 1 (line 2)",
        "a.jsonl, row 2 (line 4)",
    ]


@pytest.mark.parametrize("cut", ['{"a": 1', '{"a": "1', '{"a":', '{"a": 1,', "{"])
def test_b9_a_line_that_is_cut_is_named_by_its_own_number(cut: str) -> None:
    with pytest.raises(UsageError, match=r"^a\.jsonl: malformed JSON at line 2 column \d+: "):
        list(read_jsonl(f'{{"a": 1}}\n{cut}\n{{"a": 3}}\n', Path("a.jsonl")))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (' [{"a": 1}]', True),
        ('{"data": [{"a": 1}]}', True),
        ('{"a": 1}\n{"a": 2}\n', True),
        ('{"metrics": {}, "samples": [1]}', False),
        ('{"schema_version": 2, "metrics": {}, "info": {}, "samples": [{"id": "a-0000", "input": "가"}]}', False),
        ('{"question": {"0": "가"}, "answer": {"0": "나"}}', True),
        ('{"question": "가", "answer": "나"}', True),
        ('{"features": {"question": {"dtype": "string"}}}', False),
        ('["A", "B"]', False),
        ('{"data": []}', True),
        ("null", False),
        ("{\n broken", False),
        ('[{"question": "가"', True),
        ('{"version": 1,\n "data": [{"question": "가"', True),
    ],
)
def test_a_table_is_told_from_other_json(text: str, holds: bool) -> None:
    assert holds_rows(text) == holds


@pytest.mark.parametrize("text", ['{"data": [1], "rows": [2]}', '{"a": [1]}', "1", '"x"', "null"])
def test_what_has_no_array_of_rows_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"a\.json: is neither an array of questions nor an object with one of"):
        list(read_json(text, Path("a.json")))


def test_b7_a_nul_that_an_escape_writes_is_refused() -> None:
    with pytest.raises(UsageError, match=r"row 1, field 'a': has a NUL character"):
        list(read_jsonl('{"a": "\\u0000"}\n', Path("a.jsonl")))


def test_lines_are_read_one_at_a_time() -> None:
    text = f'{{"question": "{"가" * 5000}"}}\n' * 200
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_jsonl(text, Path("a.jsonl"))) == 200
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * 2 * 5000
