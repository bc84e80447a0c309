from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.report.responses.looks import first_object, keys_of


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.jsonl", '\n\ufeff\n{"a": 1}\n{"b"', {}),
        ("a.jsonl", '\n{"a": 1}\n{"b"', {"a": 1}),
        ("a.JSONL", '\ufeff{"a": 1}', {"a": 1}),
        ("a.csv", '{"a": 1}', {}),
        ("a.jsonl", "", {}),
        ("a.jsonl", "[1]", {}),
        ("a.jsonl", '{"a"', {}),
    ],
)
def test_the_first_line_of_a_file(tmp_path: Path, name: str, content: str, found: dict[str, object]) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert first_object(tmp_path / name) == found


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.json", '{"a": {"c": 1}, "b": 2}', {"a", "b"}),
        ("b.json", ' {"schema_version": 2, broken', {"schema_version"}),
        ("c.json", '{"a": 1', set()),
        ("d.json", "[]", set()),
        ("e.eval", '{"a": 1}', set()),
    ],
)
def test_the_keys_of_a_file(tmp_path: Path, name: str, content: str, found: set[str]) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert keys_of(tmp_path / name) == found
    assert keys_of(tmp_path / "none.json") == frozenset()
